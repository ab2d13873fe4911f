"""What the width of the base changes: how much a prompt's length matters, how much examples bring.

The widest base is compared with the narrowest; the one between stands in the table to be looked at.
"""

from __future__ import annotations

from petlab.claims.claim import Claim, Verdict
from petlab.claims.contrast import above, minus, scores
from petlab.claims.prompts import LENGTHS, SHOTS
from petlab.claims.words import LECTURE
from petlab.tables.collect import Collected

NARROW, WIDE = 64, 160


def _length(width: int) -> dict[tuple[str, str], float]:
    """What the longest prompt gains over the shortest."""
    return minus([f"Prompt {LENGTHS[-1]}; width {width}"], [f"Prompt {LENGTHS[0]}; width {width}"])


def _examples(width: int) -> dict[tuple[str, str], float]:
    """What examples in the input gain over none."""
    return minus([f"Few-shot {shots}; width {width}" for shots in SHOTS], [f"Zero-shot; width {width}"])


def _cares_less(collected: Collected) -> Verdict:
    """How far the two lengths lie apart at the narrow base minus the same at the wide one.

    Length may help or harm. The difference is read in the direction that it has over both widths together; then its
    sign is that of the difference of sizes: |a| > |b| where (a + b)(a − b) > 0.
    """
    narrow, wide = _length(NARROW), _length(WIDE)
    sign = 1 if scores(collected, {**narrow, **wide}).value >= 0 else -1
    turned = {place: -weight for place, weight in wide.items()}
    effect = scores(collected, {place: sign * weight for place, weight in {**narrow, **turned}.items()})
    first, last = (LENGTHS[-1], LENGTHS[0]) if sign > 0 else (LENGTHS[0], LENGTHS[-1])
    return above(effect, 0, f"a prompt of {first} tokens minus one of {last}, at width {NARROW} minus at width {WIDE}")


def _gains_more(collected: Collected) -> Verdict:
    turned = {place: -weight for place, weight in _examples(NARROW).items()}
    effect = scores(collected, {**_examples(WIDE), **turned})
    return above(effect, 0, f"few-shot (1, 4, 16) minus zero-shot, at width {WIDE} minus at width {NARROW}")


CLAIMS = (
    Claim(
        "prompt_length.width",
        "larger models care less for the length of a prompt",
        f"{LECTURE}, prompt tuning",
        "embedded_prompt_length_widths",
        _cares_less,
    ),
    Claim(
        "shots.width",
        "larger models gain more from examples",
        f"{LECTURE}, few-shot and zero-shot",
        "embedded_shots_widths",
        _gains_more,
    ),
)
