"""Verdicts on what the width of the base changes, on made-up records."""

from __future__ import annotations

import pytest

from petlab.benchmark import CellRequest
from tests.claims.test_rules import claim, given, scored, word


def width(request: CellRequest) -> int:
    return int(request.overrides["model.width"])


def length(points: dict[int, tuple[float, float]]) -> object:
    """Scores of the shortest and the longest prompt by width; 50 elsewhere."""

    def of(request: CellRequest) -> float:
        places = {"Prompt 1": 0, "Prompt 150": 1}
        row = request.row.partition("; ")[0]
        return points[width(request)][places[row]] if row in places else 50

    return scored(of)


@pytest.mark.parametrize(
    ("points", "expected", "effect"),
    [
        ({64: (40, 70), 128: (40, 60), 160: (60, 62)}, "holds", 28),
        ({64: (70, 40), 128: (0, 99), 160: (62, 60)}, "holds", 28),  # where length harms
        ({64: (60, 62), 128: (50, 50), 160: (40, 70)}, "does not hold here", -28),
        ({64: (62, 60), 128: (50, 50), 160: (70, 40)}, "does not hold here", -28),
        ({64: (40, 60), 128: (50, 50), 160: (80, 40)}, "does not hold here", -60),  # turned around, and larger
        ({64: (40, 60), 128: (50, 50), 160: (40, 60)}, "not decided", 0),
    ],
)
def test_the_narrow_base_cares_more_for_length(
    points: dict[int, tuple[float, float]], expected: str, effect: float
) -> None:
    one = claim("prompt_length.width")
    verdict = one.verdict(given(one, length(points)))  # type: ignore[arg-type]
    assert verdict.word == expected and verdict.effect == pytest.approx(effect, abs=0.3)
    assert verdict.n == 4 * 5  # lengths and widths, seeds


def test_the_wide_base_gains_more_from_examples() -> None:
    def points(gain: dict[int, float]) -> object:
        return scored(lambda request: 30 + gain[width(request)] * request.row.startswith("Few-shot"))

    assert word("shots.width", points({64: 1, 128: 0, 160: 9})) == "holds"  # type: ignore[arg-type]
    assert word("shots.width", points({64: 9, 128: 20, 160: 1})) == "does not hold here"  # type: ignore[arg-type]
    assert word("shots.width", points({64: 5, 128: 20, 160: 5})) == "not decided"  # type: ignore[arg-type]
