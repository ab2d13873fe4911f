"""Whether a count is the figure that a paper prints."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Match = Literal["exact", "rounds to it", "differs"]


def match(printed: str, value: float) -> Match:
    """Compare a count with a printed figure (`0.3M`, `2.1%`, `1.2x`, `2849757184`)."""
    if Decimal(value) == figure(printed):
        return "exact"
    return "rounds to it" if rounds(printed, value) else "differs"


def rounds(printed: str, value: float) -> bool:
    """Whether a value, rounded to the digits that are printed, is the printed figure."""
    step = last_digit(printed)
    return (Decimal(value) / step).to_integral_value(ROUND_HALF_UP) * step == figure(printed)


def figure(printed: str) -> Decimal:
    """A printed figure without rounding: 300,000 for `0.3M`."""
    mantissa, exponent = _parts(printed)
    return Decimal(mantissa) * Decimal(10) ** exponent * unit(printed)


def last_digit(printed: str) -> Decimal:
    """What the last printed digit counts: 100,000 in `0.3M`."""
    mantissa, exponent = _parts(printed)
    return Decimal(10) ** (exponent - len(mantissa.partition(".")[2])) * unit(printed)


def unit(printed: str) -> int:
    """What the last letter of a printed figure multiplies with: 1,000,000 for `0.3M`."""
    return {"k": 10**3, "M": 10**6, "B": 10**9}.get(printed[-1:], 1)


def _parts(printed: str) -> tuple[str, int]:
    mantissa, _, exponent = printed.partition("E")
    return "".join(letter for letter in mantissa if letter.isdigit() or letter == "."), int(exponent or 0)
