"""What was run on what: small tables over all records of a report."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from petlab.progress import duration
from petlab.record import Record
from petlab.report.gather import Chapter, Report
from petlab.tables.numbers import compact


@dataclass(frozen=True)
class Grid:
    """A small table: a caption, headings, rows of text; the first column names the row, `numeric` ones stand right."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


def lead(report: Report) -> str:
    """`60 runs of 2 models on 4 data sets: 58 done, 2 failed; 40 reused, 20 from reference; 2 h 5 min of work`."""
    records = report.records
    models = {_model(record) for record in records}
    sets = {_dataset(record) for record in records}
    statuses = _counted(record.status for record in records)
    origins = _counted(f"{'from ' * (run.origin == 'reference')}{run.origin}" for run in report.runs)
    spent = duration(sum(record.time.wall_s for record in records))
    return (
        f"{many(len(records), 'run')} of {many(len(models), 'model')} on {many(len(sets), 'data set')}: "
        f"{statuses}; {origins}; {spent} of work."
    )


def grids(report: Report) -> list[Grid]:
    """Benchmarks, models, data, machines, versions."""
    records = report.records
    return [
        *([_benchmarks(report.chapters)] if report.chapters else []),
        _grid(
            "Models",
            ("model", "parameters", "of them embeddings", "runs"),
            records,
            lambda one: (
                _model(one),
                compact(one.params.base) if one.params else "?",
                compact(one.params.embeddings) if one.params else "?",
            ),
            numeric={1, 2, 3},
        ),
        _grid(
            "Data sets",
            (
                "data set",
                "origin",
                "split",
                "train",
                "validation",
                "test",
                "test rows in train",
                "licence",
                "runs",
            ),
            [record for record in records if record.data is not None],
            _data,
            numeric={3, 4, 5, 6, 8},
        ),
        _grid(
            "Hardware and timing",
            ("hardware", "device", "threads", "timing", "runs"),
            records,
            lambda one: (one.environment.hardware, one.environment.device, str(one.time.threads), one.time.timing),
            numeric={2, 4},
        ),
        _grid(
            "Versions",
            ("commit", "petlab", "torch", "transformers", "Python", "runs"),
            records,
            lambda one: (
                commit(one),
                one.environment.petlab,
                one.environment.torch,
                one.environment.transformers,
                one.environment.python,
            ),
            numeric={5},
        ),
    ]


def commit(record: Record) -> str:
    """The commit of petlab that a run was trained with."""
    found = record.environment.git_commit
    if found is None:
        return "unknown"
    return f"{found[:10]}{' with changes' if record.environment.git_dirty else ''}"


def _benchmarks(chapters: Sequence[Chapter]) -> Grid:
    rows = []
    for chapter in chapters:
        statuses = [record.status for record in chapter.records]
        counts = (
            len(chapter.requests),
            statuses.count("done"),
            statuses.count("failed") + statuses.count("diverged"),
            len(chapter.requests) - len(statuses),
            chapter.count("reused"),
            chapter.count("reference"),
        )
        rows.append((chapter.benchmark.name, *map(str, counts)))
    heads = ("benchmark", "cells", "done", "failed or diverged", "not run", "reused", "from reference")
    return Grid("Benchmarks", heads, tuple(rows), frozenset(range(1, len(heads))))


def _grid(
    caption: str,
    heads: tuple[str, ...],
    records: Iterable[Record],
    facts: Callable[[Record], tuple[str, ...]],
    numeric: set[int],
) -> Grid:
    """One row for each different set of facts, with the number of its runs."""
    counts: dict[tuple[str, ...], int] = {}
    for record in records:
        counts[facts(record)] = counts.get(facts(record), 0) + 1
    rows = tuple((*row, str(count)) for row, count in counts.items())
    return Grid(caption, heads, rows, frozenset(numeric))


def _data(record: Record) -> tuple[str, ...]:
    data = record.data
    assert data is not None
    origin = "generated" if data.origin == "embedded" else data.origin
    rows = (data.train_rows, data.validation_rows, data.test_rows, data.overlap)
    return (data.dataset, origin, data.protocol, *(f"{count:,}" for count in rows), data.licence or "?")


def _model(record: Record) -> str:
    model = record.config.get("model")
    if not isinstance(model, dict):
        return "?"
    return f"{model.get('name', '?')}{' with random weights' if model.get('random_weights') else ''}"


def _dataset(record: Record) -> str:
    dataset = record.config.get("dataset")
    return str(dataset.get("name", "?")) if isinstance(dataset, dict) else "?"


def _counted(words: Iterable[Hashable]) -> str:
    """`58 done, 2 failed`."""
    counts: dict[Hashable, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{count} {word}" for word, count in counts.items())


def many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
