"""One recomputed number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from petlab.audit.match import figure, last_digit

Verdict = Literal["follows", "explained", "does not follow"]


@dataclass(frozen=True)
class Check:
    """A printed number beside what it can be derived from.

    Attributes:
        table: table id.
        what: what is recomputed (averages, parameter counts, ...).
        place: row, scale and column.
        printed: as printed.
        value: recomputed, in the printed unit.
        arithmetic: how.
        verdict: `follows` when it rounds or is cut to the printed digits; `explained` when it does not, but the note
            says which other arithmetic gives the printed number.
        note: remark.
    """

    table: str
    what: str
    place: str
    printed: str
    value: float
    arithmetic: str
    verdict: Verdict
    note: str = ""

    @property
    def shown(self) -> str:
        """The recomputed number with two digits more than the printed one."""
        if "E" in self.printed:
            return f"{self.value:.4E}"
        decimals = len(self.printed.rstrip("%xkMB").partition(".")[2])
        return (
            f"{self.value:,.0f}"
            if float(self.value).is_integer() and not decimals
            else f"{self.value:.{decimals + 2}f}"
        )


def agrees(printed: str, derived: float) -> bool:
    """Whether a number rounds or is cut to the printed digits; the papers do both."""
    given = float(figure(printed))
    return abs(given - derived) < float(last_digit(printed)) * (1 - 1e-9) or given == derived
