"""Which method is best at which amount of data, and what a task costs to keep."""

from __future__ import annotations

from collections.abc import Callable

from petlab.claims.claim import Claim, Missing, Verdict, Word
from petlab.claims.contrast import above, minus, of_benchmark, places, runs, scores
from petlab.claims.words import BITFIT, FOUR_SETS, FULL, HOULSBY, HU, IA3, LORA, PEFT, PROMPT, PU, TWO_SETS
from petlab.tables.collect import Collected
from petlab.tables.significance import Difference, from_best

_SOURCE = f"{PU}, section 3.2"


def _two_best(scale: str) -> Callable[[Collected], Verdict]:
    """BitFit and LoRA minus the best of the others, which is chosen by the same scores: against the claim."""

    def judge(collected: Collected) -> Verdict:
        pair = (BITFIT, LORA)
        rivals = of_benchmark(collected, (FULL, IA3, PROMPT))
        others = {other: scores(collected, minus(pair, [other], scale)) for other in rivals}
        best = min(others, key=lambda other: others[other].value)
        return above(others[best], 0, f"the mean of BitFit and LoRA minus {best}, the best other, at {scale}")

    return judge


def _full_gains(collected: Collected) -> Verdict:
    peft = of_benchmark(collected, PEFT)
    weights = {**minus([FULL], peft, "high"), **minus(peft, [FULL], "low")}
    return above(scores(collected, weights), 0, "what full fine-tuning gains from low to high minus what PEFT gains")


def _no_best(collected: Collected) -> Verdict:
    """Whether each row is surely below another one in some place; Holm's correction counts every pair of rows."""
    n = sum(len(runs(collected, row, column, scale))
            for row in collected.rows for column in places(collected) for scale in collected.scales)  # fmt: skip
    if not n:
        raise Missing("no row of the benchmark was asked for")
    worst: dict[str, Difference] = {}
    comparisons = from_best(collected)
    for place, found in comparisons.found.items():
        if not found.explained and (place.row not in worst or found.value < worst[place.row].value):
            worst[place.row] = found
    unbeaten = [row for row in collected.rows if row not in worst]
    if unbeaten:
        below = {place.row for place in comparisons.found}
        surely = all(not found.explained for found in comparisons.found.values())
        none: Word = "does not hold here" if surely and not set(unbeaten) & below else "not decided"
        return Verdict(none, None, None, None, n, "points", f"surely below another nowhere: {', '.join(unbeaten)}")
    row = max(worst, key=lambda row: worst[row].value)
    low, value, high = (100 * one for one in (worst[row].low, worst[row].value, worst[row].high))
    sentence = f"every method is surely below another one somewhere; {row} is so by least"
    return Verdict("holds", value, low, high, n, "points", sentence, (0.0,))


def _bytes(collected: Collected) -> Verdict:
    """One base and a set of weights a task against a whole model a task. A count: nothing moves it."""
    columns = list({column.dataset: column for column in places(collected)}.values())
    kept = {}
    for row in (FULL, *PEFT):
        first = [runs(collected, row, column, least=1)[0].params for column in columns]
        kept[row] = sum(params.stored_bytes for params in first if params is not None)
    if not kept[FULL]:
        raise Missing("the records count no parameters")
    base = kept[FULL] / len(columns)  # full fine-tuning keeps the base's every weight
    share = {row: 100 * (base + kept[row]) / kept[FULL] for row in PEFT}
    most = max(share, key=lambda row: share[row])
    word: Word = "holds" if share[most] < 100 else "does not hold here"
    each = ", ".join(f"{row} {share[row]:.1f} %" for row in PEFT)
    sentence = f"bytes of one base and {len(columns)} tasks over those of {len(columns)} models: {each}"
    return Verdict(word, share[most], share[most], share[most], len(columns) * len(kept), "%", sentence, (100.0,))


def _claims(family: str, where: str, benchmark: str, *, long: bool) -> tuple[Claim, ...]:
    def claim(part: str, text: str, judge: Callable[[Collected], Verdict]) -> Claim:
        return Claim(f"{family}.{part}", f"{text} ({where})", _SOURCE, benchmark, judge, long=long)

    return (
        *(
            claim(f"two_best_{scale}", f"BitFit and LoRA do best at {scale}", _two_best(scale))
            for scale in ("low", "medium")
        ),
        claim("full_gains", "full fine-tuning gains more from data than PEFT", _full_gains),
        claim("no_best", "no method is best everywhere", _no_best),
    )


CLAIMS = (
    *_claims("scale", *TWO_SETS, long=False),
    *_claims("scale_all", *FOUR_SETS, long=True),
    Claim(
        "tasks.bytes",
        "one base and N small sets of weights take less than N models",
        f"{HOULSBY}, section 1; {HU}, section 4.2",
        "embedded",
        _bytes,
    ),
)
