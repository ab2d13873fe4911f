"""What switching tasks by subtraction leaves behind: rules that read what `petlab switch` measures, not records."""

from __future__ import annotations

from collections.abc import Callable

from petlab.claims.claim import Claim, Missing, Verdict, Word
from petlab.claims.words import HU
from petlab.export.tasks import Together
from petlab.measure.switching import Drift

BENCHMARK = "switching"  # stands where other claims name a benchmark
SWITCHES = 100
SMALL = 1.0  # per cent of a task's own change: what may be left of other tasks; a margin of the project's own


def comes_back(dtype: str) -> Callable[[Together], Verdict]:
    """The base is what it was after many switches, its weights held in a type: what is left is small beside a task."""

    def judge(found: Together) -> Verdict:
        drift = next((one for one in found.drift if one.dtype == dtype), None)
        if drift is None:
            raise Missing(f"needs weights in {dtype}")
        left = 100 * drift.of_update
        word: Word = "holds" if left < SMALL else "does not hold here"
        return Verdict(word, left, left, left, len(found.tasks), "% of an update", _said(drift, left, found), (SMALL,))

    return judge


def _said(drift: Drift, left: float, found: Together) -> str:
    return (
        f"after {drift.switches} switches between {len(found.tasks)} tasks in {drift.dtype} the weights are off by "
        f"{left:.2g} % of a task's own change (claimed: less than {SMALL:g}), {1000 * drift.seconds:.2g} ms a switch"
    )


CLAIMS = tuple(
    Claim(
        f"switching.{dtype}",
        f"subtracting BA brings the base back, to add another one ({dtype})",
        f"{HU}, section 4.1",
        BENCHMARK,
        comes_back(dtype),
    )
    for dtype in ("float32", "bfloat16")
)
