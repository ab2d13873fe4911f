"""Differences that neither seeds nor rows explain: hand-computed corrections, and coverage of known truths."""

from __future__ import annotations

import numpy as np
import pytest

from petlab.tables.bootstrap import Bootstrap, Floats, Sample, holm, interval, p_value


def test_holm_by_hand() -> None:
    # sorted .01 x 4, .02 x 3, .03 x 2, .5 x 1; the third may not fall below the second
    assert holm([0.03, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])
    assert holm([0.4, 0.9]) == [0.8, 0.9]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_p_counts_draws_at_least_as_far_either_way() -> None:
    moves = np.array([-3.0, -1.0, 0.0, 2.0])
    assert p_value(2.0, moves) == 3 / 5
    assert p_value(-4.0, moves) == 1 / 5
    assert interval(1.0, np.linspace(-1, 1, 201)) == pytest.approx((0.05, 1.95))


def test_draws_depend_on_nothing_but_their_arguments() -> None:
    one, other = Sample("one", (0.1, 0.2, 0.4)), Sample("other", (0.1, 0.2, 0.4))
    fresh = Bootstrap(500).moves(one)
    used = Bootstrap(500)
    used.moves(other)
    assert np.array_equal(used.moves(one), fresh)
    assert not np.array_equal(used.moves(other), fresh)


def test_one_seed_and_no_rows_tell_nothing() -> None:
    assert not Bootstrap(100).moves(Sample("one", (0.5,))).any()


def test_spread_over_seeds_is_students_t() -> None:
    moves = Bootstrap(20_000).moves(Sample("seeds", (0.1, 0.2, 0.3)))  # standard error 0.1 / sqrt 3, t with 2 degrees
    low, high = interval(0.2, moves)
    assert high - 0.2 == pytest.approx(4.303 * 0.1 / 3**0.5, rel=0.05)
    assert 0.2 - low == pytest.approx(4.303 * 0.1 / 3**0.5, rel=0.05)


def test_spread_over_rows_is_their_standard_error() -> None:
    rows = np.array([[0.0, 1.0] * 50])
    moves = Bootstrap(20_000).moves(Sample("rows", (0.5,), rows))
    assert moves.std() == pytest.approx(0.5 / 10, rel=0.03)
    assert abs(moves.mean()) < 0.002


def test_differences_are_paired_by_row() -> None:
    rows = np.random.default_rng(0).normal(size=(1, 200))
    one, other = Sample("one", (0.0,), rows), Sample("other", (0.1,), rows - 0.1)
    assert np.abs(Bootstrap(200).moves(one, other)).max() < 1e-12


def test_what_seeds_do_to_rows_is_not_counted_twice() -> None:
    random = np.random.default_rng(0)
    own = random.normal(0, 1, 2000)  # what the rows are like
    rows = own + random.normal(0, 2, (4, 2000))  # and what a seed makes of each: half of the spread of the means
    sample = Sample("noise", (0.0, 0.0, 0.0, 0.0), rows)
    assert rows.mean(0).std() > 1.35
    assert Bootstrap(2000).moves(sample).std() == pytest.approx(own.std() / 2000**0.5, rel=0.08)


def _scores(random: np.random.Generator, methods: int, seeds: int, by_seed: float, alike: float) -> list[Floats]:
    """Equal methods: rows differ, a little more for each method, and seeds move all rows of a method."""
    rows = random.normal(0, alike, 120)
    return [
        rows + random.normal(0, 0.2, 120) + random.normal(0, by_seed, (seeds, 1)) + random.normal(0, 0.1, (seeds, 120))
        for _ in range(methods)
    ]


def _samples(tables: list[Floats], trial: int) -> list[Sample]:
    return [Sample(f"{trial} {at}", tuple(table.mean(1)), table) for at, table in enumerate(tables)]


@pytest.mark.parametrize(("seeds", "by_seed"), [(3, 0.0), (3, 0.03), (5, 0.05)])
def test_intervals_hold_the_truth(seeds: int, by_seed: float) -> None:
    random, bootstrap = np.random.default_rng(1), Bootstrap(400)
    held = 0
    for trial in range(200):
        one, other = _samples(_scores(random, 2, seeds, by_seed, 0.3), trial)
        low, high = interval(one.mean - other.mean, bootstrap.moves(one, other))
        held += low <= 0 <= high
    assert held / 200 >= 0.91  # of 95 %; three seeds make it cautious


def test_real_differences_are_found() -> None:
    random, bootstrap = np.random.default_rng(2), Bootstrap(400)
    found = 0
    for trial in range(50):
        one, other = _samples(_scores(random, 2, 3, 0.01, 0.3), trial)
        better = Sample(
            one.name, tuple(score + 0.15 for score in one.seeds), None if one.rows is None else one.rows + 0.15
        )
        found += p_value(better.mean - other.mean, bootstrap.moves(better, other)) < 0.05
    assert found > 40


def test_five_equal_methods_seldom_give_a_false_difference() -> None:
    random, bootstrap = np.random.default_rng(3), Bootstrap(1000)
    false = 0
    for trial in range(150):
        samples = _samples(_scores(random, 5, 3, 0.0, 0.3), trial)
        pairs = [(one, other) for at, one in enumerate(samples) for other in samples[:at]]
        corrected = holm([p_value(one.mean - other.mean, bootstrap.moves(one, other)) for one, other in pairs])
        false += min(corrected) < 0.05
    assert false / 150 <= 0.09  # 5 % and two standard errors
