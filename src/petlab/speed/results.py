"""What a comparison found, beside its goal: JSON for machines, a table for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from petlab.measure.ratios import Ratio
from petlab.speed.growth import Growth
from petlab.store import write_atomic


@dataclass(frozen=True)
class Finding:
    """One measure.

    Attributes:
        name: unique within a machine's file.
        ratio, low, high: the median ratio and its interval; the same number three times for what is counted once.
        goal: what the ratio should reach.
        sense: whether it should be at least or at most the goal.
        unit: `×` for ratios, `s`, or nothing for a share or an exponent.
        detail: medians in seconds, repetitions, scores: what a reader needs to judge the ratio; `points` of a growth.
    """

    name: str
    ratio: float
    low: float
    high: float
    goal: float
    sense: Literal["at least", "at most"]
    unit: str = "×"
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        """The interval reaches the goal."""
        return self.high >= self.goal if self.sense == "at least" else self.low <= self.goal


def of_ratio(name: str, found: Ratio, goal: float, sense: Literal["at least", "at most"], **detail: Any) -> Finding:
    """The finding of a paired ratio."""
    repeated = {"repetitions": found.repetitions, **detail}
    return Finding(name, found.ratio, found.low, found.high, goal, sense, detail=repeated)


def of_growth(name: str, found: Growth, goal: float) -> Finding:
    """The finding of an exponent, which should be at most its goal."""
    one = found.exponent
    detail = {"repetitions": one.repetitions, "points": found.points}
    return Finding(name, one.ratio, one.low, one.high, goal, "at most", "", detail)


def of_number(
    name: str, value: float, goal: float, sense: Literal["at least", "at most"], unit: str = "", **detail: Any
) -> Finding:
    """The finding of a number that stands for itself."""
    return Finding(name, value, value, value, goal, sense, unit, detail)


def merged(path: Path, found: Sequence[Finding]) -> list[Finding]:
    """The findings with those of the file that were not measured again, in the file's order, new ones last."""
    try:
        kept = {entry["name"]: Finding(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["measures"]}
    except (OSError, ValueError, KeyError, TypeError):
        kept = {}
    return list({**kept, **{finding.name: finding for finding in found}}.values())


def write(path: Path, found: Sequence[Finding], environment: dict[str, Any], threads: int) -> None:
    """One JSON file a machine: its hardware and versions, then an entry a measure."""
    entries = [asdict(finding) for finding in found]
    content = {"environment": environment, "threads": threads, "measures": entries}
    write_atomic(path, json.dumps(content, indent=1, allow_nan=False) + "\n")


def table(found: Sequence[Finding]) -> str:
    """Fixed-width lines: measure, ratio with its interval, goal, and whether it is met."""
    lines = [("measure", "found", "95 % interval", "goal", "")]
    for one in found:
        interval = "" if one.low == one.high else f"{one.low:.2f} to {one.high:.2f}"
        bound = "≥" if one.sense == "at least" else "≤"
        value = f"{one.ratio:.2f} {one.unit}".strip()
        lines.append(
            (one.name, value, interval, f"{bound} {one.goal:g} {one.unit}".strip(), "met" if one.met else "not met")
        )
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
