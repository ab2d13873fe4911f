"""When a count is the figure that a paper prints."""

from __future__ import annotations

import pytest

from petlab.audit.match import figure, last_digit, match


@pytest.mark.parametrize(
    ("printed", "value", "expected"),
    [
        ("2849757184", 2_849_757_184, "exact"),
        ("2,849,757,184", 2_849_757_185, "differs"),
        ("0.3M", 294_912, "rounds to it"),
        ("0.3M", 350_000, "differs"),
        ("0.35M", 393_216, "differs"),
        ("23.00M", 23_002_848, "rounds to it"),
        ("1500.0M", 1_564_549_632, "differs"),
        ("175,255.8M", 175_255_760_000, "rounds to it"),
        ("15k", 15_360, "rounds to it"),
        ("2.1%", 2.051, "rounds to it"),
        ("2.1%", 2.16, "differs"),
        ("0.006%", 0.00576, "rounds to it"),
        ("100%", 100.0, "exact"),
        ("1.2x", 1.173, "rounds to it"),
        ("9.0x", 9, "exact"),
    ],
)
def test_match(printed: str, value: float, expected: str) -> None:
    assert match(printed, value) == expected


def test_figures_are_decimal() -> None:
    assert figure("354.92M") == 354_920_000, "as a binary fraction it would not be whole"
    assert (last_digit("354.92M"), last_digit("4.7M"), last_digit("100%")) == (10_000, 100_000, 1)
