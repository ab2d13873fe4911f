"""The driver of a sweep: with made-up workers for what goes wrong, with real processes for what must come out."""

from __future__ import annotations

import dataclasses
import json
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from petlab import cli
from petlab.errors import UserError
from petlab.sweep import launch as driver
from petlab.sweep.execute import Outcome, Wanted
from petlab.sweep.folder import SweepFolder, Told
from petlab.sweep.launch import launch
from petlab.sweep.launchers import Launcher
from petlab.sweep.plan import Planned, composed, look_up
from petlab.workshop import Workshop
from tests.records import made_up

JOBLIB = Launcher("joblib", ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2"))
Work = Callable[[SweepFolder, list[list[int]]], None]


@pytest.fixture
def planned(tiny_cell: list[str]) -> list[Planned[int]]:
    found = composed([(seed, [*tiny_cell, f"seed={seed}"]) for seed in range(4)])
    look_up(found, Workshop(found[0].cell.results))
    return found


@pytest.fixture
def sweep(planned: list[Planned[int]], monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], Outcome[int]]:
    """Run the plan with a function in the place of launcher and workers; it gets the folder and the jobs."""
    monkeypatch.setattr(driver, "LISTEN_EVERY_S", 0.01)
    monkeypatch.setattr(driver, "PATIENCE_S", 0.2)

    def run(work: Work) -> Outcome[int]:
        from petlab.sweep.sweeper import CellSweeper

        def launched(self: CellSweeper, _: list[str]) -> list[Any]:
            work(self.folder, self.jobs)
            return []

        monkeypatch.setattr(CellSweeper, "sweep", launched)
        return launch(planned, Workshop(planned[0].cell.results), Wanted(), JOBLIB)

    return run


def finish(planned: list[Planned[int]], folder: SweepFolder, cell: int) -> None:
    """What a worker leaves of a cell."""
    entry = planned[cell]
    assert entry.seat is not None
    store = Workshop(entry.cell.results).store
    store.save(dataclasses.replace(made_up(entry.seat.run), metrics={"exact_match": 0.5}))
    teller = folder.teller(0)
    teller.tell(Told(cell, "begun", entry.seat.run))
    teller.tell(Told(cell, "trained", entry.seat.run))


def test_cells_whose_process_was_killed_are_launched_again(
    planned: list[Planned[int]], sweep: Callable[[Work], Outcome[int]]
) -> None:
    rounds: list[list[int]] = []

    def work(folder: SweepFolder, jobs: list[list[int]]) -> None:
        cells = sorted(cell for job in jobs for cell in job)
        rounds.append(cells)
        finish(planned, folder, cells[0])
        folder.teller(0).tell(Told(cells[-1], "begun", "x"))
        if len(rounds) == 1:
            raise RuntimeError("a worker was killed")
        for cell in cells[1:]:
            finish(planned, folder, cell)

    outcome = sweep(work)
    assert rounds == [[0, 1, 2, 3], [1, 2, 3]]
    assert len(outcome.trained) == 4 and not outcome.failed and not outcome.left
    assert not list((planned[0].cell.results / "sweeps").iterdir()), "nothing failed, nothing is kept"


def test_a_cell_that_kills_its_process_each_time_is_given_up(
    planned: list[Planned[int]], sweep: Callable[[Work], Outcome[int]]
) -> None:
    def work(folder: SweepFolder, jobs: list[list[int]]) -> None:
        for cell in (cell for job in jobs for cell in job):
            if cell == 2:
                folder.teller(0).tell(Told(cell, "begun", "x"))
            else:
                finish(planned, folder, cell)

    outcome = sweep(work)
    assert [entry.key for entry in outcome.failed] == [2] and len(outcome.trained) == 3
    assert "killed each time" in str(planned[2].problem) and planned[2].record is None


def test_a_launcher_that_never_begins_is_the_users_to_mend(sweep: Callable[[Work], Outcome[int]]) -> None:
    def work(_: SweepFolder, __: list[list[int]]) -> None:
        raise RuntimeError("invalid partition specified\nmore")

    with pytest.raises(UserError, match=r"^hydra/launcher=joblib: RuntimeError: invalid partition specified$"):
        sweep(work)


def test_a_problem_that_left_no_record_is_told(sweep: Callable[[Work], Outcome[int]]) -> None:
    def work(folder: SweepFolder, jobs: list[list[int]]) -> None:
        for cell in (cell for job in jobs for cell in job):
            folder.teller(0).tell(Told(cell, "failed", "x", "no such file"))

    outcome = sweep(work)
    assert [entry.problem for entry in outcome.failed] == ["no such file"] * 4


def test_a_record_that_comes_late_is_waited_for_and_one_that_never_comes_is_named(
    planned: list[Planned[int]], sweep: Callable[[Work], Outcome[int]]
) -> None:
    def work(folder: SweepFolder, jobs: list[list[int]]) -> None:
        for cell in (cell for job in jobs for cell in job):
            assert planned[cell].seat is not None
            folder.teller(0).tell(Told(cell, "trained", planned[cell].seat.run))  # type: ignore[union-attr]
        time.sleep(0.05)
        for cell in (0, 1, 2):
            finish(planned, folder, cell)

    outcome = sweep(work)
    assert len(outcome.trained) == 3 and [entry.key for entry in outcome.failed] == [3]
    assert "cannot be read from here" in str(planned[3].problem)


def test_stopping_tells_the_workers_and_hears_what_they_finish(
    planned: list[Planned[int]], sweep: Callable[[Work], Outcome[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, begun = driver._Driver.listen, threading.Event()

    def listen(self: driver._Driver[int]) -> None:
        if begun.is_set() and not self.folder.stopped():
            raise KeyboardInterrupt
        real(self)

    monkeypatch.setattr(driver._Driver, "listen", listen)

    def work(folder: SweepFolder, _: list[list[int]]) -> None:
        begun.set()
        while not folder.stopped():
            time.sleep(0.01)
        finish(planned, folder, 1)

    outcome = sweep(work)
    assert outcome.stopped and [entry.key for entry in outcome.trained] == [1]
    assert sorted(entry.key for entry in outcome.left) == [0, 2, 3]


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_a_signal_while_it_waits_does_not_end_it_before_its_workers(
    planned: list[Planned[int]], sweep: Callable[[Work], Outcome[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    main = threading.main_thread().ident
    assert main is not None

    def work(folder: SweepFolder, _: list[list[int]]) -> None:
        monkeypatch.setattr(driver, "LISTEN_EVERY_S", 5.0)  # it comes while the driver waits
        monkeypatch.setattr(driver, "PATIENCE_S", 10.0)
        time.sleep(0.2)
        signal.pthread_kill(main, signal.SIGINT)
        while not folder.stopped():
            time.sleep(0.01)
        time.sleep(0.2)
        finish(planned, folder, 1)

    outcome = sweep(work)
    assert outcome.stopped and [entry.key for entry in outcome.trained] == [1]


def test_joblib_leaves_the_records_that_one_process_leaves(
    tiny_cell: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def records(results: str, *words: str) -> dict[str, Any]:
        cells = ["run", "-m", "-q", "--json", "method=ia3,bitfit", "seed=0,1", *tiny_cell]
        assert cli.main([*cells, f"paths.results={tmp_path / results}", *words]) == 0
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        for record in found:
            record["evaluations"] = [(row[0], row[1], row[4]) for row in record.pop("convergence")["evaluations"]]
            del record["time"], record["memory"], record["environment"]
        return {record["id"]: record for record in found}

    alone = records("alone")
    assert len(alone) == 4
    assert records("several", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2") == alone
