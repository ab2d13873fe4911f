"""Exponents of cost against size, and the picture of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from petlab.errors import UserError
from petlab.measure.ratios import Ratio
from petlab.speed import figure, growth
from petlab.speed.results import of_growth, of_ratio


def test_the_exponent_is_that_of_a_power() -> None:
    assert growth.exponent([1, 2, 4], [3.0, 12.0, 48.0]) == pytest.approx(2.0)
    assert growth.exponent([1, 2], [5.0, 2.5]) == pytest.approx(-1.0)


def test_every_round_has_a_fit_and_the_median_stands() -> None:
    powers = iter([9.0, 9.0, *(power for power in (1.0, 1.1, 1.2, 1.3, 1.4, 1.5) for _ in range(2))])  # first: warm-up
    sizes = {size: (lambda size=size: size ** next(powers)) for size in (2, 4)}
    found = growth.measured(sizes, 6)
    assert (found.exponent.ratio, found.exponent.repetitions) == (pytest.approx(1.25), 6)
    assert (found.exponent.low, found.exponent.high) == (pytest.approx(1.0), pytest.approx(1.5))
    assert [size for size, _ in found.points] == [2, 4]


def test_more_rows_take_more_steps() -> None:
    few, many = growth.rows(1, (8, 48)).values()
    assert 0 < few() < many()


def test_a_process_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "SHORT", ("method=lorra",))
    with pytest.raises(UserError, match=r"ended with 2: .*'lorra' is not one of"):
        growth.processes((1,), 1)[1]()


def test_a_figure_where_there_are_points(tmp_path: Path) -> None:
    exponent = Ratio(1.0, 0.9, 1.1, 6)
    with_points = of_growth("growth with rows", growth.Growth([(100, 1.0), (200, 2.0)], exponent), 1.05)
    drawn = figure.draw([with_points], tmp_path / "growth")
    assert [path.suffix for path in drawn] == [".pdf", ".svg", ".png"]
    assert all(path.stat().st_size > 1000 for path in drawn)
    assert figure.draw([of_ratio("step", exponent, 1.05, "at most")], tmp_path / "none") == ()
