"""Switching tasks by subtraction: the sums, what floating point makes of them, and what finished runs take."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from petlab import cli
from petlab.attachment import Attachment
from petlab.errors import UserError
from petlab.measure.switching import added, by_subtraction, originals
from petlab.store import Store
from tests.method_catalogue import attached
from tests.small_models import small_model


def shaken(attachment: Attachment, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in attachment.trainable.values():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator)


def task(architecture: str, seed: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    with attached("lora", small_model(architecture), rank=2, alpha=6) as attachment:
        shaken(attachment, seed)
        return originals(attachment), added(attachment)


@pytest.mark.parametrize("architecture", ["t5_v1_1", "gpt2", "bloom", "llama"])
@torch.no_grad()
def test_what_is_added_is_what_merging_adds(architecture: str) -> None:
    model = small_model(architecture)
    with attached("lora", model, rank=2, alpha=6) as attachment:
        shaken(attachment, 1)
        base, changes = originals(attachment), added(attachment)
        with attachment.merged():
            merged = originals(attachment)
    assert base.keys() == changes.keys() == merged.keys()
    for name, weight in base.items():
        assert changes[name].abs().sum() > 0
        torch.testing.assert_close(merged[name], weight + changes[name])


def test_whole_numbers_come_back() -> None:
    base = {"w": torch.tensor([[1.0, -2.0], [3.0, 4.0]])}
    tasks = [{"w": torch.tensor([[5.0, 0.0], [1.0, 2.0]])}, {"w": torch.tensor([[-7.0, 1.0], [0.0, 9.0]])}, {}]
    drift = by_subtraction(base, tasks, 100, torch.float32)
    assert (drift.largest, drift.relative, drift.changed) == (0.0, 0.0, 0.0)
    assert (drift.switches, drift.dtype) == (100, "float32")


def test_what_is_lost_beside_a_large_number_is_lost() -> None:
    base = {"w": torch.tensor([[1.0, 2.0]]), "untouched": torch.tensor([3.0])}
    tasks = [{"w": torch.tensor([[2.0**25, 0.0]])}, {"w": torch.tensor([[0.0, 1.0]])}]
    drift = by_subtraction(base, tasks, 1, torch.float32)
    assert drift.largest == 1.0, "1 + 2^25 - 2^25 is 0 in fp32"
    assert drift.changed == pytest.approx(1 / 3)
    assert drift.relative == pytest.approx(1 / 14**0.5)


def test_lora_drifts_a_little_and_more_in_bf16() -> None:
    base, first = task("t5_v1_1", 1)
    _, second = task("t5_v1_1", 2)
    exact = by_subtraction(base, [first, second], 100, torch.float64)
    single = by_subtraction(base, [first, second], 100, torch.float32)
    half = by_subtraction(base, [first, second], 100, torch.bfloat16)
    assert exact.largest < 1e-12 < single.largest < 1e-4 < half.largest
    assert 0 < single.changed <= 1 and single.seconds > 0


@pytest.mark.parametrize("method_id", ["ia3", "bitfit", "prompt", "houlsby", "lora_tfew", "full"])
def test_only_sums_are_switched_by_subtraction(method_id: str) -> None:
    with attached(method_id, small_model("bert")) as attachment, pytest.raises(UserError, match="no sum of that kind"):
        added(attachment)


def test_one_task_is_not_switched() -> None:
    with pytest.raises(UserError, match="1 tasks and 100 switches"):
        by_subtraction({"w": torch.ones(1)}, [{"w": torch.ones(1)}], 100, torch.float32)


def test_finished_runs(tiny_cell: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results"

    def trained(*words: str) -> str:
        assert cli.main(["run", "--json", *tiny_cell, *words]) == 0
        found: str = json.loads(capsys.readouterr().out)["id"]
        return found

    first, second = trained("method=lora", "method.rank=2"), trained("method=lora", "method.rank=2", "seed=1")
    place = f"paths.results={results}"
    assert cli.main(["switch", first, second, place, "--switches", "10", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    params = Store(results).find(first)
    assert params is not None and params.params is not None
    assert [entry["bytes"] for entry in found["tasks"]] == 2 * [params.params.stored_bytes]
    assert found["base_bytes"] == 4 * params.params.base
    assert found["bytes"] == found["base_bytes"] + 2 * params.params.stored_bytes
    assert found["copies_bytes"] == 2 * found["base_bytes"]
    file = results / "runs" / first / "trained.safetensors"
    assert 0 < file.stat().st_size - params.params.stored_bytes < 10_000, "the file holds the tensors and their names"
    single, half = found["drift"]
    assert (single["switches"], single["dtype"], half["dtype"]) == (10, "float32", "bfloat16")
    assert single["largest"] <= half["largest"]
    assert cli.main(["switch", first, second, place]) == 0
    assert "100 switches by subtraction in float32" in capsys.readouterr().out

    other = trained("method=ia3")
    for words, said in [
        ([first], "1 run(s) given"),
        ([first, other], "no sum of that kind"),
        ([first, "nothing"], "no run under"),
    ]:
        assert cli.main(["switch", *words, place]) == 2
        captured = capsys.readouterr()
        assert captured.out == "" and captured.err.count("\n") == 1 and said in captured.err
