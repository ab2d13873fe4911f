"""Weighted sums of rows, paired by data set, scale and seed, with an interval.

A contrast gives each (row, scale) a weight; in every column it is computed seed by seed, and where test rows are at
hand row by row. Seeds and test rows move it as `tables.bootstrap` says, each column by itself; the effect is the mean
over columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from petlab.benchmark import Column
from petlab.claims.claim import Missing, Verdict, Word
from petlab.record import Record
from petlab.tables.bootstrap import Bootstrap, Floats, Sample, interval
from petlab.tables.collect import Collected
from petlab.tables.significance import samples

SEEDS = 3  # fewer say too little of others
Weights = Mapping[tuple[str, str], float]  # row and scale
Value = Callable[[Record, Column], float]  # of a run; raises Missing


@dataclass(frozen=True)
class Effect:
    """A contrast's mean over columns and its 95 % interval, in `unit`; n counts the runs."""

    value: float
    low: float
    high: float
    n: int
    unit: str


def minus(ones: Sequence[str], others: Sequence[str], scale: str = "low") -> dict[tuple[str, str], float]:
    """Weights of the mean of some rows minus the mean of others."""
    weights = {(row, scale): 1 / len(ones) for row in ones}
    return {**weights, **{(row, scale): -1 / len(others) for row in others}}


def scores(collected: Collected, weights: Weights, columns: Sequence[str] = ()) -> Effect:
    """A contrast of test scores, in points (hundredths of a score from 0 to 1). Raises `Missing`."""
    strata = []
    for column in _columns(collected, columns):
        for row, scale in weights:
            _runs(collected, row, column, scale, ("done",))
        known = {scale: {one.name: one for one in samples(collected, column, scale)} for _, scale in weights}
        parts = [(weight, known[scale][row]) for (row, scale), weight in weights.items()]
        seeds = np.sum([weight * np.array(one.seeds) for weight, one in parts], axis=0)
        tables = [weight * one.rows for weight, one in parts if one.rows is not None]
        alike = len(tables) == len(parts) and len({table.shape for table in tables}) == 1
        points = 100 / column.factor
        rows: Floats | None = points * np.sum(tables, axis=0) if alike else None
        strata.append(Sample(column.key, tuple(float(seed) for seed in points * seeds), rows))
    return _effect(strata, len(weights), "points")


def values(
    collected: Collected,
    weights: Weights,
    value: Value,
    unit: str,
    columns: Sequence[str] = (),
    statuses: Sequence[str] = ("done",),
) -> Effect:
    """A contrast of what `value` reads from records; seeds alone move it. Raises `Missing`."""
    strata = []
    for column in _columns(collected, columns):
        lines = [
            weight * np.array([value(run, column) for run in _runs(collected, row, column, scale, statuses)])
            for (row, scale), weight in weights.items()
        ]
        strata.append(Sample(column.key, tuple(float(seed) for seed in np.sum(lines, axis=0))))
    return _effect(strata, len(weights), unit)


def of_seeds(columns: Mapping[str, Floats], places_each: int, unit: str = "points") -> Effect:
    """The mean over columns of what was found seed by seed in each, from `places_each` runs a seed; seeds move it."""
    strata = [Sample(name, tuple(float(one) for one in seeds)) for name, seeds in columns.items()]
    return _effect(strata, places_each, unit)


def runs(collected: Collected, row: str, column: Column, scale: str = "low", least: int = SEEDS) -> list[Record]:
    """The finished runs of a place, one a seed. Raises `Missing` where one lacks or there are fewer than `least`."""
    return _runs(collected, row, column, scale, ("done",), least)


def of_benchmark(collected: Collected, rows: Sequence[str]) -> list[str]:
    """Those of some rows that the benchmark has, asked for or not."""
    return [row for row in rows if row in {one.label for one in collected.benchmark.rows}]


def places(collected: Collected, columns: Sequence[str] = ()) -> list[Column]:
    """The columns of test scores, or those named. Raises `Missing` where the command line left one out."""
    return _columns(collected, columns)


def above(effect: Effect, margin: float, what: str) -> Verdict:
    """Whether an effect is larger than a margin."""
    word: Word = "holds" if effect.low > margin else "does not hold here" if effect.high < margin else "not decided"
    return _verdict(word, effect, f"{what}, claimed to be above {margin:g}", (margin,))


def within(effect: Effect, margin: float, what: str) -> Verdict:
    """Whether an effect is nearer to zero than a margin."""
    inside = -margin < effect.low and effect.high < margin
    outside = effect.low > margin or effect.high < -margin
    word: Word = "holds" if inside else "does not hold here" if outside else "not decided"
    return _verdict(word, effect, f"{what}, claimed to be within {margin:g} of zero", (-margin, margin))


def differs(effect: Effect, margin: float, what: str) -> Verdict:
    """Whether there is an effect either way; one that is surely nearer to zero than the margin counts as none."""
    none = -margin < effect.low and effect.high < margin
    some = effect.low > 0 or effect.high < 0
    word: Word = "does not hold here" if none else "holds" if some else "not decided"
    return _verdict(word, effect, f"{what}, claimed to differ from zero (less than {margin:g} counts as zero)", (0.0,))


def ratio(effect: Effect, unit: str = "times") -> Effect:
    """An effect of logarithms as a ratio."""
    low, value, high = (float(np.exp(one)) for one in (effect.low, effect.value, effect.high))
    return Effect(value, low, high, effect.n, unit)


def _verdict(word: Word, effect: Effect, what: str, margins: tuple[float, ...]) -> Verdict:
    found = f"{effect.value:.3g} {effect.unit}, 95 % interval {effect.low:.3g} to {effect.high:.3g}, {effect.n} runs"
    return Verdict(word, effect.value, effect.low, effect.high, effect.n, effect.unit, f"{what}: {found}", margins)


def _effect(strata: Sequence[Sample], places_each: int, unit: str) -> Effect:
    bootstrap = Bootstrap()
    value = float(np.mean([one.mean for one in strata]))
    low, high = interval(value, np.mean([bootstrap.moves(one) for one in strata], axis=0))
    return Effect(value, low, high, places_each * sum(len(one.seeds) for one in strata), unit)


def _columns(collected: Collected, wanted: Sequence[str]) -> list[Column]:
    found = [column for column in collected.benchmark.columns if column.dataset in collected.datasets]
    if lacking := sorted(set(wanted) - {column.key for column in found}):
        raise Missing(f"{collected.benchmark.name} was asked without {', '.join(lacking)}")
    return [column for column in found if not wanted or column.key in wanted]


def _runs(
    collected: Collected, row: str, column: Column, scale: str, statuses: Sequence[str], least: int = SEEDS
) -> list[Record]:
    placed = collected.group(row, column.dataset or "", scale).placed
    where = f"{row}, {column.label}, {scale}"
    ended = [one.record for one in placed if one.record is not None and one.record.status in statuses]
    if len(ended) < len(placed):
        states = sorted({one.record.status if one.record else "not run" for one in placed} - set(statuses))
        raise Missing(f"{len(placed) - len(ended)} of {len(placed)} runs are missing ({', '.join(states)}): {where}")
    if len(ended) < least:
        raise Missing(f"{len(ended)} of {least} seeds: {where}")
    if any(record.status == "done" and column.metric not in record.metrics for record in ended):
        raise Missing(f"{column.metric} was not scored: {where}")
    return ended
