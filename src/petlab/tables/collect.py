"""Records into the places of a benchmark; what is no record of this version is named and left out."""

from __future__ import annotations

import functools
import gc
import marshal
import math
import os
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from petlab.benchmark import Benchmark, CellKey, CellRequest
from petlab.record import Record, RecordError, decode, parse

ORIGINS = ("trained now", "reused", "reference")
BASELINE = "full"  # the method that others are compared with
Machine = tuple[str, str, int]  # hardware, device, threads
Outputs = Callable[[str], Sequence[Mapping[str, Any]]]  # of a run id: a mapping a test row
Circumstances = tuple[bytes, str, object, object]  # model, data set and hash of its rows, scale, seed
_BY_ROW = {"accuracy": "exact_match"}  # scores that are the mean over rows of one that has another name there


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
    """The cells of one row, data set and scale: one a seed.

    Attributes:
        placed: the cells.
        machine: the hardware whose seconds are compared in this benchmark's tables.
    """

    placed: tuple[Placed, ...]
    machine: Machine | None = None

    @cached_property
    def done(self) -> list[Record]:
        return [one.record for one in self.placed if one.record is not None and one.record.status == "done"]

    @cached_property
    def timed(self) -> list[Record]:
        """Finished runs whose seconds may be compared: exclusive timing, and the hardware that most records have."""
        return [record for record in self.done if timed(record) and machine(record) == self.machine]

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

    @cached_property
    def filled(self) -> dict[str, list[CellKey]]:
        """The cells of each data set that have a record."""
        found: dict[str, list[CellKey]] = {}
        for one in self.placed:
            if one.record is not None:
                found.setdefault(one.request.dataset, []).append(one.request.key)
        return found

    @cached_property
    def train_rows(self) -> dict[str, set[int]]:
        """How many training rows the records of each scale saw."""
        found: dict[str, set[int]] = {}
        for one in self.placed:
            if one.record is not None:
                rows = found.setdefault(one.request.scale, set())
                if one.record.data is not None:
                    rows.add(one.record.data.train_rows)
        return found

    def group(self, row: str, dataset: str, scale: str) -> Group:
        return self.groups.get((row, dataset, scale), Group(()))

    def row_scores(self, record: Record, metric: str) -> dict[str, float] | None:
        """A run's score of each test row by the row's id; None where its outputs do not give all of them."""
        rows = self.outputs(record.id)
        name = _BY_ROW.get(metric, metric)
        found = {str(row.get("id")): row.get(name) for row in rows}
        scores = {row: float(value) for row, value in found.items() if isinstance(value, (int, float))}
        return scores if rows and len(scores) == len(rows) else None

    @cached_property
    def timing_class(self) -> Machine | None:
        """The hardware, device and thread count that most exclusive records have: only their seconds are compared."""
        counts = Counter(machine(one.record) for one in self.placed if one.record and timed(one.record))
        return min(counts, key=lambda found: (-counts[found], found)) if counts else None

    def comparable(self, record: Record) -> bool:
        """Whether the seconds of a finished record stand in this benchmark's tables."""
        return timed(record) and machine(record) == self.timing_class

    def baseline(self, record: Record) -> Record | None:
        """Full fine-tuning of the same model on the same rows with the same seed, for a record of this benchmark."""
        return self._baselines.get(id(record))

    @cached_property
    def _baselines(self) -> dict[int, Record]:
        """By the identity of the record that is compared: six tables ask for each."""
        full: dict[Circumstances, Record] = {}
        done = [(one.request.row, one.record) for one in self.placed if one.record and one.record.status == "done"]
        met = [(row, record, _circumstances(record)) for row, record in done]
        for row, record, circumstances in met:
            if self.benchmark.row(row).method == BASELINE:
                full.setdefault(circumstances, record)
        return {id(record): full[circumstances] for _, record, circumstances in met if circumstances in full}

    @cached_property
    def groups(self) -> dict[tuple[str, str, str], Group]:
        """By row, data set and scale."""
        gathered: dict[tuple[str, str, str], list[Placed]] = {}
        for one in self.placed:
            gathered.setdefault((one.request.row, one.request.dataset, one.request.scale), []).append(one)
        return {key: Group(tuple(value), self.timing_class) for key, value in gathered.items()}


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


def scan(runs: Path) -> tuple[list[Record], list[str]]:
    """Every record of a folder of runs, and one sentence for each file that is none or does not belong there.

    Settings that runs have in common are held once: 100,000 records then take 0.5 GB instead of 1.5.
    """
    records, problems = [], []
    common: dict[bytes, Any] = {}
    with keeping():
        for found in walk(runs):
            if isinstance(found, RecordError):
                problems.append(str(found))
                continue
            for name, part in found.config.items():
                if isinstance(part, dict):
                    found.config[name] = common.setdefault(marshal.dumps(part, 2), part)
            records.append(found)
    return records, problems


@contextmanager
def keeping() -> Iterator[None]:
    """Python's garbage collector at rest: records stay, and looking through 100,000 of them again and again costs
    as much as reading them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def walk(runs: Path) -> Iterator[Record | RecordError]:
    """Every `<runs>/<id>/record.json` in the order of ids, one at a time: the record, or what is wrong with the file.

    A record in the folder of another run (a copy, say) would count twice and is wrong too.
    """
    names = sorted(entry.name for entry in os.scandir(runs)) if runs.is_dir() else []
    for name in names:
        path = f"{runs}{os.sep}{name}{os.sep}record.json"
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - a Path for each of 100,000 files takes a second
                text = file.read()
        except (FileNotFoundError, NotADirectoryError):
            continue  # a run that did not finish
        except OSError as error:
            yield RecordError(f"{path}: unreadable ({error})")
            continue
        try:
            record = decode(text, path)
        except RecordError as error:
            yield error
            continue
        yield record if record.id == name else RecordError(f"{path}: the record of run {record.id}, not of this folder")


def mean(values: Sequence[float]) -> float:
    return statistics.fmean(values)


def deviation(values: Sequence[float]) -> float | None:
    """Sample standard deviation; None for one value."""
    if len(values) < 2:
        return None
    middle = statistics.fmean(values)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1))


def _circumstances(record: Record) -> Circumstances:
    data = f"{record.data.dataset} {record.data.hash}" if record.data is not None else ""
    model = marshal.dumps(record.config.get("model"), 2)  # its settings in their order, quickly
    return model, data, _name(record.config.get("scale")), record.config.get("seed")


def machine(record: Record) -> Machine:
    return record.environment.hardware, record.environment.device, record.time.threads


def described(there: Machine) -> str:
    """A machine as it stands under a table."""
    hardware, device, threads = there
    return f"{hardware} ({device}), {threads} thread{'s' * (threads != 1)}"


def timed(record: Record) -> bool:
    return record.status == "done" and record.time.timing == "exclusive"
