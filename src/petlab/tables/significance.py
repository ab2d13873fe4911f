"""Which differences of a quality table neither seeds nor test rows explain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from petlab.benchmark import Column
from petlab.tables.bootstrap import DRAWS, LEVEL, Bootstrap, Floats, Sample, holm, interval, p_value
from petlab.tables.collect import Collected, Placed


class Place(NamedTuple):
    """Where an entry of ours stands."""

    row: str
    column: str
    scale: str


@dataclass(frozen=True)
class Difference:
    """A difference of two mean scores on the column's scale.

    Attributes:
        value: this row minus the one it is compared with.
        low, high: bounds of its 95 % interval, uncorrected.
        p: corrected for the number of comparisons; None where a row has one seed, which tells nothing of others.
    """

    value: float
    low: float
    high: float
    p: float | None

    @property
    def explained(self) -> bool:
        """Whether seeds or rows alone could have brought it about, or nobody knows."""
        return self.p is None or self.p >= LEVEL


@dataclass(frozen=True)
class Comparisons:
    """Differences by place, and how they were found."""

    found: Mapping[Place, Difference]
    tested: int  # comparisons that the correction counts
    by_rows: int  # places (column and scale) whose test rows were resampled
    places: int

    def note(self) -> str:
        """What an arrow means: `by more than seeds and test rows explain (...)`."""
        over = "seeds and test rows" if self.by_rows == self.places else "seeds"
        if 0 < self.by_rows < self.places:
            over = f"seeds and, in {self.by_rows} of {self.places} columns and scales, test rows"
        lacking = "" if self.by_rows else "; the records at hand keep no scores by row"
        return (
            f"by more than {over} explain{lacking} (two-level bootstrap of {DRAWS:,} draws, Holm's correction over "
            f"{self.tested} comparisons, {100 * LEVEL:g} %)"
        )


def samples(collected: Collected, column: Column, scale: str) -> list[Sample]:
    """The scores of every row in a column and scale; a sample's name is its row's key."""
    return [one for rows in _blocks(collected, column, scale) for one in rows]


def from_best(collected: Collected) -> Comparisons:
    """Every row minus the best of its column, scale and block of rows.

    The best is chosen by the same scores, so the correction counts all pairs of rows and not only those with the best.
    """

    def pairs(rows: list[Sample], column: Column) -> Iterable[tuple[Sample, Sample]]:
        sign = 1 if column.higher_is_better else -1
        for one, other in combinations(rows, 2):
            yield (one, other) if sign * one.mean <= sign * other.mean else (other, one)

    def shown(rows: list[Sample], column: Column) -> Sample:
        return (max if column.higher_is_better else min)(rows, key=lambda one: one.mean)

    return _compare(collected, pairs, shown)


def from_full(collected: Collected) -> Comparisons:
    """Every row minus full fine-tuning of its block of rows."""

    def full(rows: list[Sample]) -> Sample | None:
        return next((one for one in rows if collected.benchmark.row(one.name).method == "full"), None)

    def pairs(rows: list[Sample], _column: Column) -> Iterable[tuple[Sample, Sample]]:
        base = full(rows)
        return [(one, base) for one in rows if one is not base] if base is not None else []

    return _compare(collected, pairs, lambda rows, _: full(rows))


def _compare(
    collected: Collected,
    pairs: Callable[[list[Sample], Column], Iterable[tuple[Sample, Sample]]],
    shown: Callable[[list[Sample], Column], Sample | None],
) -> Comparisons:
    """Test all pairs of each place together; keep those with the row that `shown` gives."""
    bootstrap = Bootstrap()
    found: list[tuple[Place, float, float, float, float | None]] = []
    p_values: list[float] = []
    kept: dict[int, int] = {}  # of `found` to `p_values`
    places = by_rows = 0
    columns = [column for column in collected.benchmark.columns if column.dataset in collected.datasets]
    for column in columns:
        for scale in collected.scales:
            for rows in _blocks(collected, column, scale):
                against = shown(rows, column)
                pairs_here = list(pairs(rows, column))
                places += bool(pairs_here)
                by_rows += bool(pairs_here) and all(one.rows is not None for one in rows)
                for one, other in pairs_here:
                    moves = bootstrap.moves(_named(one, column, scale), _named(other, column, scale))
                    value = one.mean - other.mean
                    known = len(one.seeds) > 1 and len(other.seeds) > 1
                    if known:
                        p_values.append(p_value(value, moves))
                    if other is against:
                        if known:
                            kept[len(found)] = len(p_values) - 1
                        found.append((Place(one.name, column.key, scale), value, *interval(value, moves), None))
    corrected = holm(p_values)
    differences = {
        place: Difference(value, low, high, corrected[kept[at]] if at in kept else None)
        for at, (place, value, low, high, _) in enumerate(found)
    }
    return Comparisons(differences, len(p_values), by_rows, places)


def _named(sample: Sample, column: Column, scale: str) -> Sample:
    """Under a name that is unique in the table: seeds of two places are drawn apart."""
    return Sample(f"{sample.name}\n{column.key}\n{scale}", sample.seeds, sample.rows)


def _blocks(collected: Collected, column: Column, scale: str) -> list[list[Sample]]:
    """The rows of each block that have scores in a column and scale, with scores by test row where all have them."""
    blocks: dict[str, list[tuple[str, list[Placed]]]] = {}
    for row in collected.rows:
        scored = [
            one
            for one in collected.group(row, column.dataset or "", scale).placed
            if one.record is not None and one.record.status == "done" and column.metric in one.record.metrics
        ]
        if scored:
            blocks.setdefault(collected.benchmark.block(row), []).append((row, scored))
    made = []
    for rows in blocks.values():
        tables = _by_row(collected, column, [scored for _, scored in rows])
        made.append(
            [
                Sample(
                    name,
                    tuple(one.record.metrics[column.metric] * column.factor for one in scored if one.record),
                    table,
                )
                for (name, scored), table in zip(rows, tables, strict=True)
            ]
        )
    return made


def _by_row(collected: Collected, column: Column, groups: list[list[Placed]]) -> list[Floats | None]:
    """Scores by seed and test row of each group; None for all where one run lacks them or was tested on other rows."""
    order: list[str] | None = None
    tables: list[Floats | None] = []
    for scored in groups:
        lines = []
        for one in scored:
            record = one.record
            scores = collected.row_scores(record, column.metric) if record is not None else None
            if not scores or record is None:
                return [None] * len(groups)
            order = order or list(scores)
            if scores.keys() != set(order):
                return [None] * len(groups)
            lines.append([scores[row] * column.factor for row in order])
            if abs(float(np.mean(lines[-1])) - record.metrics[column.metric] * column.factor) > 1e-6 * column.factor:
                return [None] * len(groups)  # a score of the whole file, no mean over rows
        tables.append(np.array(lines))
    return tables
