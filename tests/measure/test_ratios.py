"""Paired ratios against the binomial distribution and simulated coverage."""

from __future__ import annotations

import random
from statistics import median

import pytest

from petlab.measure.ratios import interleaved, paired


def test_six_repetitions_take_the_whole_range() -> None:
    found = paired([2, 4, 6, 8, 10, 12], [2, 2, 2, 2, 2, 2])
    assert (found.ratio, found.low, found.high) == (3.5, 1.0, 6.0)


def test_nine_repetitions_leave_out_the_ends() -> None:
    # P(X <= 1) = 10/512 = 1.95 % stays below 2.5 %, P(X <= 2) = 46/512 does not: second smallest to second largest.
    found = paired(range(1, 10), [1] * 9)
    assert (found.low, found.high) == (2.0, 8.0)


def test_too_few_repetitions_are_refused() -> None:
    with pytest.raises(ValueError, match="an interval needs 6"):
        paired([1] * 5, [1] * 5)


def test_the_interval_holds_the_true_median() -> None:
    rng = random.Random(0)
    held = 0
    for _ in range(1000):
        found = paired([1.5 * rng.lognormvariate(0, 0.5) for _ in range(8)], [1.0] * 8)
        held += found.low <= 1.5 <= found.high
    assert held >= 940


def test_parts_take_turns_in_going_first() -> None:
    order: list[str] = []

    def part(name: str, seconds: float) -> float:
        order.append(name)
        return seconds

    seconds = interleaved({"a": lambda: part("a", 1.0), "b": lambda: part("b", 2.0)}, 3)
    assert seconds == {"a": [1.0] * 3, "b": [2.0] * 3}
    assert order == ["a", "b", "a", "b", "b", "a", "a", "b"]
    assert median(seconds["b"]) == 2.0


def test_parts_that_have_just_run_are_not_run_for_nothing() -> None:
    times = iter([1.0, 2.0])
    assert interleaved({"a": lambda: next(times)}, 2, warm=True) == {"a": [1.0, 2.0]}
