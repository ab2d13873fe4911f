"""An epoch on an accelerator, compared: the same rows by both sides, and each leaves the device as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from petlab.speed import accelerator, measures
from petlab.speed.measures import Settings
from petlab.speed.work import Work, work

WORDS = ["dataset=embedded/acceptability", "scale.rows=32", "limits.validation=8"]
DEVICE: accelerator.Device = "cuda" if torch.cuda.is_available() else "cpu"


def test_both_sides_train_and_take_their_models_away(tmp_path: Path) -> None:
    ready = work([*WORDS, "method=lora"], tmp_path, threads=1)
    before = {name: tensor.clone() for name, tensor in ready.model.state_dict().items()}
    ran = {side: run() for side, run in accelerator.sides(ready, 2, DEVICE, "bf16").items()}
    assert list(ran) == ["petlab", "peft"]
    assert all(one.seconds > 0 and (one.peak > 0) == (DEVICE == "cuda") for one in ran.values())
    after = ready.model.state_dict()
    assert after.keys() == before.keys()
    assert all(after[name].device.type == "cpu" and torch.equal(after[name], before[name]) for name in before)


def test_cells_of_one_model_share_its_base(tmp_path: Path) -> None:
    first = work([*WORDS, "method=lora"], tmp_path, threads=1)
    second = work([*WORDS, "method=bitfit"], tmp_path, threads=1, beside=first)
    assert second.model is first.model
    assert list(accelerator.sides(second, 1, DEVICE, "fp32")) == ["petlab"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_it_is_left_out_where_there_is_none() -> None:
    said: list[str] = []
    assert list(measures.GROUPS["accelerator"](Settings(threads=1), said.append)) == []
    assert said == ["accelerator: no CUDA device here; left out"]


def test_what_is_found_on_a_device_is_told_with_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    # The measure itself, on a small model and with sides that take a second and a known memory.
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(measures, "resolve_precision", lambda *_, **__: "fp32")
    monkeypatch.setattr(measures, "XL", ("dataset=embedded/acceptability", "scale.rows=32", "limits.validation=8"))
    monkeypatch.setattr(measures, "XL_METHODS", ("full", "lora", "bitfit"))
    peaks = {"full": 300, "lora": 90, "bitfit": 100}

    def sides(given: Work, *_: object) -> dict[str, object]:
        method = given.cell.method_name
        ours = lambda: accelerator.Trained(1.0, peaks[method])  # noqa: E731
        theirs = lambda: accelerator.Trained(2.0, 400)  # noqa: E731
        return {"petlab": ours} if method == "bitfit" else {"petlab": ours, "peft": theirs}

    monkeypatch.setattr(accelerator, "sides", sides)
    found = {one.name: one for one in measures.accelerator_measures(Settings(threads=1), lambda _: None)}
    called = "FLAN-T5-XL, lengths of SAMSum"
    assert found[f"accelerator, lora, {called}, peft + Trainer over petlab"].ratio == 2.0
    assert found[f"accelerator, lora, {called}, peft + Trainer over petlab"].detail["petlab_samples_s"] == 400
    assert found[f"accelerator, lora, {called}, memory over peft + Trainer"].ratio == 90 / 400
    assert found[f"accelerator, lora, {called}, memory over full fine-tuning"].met
    assert found[f"accelerator, bitfit, {called}, memory over full fine-tuning"].ratio == 100 / 300
    assert len(found) == 6
