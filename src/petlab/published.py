"""Every number that the papers' tables print, one a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields

from petlab import benchmark as benchmarks
from petlab.benchmark import Benchmark, Column, Printed

_SUFFIX = {"per_100k": "_per_100k_parameters", "per_minute": "_per_minute"}


@dataclass(frozen=True)
class Number:
    """One printed number, character for character; `spread` is what stands behind ±, empty where there is none."""

    table: str
    row: str
    method: str
    scale: str
    dataset: str
    metric: str
    value: str
    spread: str


def numbers(table: str | None = None) -> Iterator[Number]:
    """The printed numbers of one table, or of all, in the order of the paper's rows.

    Raises:
        UserError: no such table; with the ones there are.
    """
    for name in [table] if table else benchmarks.names():
        found = benchmarks.load(name)
        if found.paper is None:
            continue
        for row in found.rows:
            if row.parameters is not None:
                yield Number(name, row.key, row.method, "", "", "parameters", row.parameters, "")
            if row.total_parameters is not None:
                yield Number(name, row.key, row.method, "", "", "total_parameters", row.total_parameters, "")
        for scale in found.scales:
            for row in found.rows:
                for column in found.columns:
                    cell = row.printed.get(scale, {}).get(column.key)
                    if cell is not None:
                        place = ("" if found.kind == "parameters" else scale, _dataset(found, column))
                        for metric, value in _parts(found, column, cell):
                            yield Number(name, row.key, row.method, *place, metric, value, cell.spread or "")


def _parts(found: Benchmark, column: Column, cell: Printed) -> list[tuple[str, str]]:
    """Metric and value of each number in a cell: a convergence cell holds two."""
    if found.kind == "convergence":
        epoch, seconds = cell.value.replace("Ep.", "").split(";")
        return [("epoch", epoch.strip()), ("seconds", seconds.strip())]
    if found.kind == "speed_up":
        return [("speed_up", cell.value)]
    return [(column.metric + _SUFFIX.get(found.kind, ""), cell.value)]


def _dataset(found: Benchmark, column: Column) -> str:
    """The column's data set; a column over all GLUE columns (average, total) is of `glue`."""
    if column.dataset is not None:
        return column.dataset
    families = {(other.dataset or "").partition("/")[0] for other in found.columns if other.dataset}
    return families.pop() if len(families) == 1 else ""


def as_csv(rows: Iterable[Number]) -> str:
    """One line a number, with a heading."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([field.name for field in fields(Number)])
    writer.writerows(astuple(row) for row in rows)
    return buffer.getvalue()


def as_text(rows: Iterable[Number]) -> str:
    """Aligned columns under each table's source."""
    lines: list[str] = []
    tables: dict[str, list[Number]] = {}
    for row in rows:
        tables.setdefault(row.table, []).append(row)
    for name, mine in tables.items():
        found = benchmarks.load(name)
        lines.append(f"{name}: {found.title} ({found.paper.citation if found.paper else ''})")
        if found.paper and found.paper.note:
            lines.append(f"  {found.paper.note}")
        lines += [f"  {note}" for note in found.notes]
        shown = [(row.row, row.scale, row.dataset, row.metric, _spread(row)) for row in mine]
        widths = [max(len(texts[at]) for texts in shown) for at in range(5)]
        for texts in shown:
            left = "  ".join(text.ljust(width) for text, width in zip(texts[:4], widths[:4], strict=True))
            lines.append(f"    {left}  {texts[4].rjust(widths[4])}")
        lines.append("")
    return "\n".join(lines)


def _spread(row: Number) -> str:
    return f"{row.value} ± {row.spread}" if row.spread else row.value
