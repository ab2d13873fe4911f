"""One job of a sweep in a process of its own: what a launcher calls, and what the driver hears of it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from petlab.interrupt import sigterm_as_interrupt
from petlab.progress import Reporter
from petlab.sweep import devices, slurm
from petlab.sweep.execute import Outcome, Queue
from petlab.sweep.folder import SweepFolder, Teller, Told
from petlab.sweep.plan import Planned, look_up, made
from petlab.workshop import Workshop

LOOK_EVERY_S = 1.0  # between two looks for the file that says stop

_workshops: dict[Path, Workshop] = {}  # a launcher may give a process several jobs: its bases stay in memory


def work(config: Any) -> None:
    """Settle the cells of job `config.job` of the sweep in `config.folder`; Hydra's task function.

    A cell that was settled before (by this job, before it was queued again) is left as it is. SIGTERM and the sweep's
    `stop` file end the job within seconds, its cell given back.
    """
    folder = SweepFolder(Path(config.folder))
    if folder.stopped():
        return
    with folder.log(config.job).open("a", encoding="utf-8") as log, _ends_on_request(folder):
        outcome = _settle(folder, int(config.job), Reporter(log))
    if outcome.stopped and not folder.stopped() and slurm.inside():
        if slurm.asks_to_go():
            slurm.queue_again()
        sys.exit(1)  # no result for submitit to find, which would take the job for done


def _settle(folder: SweepFolder, job: int, reporter: Reporter) -> Outcome[int]:
    outcome: Outcome[int] = Outcome()
    settled = {told.cell for told in folder.news() if told.how != "begun"}
    sweep = folder.cells()
    planned = [made(number, sweep["cells"][number]) for number in folder.job(job) if number not in settled]
    if not planned:
        return outcome
    results = planned[0].cell.results
    devices.take_own(results)
    shop = _workshops.setdefault(results, Workshop(results))
    shop.reporter = reporter
    teller = folder.teller(job)
    look_up(planned, shop)
    for entry in planned:
        if entry.problem is not None:
            teller.tell(Told(entry.key, "failed", "", entry.problem))
    ready = [entry for entry in planned if entry.problem is None]
    _TellingQueue(ready, shop, outcome, teller, force=sweep["force"]).run()
    return outcome


class _TellingQueue(Queue[int]):
    """A queue that tells the driver what it begins and settles."""

    def __init__(
        self, todo: list[Planned[int]], shop: Workshop, outcome: Outcome[int], teller: Teller, *, force: bool
    ) -> None:
        super().__init__(todo, shop, outcome, force=force)
        self.teller = teller

    def begun(self, entry: Planned[int]) -> None:
        self._tell(entry, "begun")

    def settled(self, entry: Planned[int], how: str) -> None:
        super().settled(entry, how)
        self._tell(entry, how)

    def _tell(self, entry: Planned[int], how: str) -> None:
        assert entry.seat is not None
        try:
            self.teller.tell(Told(entry.key, how, entry.seat.run, entry.problem))
        except OSError as error:  # a full disk: the record, if it could be written, speaks for itself
            self.workshop.reporter.line(f"{entry.cell.title}: {how}, which could not be told: {error}")


@contextlib.contextmanager
def _ends_on_request(folder: SweepFolder) -> Iterator[None]:
    """SIGTERM, or the sweep's `stop` file, raises KeyboardInterrupt. Ctrl-C is the driver's to hear."""
    before = signal.getsignal(signal.SIGTERM)
    sigterm_as_interrupt()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_EVERY_S):
            if folder.stopped():
                os.kill(os.getpid(), signal.SIGTERM)
                return

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()
        signal.signal(signal.SIGTERM, before)
