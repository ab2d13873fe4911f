"""Run what is missing of a plan, one cell after the other in this process, the base kept in memory."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic

from petlab import cell as story
from petlab.errors import UserError
from petlab.progress import duration
from petlab.store import to_be_filled
from petlab.sweep.claims import Claim, Claims
from petlab.sweep.plan import Key, Planned, earlier, grouped
from petlab.training import parallel
from petlab.workshop import Workshop


@dataclass
class Outcome(Generic[Key]):
    """What a sweep did. Every cell's record sits in its `Planned`."""

    trained: list[Planned[Key]] = field(default_factory=list)
    reused: list[Planned[Key]] = field(default_factory=list)
    failed: list[Planned[Key]] = field(default_factory=list)
    left: list[Planned[Key]] = field(default_factory=list)  # not begun: --limit, or stopped by the user
    stopped: bool = False


@dataclass(frozen=True)
class Wanted:
    """Which cells of a plan a sweep trains: the missing ones, and what the options add or take away.

    Attributes:
        limit: train at most this many cells.
        retry_failed: train cells again whose record says failed.
        force: train every cell again.
    """

    limit: int | None = None
    retry_failed: bool = False
    force: bool = False

    def sort_out(self, planned: Sequence[Planned[Key]]) -> tuple[list[Planned[Key]], Outcome[Key]]:
        """The cells to train, those that they start from ahead of them, and an outcome that holds all others."""
        outcome: Outcome[Key] = Outcome()
        todo: list[Planned[Key]] = []
        for entry in planned:
            again = self.force or entry.record is None or (self.retry_failed and entry.state == "failed")
            if again and entry.problem is None:
                entry.problem = entry.obstacle(retry_failed=self.retry_failed)
                entry.mistake = entry.problem is None
            if entry.problem is not None:
                outcome.failed.append(entry)
            elif again:
                todo.append(entry)
            else:
                (outcome.failed if entry.state == "failed" else outcome.reused).append(entry)
        todo = grouped([*earlier(todo), *todo])
        if self.limit is not None:
            todo, outcome.left = todo[: self.limit], todo[self.limit :]
        return todo, outcome


def execute(planned: Sequence[Planned[Key]], workshop: Workshop, wanted: Wanted) -> Outcome[Key]:
    """Train the wanted cells; a cell that fails is recorded with its reason and the sweep goes on.

    Returns:
        The outcome; after Ctrl-C it holds what was finished and `stopped` is set.

    Raises:
        UserError: the results folder cannot be written.
    """
    todo, outcome = wanted.sort_out(planned)
    if todo:
        to_be_filled(workshop.store.results, "paths.results")
    queue = Queue(todo, workshop, outcome, force=wanted.force)
    queue.run()
    return outcome


class TeamLost(Exception):
    """Processes that share each cell are no longer at the same place."""


