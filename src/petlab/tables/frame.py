"""Records as a pandas DataFrame: one row a record, one column a fact."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from petlab.record import Record
from petlab.tables.collect import walk

if TYPE_CHECKING:
    import pandas


def load_results(results: str | Path = "results") -> pandas.DataFrame:
    """Every record under `<results>/runs` as a frame. Files that are no records are warned of by name and left out."""

    def sound() -> Iterator[Record]:
        for found in walk(Path(results) / "runs"):
            if isinstance(found, Record):
                yield found
            else:
                problems.append(str(found))

    problems: list[str] = []
    made = frame(sound())
    for problem in problems:
        warnings.warn(f"left out: {problem}", stacklevel=2)
    return made


def frame(records: Iterable[Record]) -> pandas.DataFrame:
    """One row a record: what was run, then `metric.*`, `params.*`, `convergence.*`, `time.*`, `environment.*`, ...

    Records are taken one at a time and not kept; a fact that a record does not have is missing in its row.
    """
    import pandas

    columns: dict[str, list[Any]] = {}
    count = 0
    for record in records:
        for name, value in _row(record).items():
            column = columns.setdefault(name, [])
            column.extend([None] * (count - len(column)))
            column.append(value)
        count += 1
    for column in columns.values():
        column.extend([None] * (count - len(column)))
    return pandas.DataFrame(columns)


def _row(record: Record) -> dict[str, Any]:
    config = record.config
    row: dict[str, Any] = {
        "id": record.id,
        "status": record.status,
        **{group: _name(config.get(group)) for group in ("model", "method", "dataset", "scale")},
        "seed": config.get("seed"),
        "data_seed": config.get("data_seed"),
    }
    row |= {f"metric.{name}": value for name, value in record.metrics.items()}
    parts = ("data", "params", "convergence", "time", "memory", "environment")
    for part in parts:
        section = getattr(record, part)
        if section is not None:
            row |= {f"{part}.{name}": value for name, value in vars(section).items() if name != "evaluations"}
    return row


def _name(group: object) -> object:
    return group.get("name") if isinstance(group, dict) else group
