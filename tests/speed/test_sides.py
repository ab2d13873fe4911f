"""The sides of a comparison do the same work: equal losses on equal batches, whole cells from data to score."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import torch

from petlab.errors import UserError
from petlab.speed import answers, cells, footprint, peft_trainer, share, steps, sweep, sweep_memory
from petlab.speed.work import work
from tests import tiny


@pytest.mark.parametrize("method", ["full", "ia3"])
def test_every_side_reaches_the_same_losses(tmp_path: Path, method: str) -> None:
    # Methods whose start values are no draws, so that peft's are the same.
    words = [
        f"method={method}",
        "dataset=embedded/acceptability",
        "scale.rows=48",
        "limits.validation=8",
        "train.lr=1e-3",
    ]
    sides = steps.sides(work(words, tmp_path, threads=1), 3)
    assert list(sides) == ["petlab", "bare", "peft"]
    losses = [run().loss for run in sides.values()]
    assert losses == pytest.approx([losses[0]] * 3, rel=1e-5)


def test_peft_is_told_the_width_of_all_heads(tmp_path: Path) -> None:
    # Six heads of 32 in a model of 160; peft would divide 160 by six.
    words = ["method=prefix", "dataset=embedded/acceptability", "scale.rows=16"]
    assert steps.sides(work(words, tmp_path, threads=1), 1)["peft"]().loss > 0


def test_a_method_that_peft_lacks_is_compared_with_the_bare_loop_alone(tmp_path: Path) -> None:
    ready = work(["method=bitfit", "dataset=embedded/acceptability", "scale.rows=16"], tmp_path, threads=1)
    assert list(steps.sides(ready, 1)) == ["petlab", "bare"]
    with pytest.raises(UserError, match="no method that corresponds to bitfit"):
        peft_trainer.peft_config("bitfit", {}, None)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("tiny")
    base, root = tiny.write_base(folder / "base"), tiny.write_cola(folder / "data")
    return [*tiny.overrides(base, root, folder / "results"), "method=lora"]


def test_whole_cells_end_in_scores(words: list[str]) -> None:
    ran = {name: run() for name, run in cells.sides(words, threads=1).items()}
    assert list(ran) == ["petlab", "peft", "tuned"]
    for one in ran.values():
        assert one.seconds > 0
        assert 0 <= one.score <= 1


@pytest.mark.parametrize("method", ["prompt", "prefix"])
def test_the_script_ends_in_scores_with_prompts_of_either_kind(words: list[str], method: str) -> None:
    ran = cells.sides([*words, f"method={method}", "scale.epochs=3"], threads=1)["peft"]()
    assert ran.seconds > 0 and 0 <= ran.score <= 1


def test_both_sides_answer_with_the_same_texts(tmp_path: Path) -> None:
    words = ["method=full", "dataset=embedded/restaurants", "scale=low", "scale.rows=16", "scale.epochs=1"]
    with answers.sides([*words, "limits.validation=8", "limits.test=12"], tmp_path, threads=1) as sides:
        assert {name: run() > 0 for name, run in sides.items()} == {"petlab": True, "trainer": True}


def test_a_sweep_gives_seconds_for_each_cell_and_leaves_out_what_follows_it(words: list[str]) -> None:
    followed: list[int] = []

    def after(number: int) -> None:
        followed.append(number)
        time.sleep(1.0)

    began = time.perf_counter()
    swept = sweep.swept([[*words, f"seed={seed}"] for seed in (0, 1)], 1, after)
    assert sum(swept.seconds) <= time.perf_counter() - began - 2.0
    assert sorted(followed) == [0, 1]
    assert len(swept.seconds) == 2
    assert min(swept.seconds) > 0
    assert 0 < swept.inside < 1


def test_a_sweep_tells_its_memory_after_each_round(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sweep, "METHODS", ("ia3",))
    monkeypatch.setattr(sweep_memory, "SETS", ("embedded/acceptability",))
    words = ["scale.rows=8", "scale.epochs=1", "limits.validation=2", "limits.test=1"]
    assert sweep_memory.main(["1", *words]) == 0
    peaks = json.loads(capsys.readouterr().out.splitlines()[-1])["peaks"]
    assert len(peaks) == sweep_memory.ROUNDS and 0 < peaks[0] <= peaks[1] <= peaks[2]


def test_nested_work_counts_once_and_everything_is_put_back() -> None:
    before = torch.Tensor.backward
    with share.measured() as inside:
        torch.ones(1, requires_grad=True).sum().backward()
        first = inside.seconds
        assert first > 0
    assert torch.Tensor.backward is before
    torch.ones(1, requires_grad=True).sum().backward()
    assert inside.seconds == first


@pytest.mark.slow
@pytest.mark.skipif(not footprint.available(), reason="the system does not tell the peak of a part of a process")
def test_a_small_method_takes_less_memory_and_keeps_less() -> None:
    words = ["model=nano_t5", "model.width=256", "model.random_weights=true", "dataset=embedded/acceptability"]
    words += ["scale.rows=16", "limits.validation=8"]
    lora, full = (footprint.of([*words, f"method={method}"], threads=1) for method in ("lora", "full"))
    assert 0 < lora.stored < full.stored / 50
    assert 0 < lora.training < full.training
