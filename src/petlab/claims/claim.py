"""A claim and what the records say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Word = Literal["holds", "does not hold here", "not decided"]


class Missing(Exception):
    """What the records lack for a verdict, as words that follow `not decided: `."""


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes:
        effect, low, high: the effect and its 95 % interval in `unit`; None where nothing could be computed.
        n: runs that the effect was computed from.
        sentence: what was compared and found, or what is missing.
        margins: what the effect is claimed to pass, or two that it is claimed to stay between, in `unit`.
    """

    word: Word
    effect: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    sentence: str
    margins: tuple[float, ...] = ()


def undecided(sentence: str) -> Verdict:
    """A verdict without numbers."""
    return Verdict("not decided", None, None, None, 0, "", sentence)


@dataclass(frozen=True)
class Claim:
    """One sentence that an experiment can speak for or against. A claim of several parts is several of them.

    Attributes:
        id: `FAMILY.PART`.
        source: document and section, as a reader would look it up.
        benchmark: whose records decide; a name that is no benchmark (yet) leaves the claim undecided. `latency` and
            `switching` stand for the measurements of `petlab latency` and `petlab switch`.
        judge: the rule, told of the benchmark's `Collected` records, a `Latency` or a `Together`; raises `Missing`.
        overrides: of every cell of the benchmark, such as more seeds than its table asks for.
        long: its cells take hours; they are trained only where the claim or its family is named.
    """

    id: str
    text: str
    source: str
    benchmark: str
    judge: Callable[[Any], Verdict]
    overrides: Mapping[str, str] = field(default_factory=dict)
    long: bool = False

    @property
    def family(self) -> str:
        return self.id.partition(".")[0]

    def verdict(self, evidence: Any) -> Verdict:
        """The rule's verdict, or what it lacks."""
        try:
            return self.judge(evidence)
        except Missing as missing:
            return undecided(str(missing))