class Queue(Generic[Key]):
    """The cells to train. A cell that another sweep has claimed is put off and looked at again in the end."""

    def __init__(
        self, todo: Sequence[Planned[Key]], workshop: Workshop, outcome: Outcome[Key], *, force: bool = False
    ) -> None:
        self.waiting = list(todo)
        self.number = len(todo)
        self.workshop = workshop
        self.outcome = outcome
        self.force = force
        self.claims = Claims()
        self.began = time.monotonic()
        self.ahead = self.number  # cells of this round that were not tried yet

    def run(self) -> None:
        """Until every cell was trained here or finished elsewhere, or KeyboardInterrupt."""
        try:
            while self.waiting:
                self._round()
        except (KeyboardInterrupt, TeamLost):
            parallel.out_of_step()
            self.outcome.stopped = True
            self.outcome.left = [*self.waiting, *self.outcome.left]
        self.workshop.prefix = ""

    def _round(self) -> None:
        """Try each waiting cell once; a pause where others have them all."""
        before = len(self.waiting)
        for place, entry in enumerate(list(self.waiting)):
            self.ahead = before - place
            if self._one(entry):
                self.waiting.remove(entry)
        if len(self.waiting) == before:
            self.workshop.reporter.status(f"{before} cell(s) are being trained by another sweep")
            time.sleep(1.0)

    def begun(self, entry: Planned[Key]) -> None:
        """Called before a cell is trained."""

    def settled(self, entry: Planned[Key], how: str) -> None:
        """Called when a cell needs no more work: `how` is "trained", "reused" or "failed"."""
        getattr(self.outcome, how).append(entry)

    def _one(self, entry: Planned[Key]) -> bool:
        """Settle one cell; False while another sweep has it."""
        assert entry.seat is not None
        store, reporter = self.workshop.store, self.workshop.reporter
        found = None if self.force else store.find(entry.seat.run)
        if found is not None and found.status != "failed" and not self._missed(entry.seat.run):
            entry.record = found  # finished elsewhere since the plan was made
            self.settled(entry, "reused")
            return True
        if (before := entry.parent) is not None and before.seat is not None:
            if any(one.seat is not None and one.seat.run == before.seat.run for one in self.waiting):
                return False
            before.record = store.find(before.seat.run)
            entry.problem = entry.obstacle()
            if entry.problem is not None:
                entry.mistake = False
                self.settled(entry, "failed")
                return True
        done = self.number - len(self.waiting)
        self.workshop.prefix = f"[{done + 1}/{self.number}{self._remaining()}] "
        try:
            claim = self.claims.take(store.folder(entry.seat.run))
            if claim is None:
                return False
            with claim:
                self.begun(entry)
                self._train(entry, claim)
        except Exception as error:  # it could not begin, or its result could not be written; the next cell may
            entry.problem, entry.mistake = reason(error), isinstance(error, UserError)
            self._keep(entry, error)
            self.settled(entry, "failed")
            if self.number > 1:  # of a lone cell the command itself says it
                reporter.line(f"{self.workshop.prefix}{entry.cell.title}: {entry.problem}")
            return self._together(entry)
        assert entry.record is not None
        self.settled(entry, "failed" if entry.record.status == "failed" else "trained")
        reporter.line(f"{self.workshop.prefix}{describe(entry)}")
        return self._together(entry)

    def _remaining(self) -> str:
        """`, about 3 min 20 s left`, at the pace so far; empty before the first cell of this one's own.

        A cell that another sweep has taken counts as passed: two sweeps over one store take half of the cells each.
        """
        if not self.outcome.trained:
            return ""
        passed = self.number - self.ahead
        return f", about {duration((time.monotonic() - self.began) / passed * self.ahead)} left"

    def _missed(self, run: str) -> bool:
        """Whether a cell is waiting for tensors of this run that are no longer there."""
        wanted = any(one.parent and one.parent.seat and one.parent.seat.run == run for one in self.waiting)
        return wanted and not self.workshop.store.tensors(run).is_file()

    def _together(self, entry: Planned[Key]) -> bool:
        """True. Raises TeamLost where several processes share each cell and this one failed alone."""
        failed = not entry.mistake if entry.problem else entry.record is not None and entry.record.status == "failed"
        if failed and parallel.size() > 1:
            self.waiting.remove(entry)
            self.workshop.reporter.line("one of the processes that share each cell failed; the sweep ends here")
            raise TeamLost
        return True

    def _train(self, entry: Planned[Key], claim: Claim) -> None:
        self.workshop.may_record, self.workshop.in_company = claim.held, claim.look_around
        try:
            parallel.announce(entry.source)
            entry.record, _ = story.run(entry.cell, self.workshop, force=True)
        finally:
            self.workshop.may_record = self.workshop.in_company = None

    def _keep(self, entry: Planned[Key], error: Exception) -> None:
        """The traceback of what is no mistake of the user's, where it can be written at all."""
        if entry.seat is not None and not isinstance(error, UserError):
            with contextlib.suppress(OSError):
                self.workshop.keep_error(entry.seat.run, "".join(traceback.format_exception(error)))


def reason(error: Exception) -> str:
    """One line on what went wrong."""
    if isinstance(error, UserError):
        return str(error)
    first = (str(error).splitlines() or [""])[0][:300]
    return f"{type(error).__name__}: {first}"


def describe(entry: Planned[Key]) -> str:
    """One line on a finished cell."""
    record = entry.record
    assert record is not None
    if record.status != "done":
        return f"{entry.cell.title}: {record.status}: {record.convergence.reason}"
    score = f"{entry.cell.dataset.metric} {record.metrics[entry.cell.dataset.metric]:.4f}"
    epoch = record.convergence.epoch
    best = "nothing trained" if epoch is None else f"best at epoch {epoch:g}"
    return f"{entry.cell.title}: {score}, {best}, {record.time.wall_s:.1f} s"
