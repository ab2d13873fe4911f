"""What goes wrong in a cell is told and ends nothing else: memory, numbers, files, disks."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
import torch

from petlab import cli, config
from petlab import store as stores
from petlab.cell import run
from petlab.sweep.execute import Wanted, execute
from petlab.sweep.plan import composed, look_up
from petlab.training.families import Seq2Seq
from petlab.training.settings import Train
from petlab.workshop import Workshop


@pytest.fixture
def small_device(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A device that holds four rows while training; the row counts that were tried."""
    tried: list[int] = []
    real = Seq2Seq.loss_sum

    def loss_sum(self: Seq2Seq, model: Any, batch: Any, label_smoothing: float = 0.0) -> Any:
        tried.append(len(batch.input_ids))
        if model.training and tried[-1] > 4:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
        return real(self, model, batch, label_smoothing)

    monkeypatch.setattr(Seq2Seq, "loss_sum", loss_sum)
    return tried


def test_out_of_memory_is_tried_again_with_half_the_rows_at_a_time(
    tiny_cell: list[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    words = [*tiny_cell, "train.batch_size=8", "train.accumulation=2", "method=ia3"]
    whole, _ = run(config.cell([*words, f"paths.results={tmp_path / 'whole'}"]), Workshop(tmp_path / "whole"))
    request.getfixturevalue("small_device")
    record, _ = run(config.cell(words), Workshop(tmp_path / "results"))
    assert record.status == "done" and record.memory.micro_batch == 4 and whole.memory.micro_batch is None
    assert record.id == whole.id and record.config == whole.config, "the cell is the one that was asked for"
    assert record.convergence.steps_run == whole.convergence.steps_run
    assert not (tmp_path / "results" / "runs" / record.id / "error.txt").exists()


def test_without_memory_for_half_the_rows_the_cell_fails_with_its_reason(
    tiny_cell: list[str], tmp_path: Path, small_device: list[int]
) -> None:
    record, _ = run(config.cell([*tiny_cell, "train.batch_size=16"]), Workshop(tmp_path / "results"))
    assert record.status == "failed" and record.memory.micro_batch == 8
    assert str(record.convergence.reason).startswith("OutOfMemoryError: CUDA out of memory")
    assert "loss_sum" in (tmp_path / "results" / "runs" / record.id / "error.txt").read_text()
    assert max(small_device) == 16


@pytest.mark.parametrize(
    ("given", "less"),
    [((16, 1, 64), (8, 2, 32)), ((15, 2, 1), (5, 6, 1)), ((7, 1, 3), (1, 7, 2)), ((1, 4, 2), (1, 4, 1))],
)
def test_the_rows_of_an_optimiser_step_stay(given: tuple[int, int, int], less: tuple[int, int, int]) -> None:
    found = Train(batch_size=given[0], accumulation=given[1], evaluation_batch=given[2]).in_less_memory()
    assert found is not None
    assert (found.batch_size, found.accumulation, found.evaluation_batch) == less
    assert Train(batch_size=1, evaluation_batch=1).in_less_memory() is None


def test_a_loss_that_is_not_finite_shows_in_summary_and_exit_code(
    tiny_cell: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "-m", "method=full", "train.lr=1e30,1e-3", "train.warmup=0", *tiny_cell]
    assert cli.main(words) == 1
    said = capsys.readouterr().err
    assert "1 cell(s) diverged:" in said and "not finite at step" in said
    assert cli.main(words) == 1, "it is not trained again, and still said"
    assert "1 cell(s) diverged:" in capsys.readouterr().err


def test_a_full_disk_fails_the_cells_it_meets_and_no_other(
    tiny_cell: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = composed([(seed, [*tiny_cell, f"seed={seed}"]) for seed in range(3)])
    shop = Workshop(planned[0].cell.results)
    look_up(planned, shop)
    real, met = stores.write_atomic, planned[1].seat

    def write(path: Path, content: str | bytes) -> None:
        if met is not None and met.run in path.parts:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, content)

    for module in ("petlab.store", "petlab.workshop"):
        monkeypatch.setattr(f"{module}.write_atomic", write)
    outcome = execute(planned, shop, Wanted())
    assert sorted(entry.key for entry in outcome.trained) == [0, 2]
    assert [entry.problem for entry in outcome.failed] == ["OSError: [Errno 28] No space left on device"]


def test_a_folder_that_cannot_be_written_is_one_sentence_a_cell(
    tiny_cell: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "runs").write_text("a file where a folder belongs")
    assert cli.main(["run", "-m", "seed=0,1", *tiny_cell]) == 1
    said = capsys.readouterr().err
    assert "2 cell(s) failed" in said and "Traceback" not in said
