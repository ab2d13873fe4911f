"""What the figures of scores share: which columns they show, and our score of a row with its spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from petlab.benchmark import Column
from petlab.tables.collect import Collected, deviation, mean
from petlab.tables.figures.style import plain


@dataclass(frozen=True)
class Point:
    """Our score of one row, column and scale: the middle of its seeds, and their standard deviation (0 for one)."""

    score: float
    spread: float
    stored: int  # parameters
    train_rows: int


def point(collected: Collected, row: str, column: Column, scale: str) -> Point | None:
    """None where nothing was scored."""
    done = [one for one in collected.group(row, column.dataset or "", scale).done if column.metric in one.metrics]
    if not done:
        return None
    scores = [one.metrics[column.metric] * column.factor for one in done]
    middle = median(scores) if collected.benchmark.statistic == "median" else mean(scores)
    return Point(
        middle,
        deviation(scores) or 0.0,
        max((one.params.stored for one in done if one.params is not None), default=0),
        max((one.data.train_rows for one in done if one.data is not None), default=0),
    )


def columns(collected: Collected) -> list[Column]:
    """The first column of each data set that has a score of ours."""
    found: dict[str, Column] = {}
    for column in collected.benchmark.columns:
        if column.dataset in collected.datasets and column.dataset not in found and _scored(collected, column):
            found[column.dataset or ""] = column
    return list(found.values())


def scales(collected: Collected) -> list[str]:
    """The scales at which a cell is done."""
    return [
        scale
        for scale in collected.scales
        if any(one.request.scale == scale and one.record is not None and one.record.metrics for one in collected.placed)
    ]


def named(column: Column) -> str:
    """A panel's heading."""
    return plain(f"{column.group} {column.label}".strip())


def by_method(collected: Collected) -> dict[str, list[str]]:
    """The rows of each method."""
    found: dict[str, list[str]] = {}
    for row in collected.rows:
        found.setdefault(collected.benchmark.row(row).method, []).append(row)
    return found


def label(collected: Collected, rows: Sequence[str]) -> str:
    """What a legend calls rows of one method: the words that their labels begin or end with in common."""
    words = [collected.benchmark.row(row).label.split() for row in rows]
    common = _beginning(words) or _beginning([line[::-1] for line in words])[::-1]
    text = " ".join(common) or collected.benchmark.row(rows[0]).method
    return plain(text[1:-1] if text.startswith("(") and text.endswith(")") else text)


def scaled(collected: Collected, scale: str) -> str:
    """`100 rows`, from the records; the scale's name where they differ."""
    rows = collected.train_rows.get(scale, set())
    return f"{min(rows):,} rows" if len(rows) == 1 else plain(scale)


def _beginning(lines: Sequence[list[str]]) -> list[str]:
    """The first words that all lines share."""
    count = 0
    while all(len(line) > count for line in lines) and len({line[count] for line in lines}) == 1:
        count += 1
    return lines[0][:count]


def _scored(collected: Collected, column: Column) -> bool:
    return any(
        one.record is not None and one.request.dataset == column.dataset and column.metric in one.record.metrics
        for one in collected.placed
    )
