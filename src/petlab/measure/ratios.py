"""Interleaved repetitions and their paired ratios, with an interval that asks nothing of how times are distributed.

Shared machines are noisy, and slow for minutes at a time. So the parts of a comparison run in turn, each repetition
gives one ratio, and the median of the ratios counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from petlab.errors import UserError

LEAST = 6  # repetitions: with fewer, even the whole range of ratios holds the median in less than 95 % of cases
COVERAGE = 0.95


def refuse_too_few(repetitions: int, threads: int | None) -> None:
    """What every command that measures asks of its options; None threads are all cores.

    Raises:
        UserError: too few repetitions for an interval, or no thread.
    """
    if repetitions < LEAST:
        raise UserError(f"--repetitions {repetitions}: an interval needs at least {LEAST}")
    if threads is not None and threads < 1:
        raise UserError(f"--threads {threads}: a whole number from 1 is needed")


@dataclass(frozen=True)
class Ratio:
    """The median of paired ratios, and the interval that holds the true median with at least 95 % confidence."""

    ratio: float
    low: float
    high: float
    repetitions: int


def paired(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """The ratios `above / below`, repetition by repetition.

    The interval runs from the k-th smallest to the k-th largest ratio, k as large as the binomial distribution with
    p = 1/2 lets it be (the sign test turned round).

    Args:
        above, below: one positive number a repetition, at least `LEAST`.
    """
    return typical([one / other for one, other in zip(above, below, strict=True)])


def typical(values: Sequence[float]) -> Ratio:
    """The median of one number a repetition, with its interval as `paired` has it. At least `LEAST` of them."""
    ordered = sorted(values)
    count = len(ordered)
    if count < LEAST:
        raise ValueError(f"{count} repetitions; an interval needs {LEAST}")
    outside = 0.0
    place = 0
    while outside + math.comb(count, place) / 2**count <= (1 - COVERAGE) / 2:
        outside += math.comb(count, place) / 2**count
        place += 1
    return Ratio(median(ordered), ordered[place - 1], ordered[-place], count)


def interleaved(
    parts: Mapping[str, Callable[[], float]], repetitions: int, *, warm: bool = False
) -> dict[str, list[float]]:
    """Run every part once a repetition, after one round that does not count.

    The parts of each round begin with another one, so that none always runs first.

    Args:
        parts: by name what does the work and returns its seconds.
        repetitions: rounds that count.
        warm: the parts have just run, so that every round counts.

    Returns:
        Seconds by name, one a repetition.
    """
    seconds: dict[str, list[float]] = {name: [] for name in parts}
    names = list(parts)
    for name in () if warm else names:
        parts[name]()
    for repetition in range(repetitions):
        turn = repetition % len(names)
        for name in names[turn:] + names[:turn]:
            seconds[name].append(parts[name]())
    return seconds
