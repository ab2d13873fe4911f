"""What the page shows, gathered from benchmarks and records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from petlab.benchmark import Benchmark, CellKey, CellRequest
from petlab.claims import Claim, Verdict
from petlab.record import Record
from petlab.report.command import of_record, of_request
from petlab.tables.grid import Document

Placed = Mapping[CellKey, tuple[Record | None, str]]
TrainLosses = Callable[[str], Mapping[int, float]]  # of a run id, by step: mean since the evaluation before


@dataclass(frozen=True)
class Chapter:
    """One benchmark: its cells with their records and where these came from, its tables and figures.

    `judged`: what the papers claim of what it measures, with the verdicts of these records.
    """

    benchmark: Benchmark
    requests: Sequence[CellRequest]
    placed: Placed
    document: Document
    judged: Sequence[tuple[Claim, Verdict]] = ()

    @property
    def records(self) -> list[Record]:
        return [record for record, _ in self.placed.values() if record is not None]

    def count(self, origin: str) -> int:
        return sum(record is not None and found == origin for record, found in self.placed.values())


@dataclass(frozen=True)
class Run:
    """One record on the page.

    Attributes:
        origin: "reused" or "reference", as in the tables.
        command: what repeats it; empty where the record's settings no longer compose.
        benchmarks: names of the benchmarks that show it.
        label: the row's label in the first of them, else the method's id.
        train_losses: mean training loss before each evaluation, by step; empty where no history was kept.
    """

    record: Record
    origin: str
    command: str
    benchmarks: tuple[str, ...]
    label: str
    train_losses: Mapping[int, float]


@dataclass(frozen=True)
class Report:
    """Everything on the page.

    Attributes:
        begun: benchmarks that are not shown because most of their cells were not run: name, cells there, cells.
        problems: files that are no records, one sentence each.
    """

    chapters: tuple[Chapter, ...]
    runs: tuple[Run, ...]
    begun: tuple[tuple[str, int, int], ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def records(self) -> list[Record]:
        return [run.record for run in self.runs]


def gather(
    chapters: Sequence[Chapter],
    others: Iterable[tuple[Record, str]] = (),
    problems: Iterable[str] = (),
    begun: Iterable[tuple[str, int, int]] = (),
    train_losses: TrainLosses = lambda _run: {},
) -> Report:
    """Each run once, in the order of the benchmarks, then the others.

    Args:
        chapters: the benchmarks to show.
        others: records that belong to none of them, with their origin.
        problems: what was found that is no record.
        begun: see `Report`.
        train_losses: looks a run's training losses up.
    """
    shown: dict[str, Run] = {}
    for chapter in chapters:
        for request in chapter.requests:
            record, origin = chapter.placed.get(request.key, (None, ""))
            if record is None:
                continue
            before = shown.get(record.id)
            names = (*(before.benchmarks if before else ()), chapter.benchmark.name)
            label = before.label if before else chapter.benchmark.row(request.row).label
            command = before.command if before else of_request(request)
            shown[record.id] = Run(record, origin, command, names, label, train_losses(record.id))
    for record, origin in others:
        if record.id not in shown:
            label = _name(record, "method") or "?"
            shown[record.id] = Run(record, origin, of_record(record), (), label, train_losses(record.id))
    return Report(tuple(chapters), tuple(shown.values()), tuple(begun), tuple(dict.fromkeys(problems)))


def _name(record: Record, group: str) -> str | None:
    found = record.config.get(group)
    return str(found["name"]) if isinstance(found, dict) and "name" in found else None
