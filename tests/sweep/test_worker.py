from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from petlab import cell as story
from petlab.cell import Cell
from petlab.record import Record
from petlab.sweep import devices, worker
from petlab.sweep.folder import SweepFolder, Told
from petlab.sweep.plan import Planned, composed, look_up
from petlab.workshop import Workshop
from tests.records import made_up


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """A worker lets go of Ctrl-C for good; pytest wants it back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds of the cells that were trained; training itself is made up."""
    seeds: list[int] = []

    def run(cell: Cell, shop: Workshop, *, force: bool = False) -> tuple[Record, bool]:
        seeds.append(cell.seed)
        record = made_up(shop.seat(cell).run)
        shop.store.save(record)
        return record, force

    monkeypatch.setattr(story, "run", run)
    return seeds


@pytest.fixture
def planned(tiny_cell: list[str]) -> list[Planned[int]]:
    found = composed([(seed, [*tiny_cell, f"seed={seed}"]) for seed in range(3)])
    look_up(found, Workshop(found[0].cell.results))
    return found


def sweep_of(planned: list[Planned[int]], *, force: bool = False) -> SweepFolder:
    folder = SweepFolder.new(planned[0].cell.results)
    folder.write_cells({"force": force, "cells": [entry.source for entry in planned]})
    folder.write_job(0, [entry.key for entry in planned])
    return folder


def work(folder: SweepFolder) -> None:
    worker.work(SimpleNamespace(folder=str(folder.path), job=0))


def told(folder: SweepFolder) -> list[tuple[int, str]]:
    return [(one.cell, one.how) for one in SweepFolder(folder.path).news()]


def test_a_job_settles_its_cells_and_tells(planned: list[Planned[int]], trained: list[int]) -> None:
    folder = sweep_of(planned)
    work(folder)
    assert sorted(trained) == [0, 1, 2]
    assert sorted(told(folder)) == sorted((cell, how) for cell in range(3) for how in ("begun", "trained"))
    assert (folder.path / "logs" / "0.log").read_text().count("\n") >= 3


def test_a_job_that_is_queued_again_goes_on(planned: list[Planned[int]], trained: list[int]) -> None:
    folder = sweep_of(planned, force=True)
    folder.teller(0).tell(Told(1, "trained", "x"))
    work(folder)
    assert sorted(trained) == [0, 2], "even with --force a cell is trained once a sweep"


def test_what_another_sweep_finished_meanwhile_is_reused(planned: list[Planned[int]], trained: list[int]) -> None:
    folder = sweep_of(planned)
    assert planned[2].seat is not None
    Workshop(planned[2].cell.results).store.save(made_up(planned[2].seat.run))
    work(folder)
    assert sorted(trained) == [0, 1] and (2, "reused") in told(folder)


def test_a_stopped_sweep_begins_nothing(planned: list[Planned[int]], trained: list[int]) -> None:
    folder = sweep_of(planned)
    folder.stop()
    work(folder)
    assert trained == [] and told(folder) == []


def test_the_stop_file_ends_a_cell_within_seconds_and_gives_it_back(
    planned: list[Planned[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LOOK_EVERY_S", 0.01)
    folder = sweep_of(planned)

    def run(*_: object, **__: object) -> None:
        folder.stop()
        signal.pause()

    monkeypatch.setattr(story, "run", run)
    work(folder)
    assert [how for _, how in told(folder)] == ["begun"]
    assert not list(planned[0].cell.results.glob("runs/*/claim.json"))


def test_a_cell_whose_data_is_gone_is_told_with_its_reason(
    planned: list[Planned[int]], trained: list[int], tmp_path: Path
) -> None:
    planned[1].source["config"]["data"]["root"] = str(tmp_path / "nowhere")
    folder = sweep_of(planned)
    work(folder)
    assert sorted(trained) == [0, 2]
    [problem] = [one.problem for one in SweepFolder(folder.path).news() if one.problem]
    assert "nowhere" in problem


def test_each_worker_has_an_accelerator_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,GPU-7")
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    taken = []
    for _ in range(3):
        monkeypatch.setattr(devices, "_own", None)
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,GPU-7")
        devices.take_own(tmp_path)
        taken.append(os.environ["CUDA_VISIBLE_DEVICES"])
    assert taken[:2] == ["4", "GPU-7"], "the third shares one"
    assert taken[2] in ("4", "GPU-7")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    monkeypatch.setattr(devices, "_own", None)
    devices.take_own(tmp_path)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "3"
