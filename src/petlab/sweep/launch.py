"""The driver of a sweep whose cells other processes train: launch, listen, launch again what was lost, sum up.

What counts is what workers wrote: records in the store, lines in the sweep's folder. A launcher's own answer is not
relied on, since some end at the first worker that is killed and some wait for ever for one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Generic

from petlab.errors import UserError
from petlab.progress import duration
from petlab.store import to_be_filled
from petlab.sweep import launchers, slurm
from petlab.sweep.execute import Outcome, Wanted, describe, execute, reason
from petlab.sweep.folder import SweepFolder, Told
from petlab.sweep.launchers import Launcher
from petlab.sweep.plan import Key, Planned
from petlab.training import parallel
from petlab.workshop import Workshop

LISTEN_EVERY_S = 0.5
ASK_EVERY_S = 15.0  # between two questions to SLURM's queue
PATIENCE_S = 20.0  # for workers to end after a stop, and for a record to be seen on a shared file system
BEGINNINGS = 2  # a cell whose process vanished this often is given up


def launch(planned: Sequence[Planned[Key]], workshop: Workshop, wanted: Wanted, launcher: Launcher) -> Outcome[Key]:
    """Train the wanted cells with a launcher of Hydra's; the basic one is this process.

    Returns:
        The outcome, as `execute` gives it. Cells whose process was killed are tried once more, then given up with a
        reason and without a record.

    Raises:
        UserError: a launcher that is not there, or that fails before a cell was begun; results that cannot be written.
    """
    if not launcher.elsewhere:
        return execute(planned, workshop, wanted)
    if parallel.size() > 1:
        raise UserError(f"hydra/launcher={launcher.name}: torchrun has started workers already; take one of both")
    todo, outcome = wanted.sort_out(planned)
    if todo:
        folder = SweepFolder.new(to_be_filled(workshop.store.results, "paths.results"))
        cells = [{**entry.source, "run": entry.seat.run if entry.seat else None} for entry in todo]
        folder.write_cells({"force": wanted.force, "cells": cells})
        _Driver(folder, todo, workshop, outcome, launcher).run()
        if outcome.failed or outcome.left:
            workshop.reporter.line(f"what the workers said: {folder.path / 'logs'}")
        else:
            folder.remove()
    return outcome


class _Driver(Generic[Key]):
    def __init__(
        self,
        folder: SweepFolder,
        todo: Sequence[Planned[Key]],
        workshop: Workshop,
        outcome: Outcome[Key],
        launcher: Launcher,
    ) -> None:
        self.folder = folder
        self.open = dict(enumerate(todo))
        self.number = len(todo)
        self.workshop = workshop
        self.outcome = outcome
        self.launcher = launcher
        self.begun: Counter[int] = Counter()
        self.fruitless = 0  # rounds in a row that began no cell
        self.working: set[int] = set()
        self.unseen: list[tuple[Told, float]] = []  # settled, their records not seen yet
        self.started = time.monotonic()
        self.jobs = 0

    def run(self) -> None:
        """Rounds of jobs until every cell is settled or given up, or KeyboardInterrupt."""
        round_: _Round | None = None
        try:
            going = True
            while self.open and going:
                before = self._progress()
                with launchers.hydra(self.launcher, self.folder.path) as (config, context):
                    round_ = _Round(self, config, context)
                    round_.watch()
                going = self._after(round_, self._progress() > before)
        except KeyboardInterrupt:
            self.outcome.stopped = True
            self.folder.stop()
            if round_ is not None:
                round_.wind_up()
        self.outcome.left = [*self.open.values(), *self.outcome.left]

    def listen(self) -> None:
        """Take in what workers told since the last call."""
        now = time.monotonic()
        waiting, self.unseen = self.unseen, []
        for told, since in [*waiting, *((told, now) for told in self.folder.news())]:
            if told.cell not in self.open:
                continue
            if told.how == "begun":
                self.begun[told.cell] += 1
                self.working.add(told.cell)
            elif not self._settle(told, late=now - since > PATIENCE_S):
                self.unseen.append((told, since))
        self.workshop.reporter.status(
            f"{self.number - len(self.open)} of {self.number} cells settled, {len(self.working)} in training"
        )

    def _settle(self, told: Told, *, late: bool) -> bool:
        """Close a cell; False while its record is not to be seen here yet."""
        entry = self.open[told.cell]
        entry.problem = told.problem
        entry.record = self.workshop.store.find(told.run) if told.problem is None else None
        if entry.record is None and entry.problem is None:
            if not late:
                return False
            entry.problem = f"the record of run {told.run} cannot be read from here"
        del self.open[told.cell]
        self.working.discard(told.cell)
        (self.outcome.failed if entry.problem else getattr(self.outcome, told.how)).append(entry)
        settled = self.number - len(self.open)
        left = duration((time.monotonic() - self.started) / settled * len(self.open))
        shown = f"{entry.cell.title}: {entry.problem}" if entry.problem else describe(entry)
        self.workshop.reporter.line(f"[{settled}/{self.number}, about {left} left] {shown}")
        if entry.seat and told.run and told.run != entry.seat.run:
            self.workshop.reporter.line(
                f"the worker trained run {told.run} and not {entry.seat.run}: say train.precision=bf16 or fp32, so "
                "that machines of all kinds plan the same run"
            )
        return True

    def _progress(self) -> int:
        """Grows with every cell that is begun or settled."""
        return sum(self.begun.values()) + self.number - len(self.open)

    def _after(self, round_: _Round, moved: bool) -> bool:
        """What a round left: cells to give up, cells to launch again; False where another round would be no better.

        A worker can be killed before it has told of a cell, so jobs that ran and began none are tried once more.
        """
        self.working.clear()
        self.fruitless = 0 if moved else self.fruitless + 1
        again = moved or (self.folder.entered() and self.fruitless < BEGINNINGS)
        if not (self._progress() or again):
            raise UserError(f"hydra/launcher={self.launcher.name}: {round_.problem or 'no job ran'}")
        for number, entry in list(self.open.items()):
            if self.begun[number] >= BEGINNINGS:
                entry.problem = "its process was killed each time (out of memory?); the same command tries it again"
                entry.mistake = False
                self.outcome.failed.append(self.open.pop(number))
        if self.open:
            why = f" ({round_.problem})" if round_.problem else ""
            then = "launched again" if again else "no job began one; the same command goes on"
            self.workshop.reporter.line(f"{len(self.open)} cell(s) lost their process{why}: {then}")
        return again


class _Round:
    """One call of the launcher, in a thread, while this one listens."""

    def __init__(self, driver: _Driver[Any], config: Any, context: Any) -> None:
        from petlab.sweep.sweeper import CellSweeper
        from petlab.sweep.worker import work

        self.driver = driver
        self.problem: str | None = None
        logging.getLogger("submitit").setLevel(logging.ERROR)  # says every few seconds where accounting is off
        self.sweeper = CellSweeper(driver.folder, driver.open, driver.jobs)
        self.sweeper.setup(hydra_context=context, task_function=work, config=config)
        driver.jobs += len(self.sweeper.jobs)
        self.known = set(slurm.job_ids(driver.folder.path))
        self.asked = time.monotonic()
        self.gone = 0  # answers of SLURM in a row that none of the jobs is in its queue
        # Not Thread.join: in Python 3.11 an interrupted one takes a thread that still runs for ended.
        self.ended = threading.Event()

    def _launch(self) -> None:
        try:
            returned = self.sweeper.sweep([f"folder={launchers.quoted(str(self.driver.folder.path))}"])
            for one in returned:
                _ = one.return_value  # raises what the job raised
        except BaseException as error:
            self.problem = reason(error) if isinstance(error, Exception) else type(error).__name__
        finally:
            self.ended.set()

    def watch(self) -> None:
        """Until every cell is settled or no job is left."""
        threading.Thread(target=self._launch, daemon=True).start()
        while self.driver.open and not self._over():
            self.ended.wait(LISTEN_EVERY_S)
            self.driver.listen()
        self.driver.listen()
        deadline = time.monotonic() + PATIENCE_S
        while self.driver.unseen and time.monotonic() < deadline + LISTEN_EVERY_S:
            time.sleep(LISTEN_EVERY_S)
            self.driver.listen()

    def wind_up(self) -> None:
        """After a stop: hear what workers still finish, for a while, and take their jobs out of the queue."""
        slurm.cancel(self._ids(), waiting=True)
        deadline = time.monotonic() + PATIENCE_S
        while not self._over(ask_every=2.0) and time.monotonic() < deadline:
            self.ended.wait(LISTEN_EVERY_S)
            self.driver.listen()
        slurm.cancel(self._ids())

    def _ids(self) -> list[str]:
        return [number for number in slurm.job_ids(self.driver.folder.path) if number not in self.known]

    def _over(self, ask_every: float = ASK_EVERY_S) -> bool:
        """Whether no job of this round runs or will run."""
        ended = self.ended.is_set()
        ids = self._ids() if self.driver.launcher.name == "submitit_slurm" else []
        if not ids:
            return ended
        if time.monotonic() - self.asked >= ask_every:
            self.asked = time.monotonic()
            queued = slurm.queued(ids)
            if queued is None:
                return ended
            self.gone = 0 if queued else self.gone + 1
        return self.gone >= 2
