"""Records into the places of a benchmark; what is no record of this version is named and left out."""

from __future__ import annotations

import functools
import json
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from petlab.benchmark import Benchmark, CellKey, CellRequest
from petlab.record import Record, RecordError, parse, read

ORIGINS = ("trained now", "reused", "reference")
BASELINE = "full"  # the method that others are compared with
Machine = tuple[str, str, int]  # hardware, device, threads
Outputs = Callable[[str], Sequence[Mapping[str, Any]]]  # of a run id: a mapping a test row
Circumstances = tuple[str, str, object, object]  # model, data set and hash of its rows, scale, seed


def no_outputs(_run: str) -> Sequence[Mapping[str, Any]]:
    """The outputs of runs whose folder is not at hand."""
    return ()


@dataclass(frozen=True)
class Placed:
    """A cell of the benchmark with its record, if there is one."""

    request: CellRequest
    record: Record | None
    origin: str


@dataclass(frozen=True)
class Group:
    """The cells of one row, data set and scale: one a seed."""

    placed: tuple[Placed, ...]

    @property
    def done(self) -> list[Record]:
        return [one.record for one in self.placed if one.record is not None and one.record.status == "done"]

    def with_status(self, status: str) -> list[Record]:
        return [one.record for one in self.placed if one.record is not None and one.record.status == status]


@dataclass(frozen=True)
class Collected:
    """All cells of a benchmark run, in the benchmark's order."""

    benchmark: Benchmark
    placed: tuple[Placed, ...]
    problems: tuple[str, ...]
    outputs: Outputs = no_outputs

    @cached_property
    def scales(self) -> list[str]:
        return list(dict.fromkeys(one.request.scale for one in self.placed))

    @cached_property
    def datasets(self) -> list[str]:
        return list(dict.fromkeys(one.request.dataset for one in self.placed))

    @cached_property
    def rows(self) -> list[str]:
        return list(dict.fromkeys(one.request.row for one in self.placed))

    def group(self, row: str, dataset: str, scale: str) -> Group:
        return Group(self._places.get((row, dataset, scale), ()))

    def row_scores(self, record: Record, metric: str) -> dict[str, float] | None:
        """A run's score of each test row by the row's id; None where its outputs do not give all of them."""
        rows = self.outputs(record.id)
        found = {str(row.get("id")): row.get(metric) for row in rows}
        scores = {name: float(value) for name, value in found.items() if isinstance(value, (int, float))}
        return scores if rows and len(scores) == len(rows) else None

    @cached_property
    def timing_class(self) -> Machine | None:
        """The hardware, device and thread count that most exclusive records have: only their seconds are compared."""
        counts = Counter(machine(one.record) for one in self.placed if one.record and timed(one.record))
        return min(counts, key=lambda found: (-counts[found], found)) if counts else None

    def baseline(self, record: Record) -> Record | None:
        """Full fine-tuning of the same model on the same rows with the same seed."""
        return self._baselines.get(_circumstances(record))

    @cached_property
    def _baselines(self) -> dict[Circumstances, Record]:
        return {
            _circumstances(one.record): one.record
            for one in reversed(self.placed)  # the first row of the table wins
            if one.record is not None
            and one.record.status == "done"
            and self.benchmark.row(one.request.row).method == BASELINE
        }

    @cached_property
    def _places(self) -> dict[tuple[str, str, str], tuple[Placed, ...]]:
        gathered: dict[tuple[str, str, str], list[Placed]] = {}
        for one in self.placed:
            gathered.setdefault((one.request.row, one.request.dataset, one.request.scale), []).append(one)
        return {key: tuple(value) for key, value in gathered.items()}


def collect(
    benchmark: Benchmark,
    requests: Sequence[CellRequest],
    placed: Mapping[CellKey, tuple[Mapping[str, Any] | Record | None, str]],
    problems: Iterable[str] = (),
    outputs: Outputs = no_outputs,
) -> Collected:
    """Check every record and put it in its place.

    Args:
        benchmark: the table.
        requests: its cells, in order.
        placed: for each cell's key the record (as JSON, or as a `Record`; None = not run) and where it came from.
        problems: what the caller already found wrong with files.
        outputs: see `build`.
    """
    found: list[Placed] = []
    wrong = list(problems)
    for request in requests:
        given, origin = placed.get(request.key, (None, ""))
        record: Record | None = None
        if given is not None:
            name = " · ".join([request.row, request.dataset, request.scale, f"seed {request.seed}"])
            try:
                record = given if isinstance(given, Record) else parse(dict(given), name)
                _belongs(record, request, name)
            except RecordError as error:
                wrong.append(str(error))
                record = None
        found.append(Placed(request, record, origin))
    return Collected(benchmark, tuple(found), tuple(wrong), functools.cache(outputs))


def _belongs(record: Record, request: CellRequest, name: str) -> None:
    """A foreign record in a cell would be a number of another run: data set, scale and seed must be the cell's."""
    config = record.config
    facts = {
        "data set": (_name(config.get("dataset")), request.dataset),
        "scale": (_name(config.get("scale")), request.scale),
        "seed": (config.get("seed"), request.seed),
    }
    for what, (there, wanted) in facts.items():
        if there is not None and there != wanted:
            raise RecordError(f"{name}: record {record.id} is of {what} {there}")


def _name(group: object) -> object:
    return group.get("name") if isinstance(group, dict) else None


def scan(folder: Path) -> tuple[list[Record], list[str]]:
    """Every record under a folder (`<folder>/**/record.json`), and one sentence for each file that is none."""
    records, problems = [], []
    for path in sorted(folder.rglob("record.json")):
        try:
            records.append(read(path))
        except RecordError as error:
            problems.append(str(error))
    return records, problems


def mean(values: Sequence[float]) -> float:
    return statistics.fmean(values)


def deviation(values: Sequence[float]) -> float | None:
    """Sample standard deviation; None for one value."""
    return statistics.stdev(values) if len(values) > 1 else None


def _circumstances(record: Record) -> Circumstances:
    data = f"{record.data.dataset} {record.data.hash}" if record.data is not None else ""
    model = json.dumps(record.config.get("model"), sort_keys=True)
    return model, data, _name(record.config.get("scale")), record.config.get("seed")


def machine(record: Record) -> Machine:
    return record.environment.hardware, record.environment.device, record.time.threads


def timed(record: Record) -> bool:
    return record.status == "done" and record.time.timing == "exclusive"
