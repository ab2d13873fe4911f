"""What methods add to a forward pass: rules that read the measurements of `petlab latency`, not records."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from petlab.claims.claim import Claim, Missing, Verdict, Word
from petlab.claims.contrast import Effect, above, within
from petlab.claims.words import HU
from petlab.latency.results import BASE, Latency, together
from petlab.measure.ratios import Ratio, paired

BENCHMARK = "latency"  # stands where other claims name a benchmark
ADAPTERS = ("houlsby", "pfeiffer")
NONE = 1.0  # per cent: an addition that is surely smaller counts as nothing; a margin of the project's own


def _adapters_add(latency: Latency) -> Verdict:
    effect = _per_cent(paired(*_beside(latency, ADAPTERS, [1])))
    return above(effect, 0, "time that adapters add at batch 1")


def _most_at_batch_1(latency: Latency) -> Verdict:
    others = [batch for batch in latency.batches if batch != 1]
    if not others:
        raise Missing("needs batches larger than 1 beside it")
    alone = _times(latency, [1])
    gaps = {batch: paired(alone, _times(latency, [batch])) for batch in others}
    hardest = min(gaps, key=lambda batch: gaps[batch].ratio)
    what = f"time with adapters over that of the base at batch 1, beside the same at batch {hardest} (the next most)"
    return above(_per_cent(gaps[hardest]), 0, what)


def _merged_adds_none(latency: Latency) -> Verdict:
    effect = _per_cent(paired(*_beside(latency, ["lora_merged"], latency.batches)))
    return within(effect, NONE, "time that merged LoRA adds")


def _prefix_shortens(latency: Latency) -> Verdict:
    most, taken = latency.positions, latency.taken.get("prefix")
    if most is None:
        raise Missing(f"needs a model whose positions are limited, {latency.model} has no limit")
    if taken is None:
        raise Missing("the prefix was not measured")
    word: Word = "holds" if taken else "does not hold here"
    sentence = f"a prefix takes {taken:,} of {most:,} positions, {most - taken:,} are left for the text"
    return Verdict(word, taken, taken, taken, 1, "positions", sentence)


def _times(latency: Latency, batches: Sequence[int]) -> list[float]:
    """How many times the base's seconds adapters take, repetition by repetition."""
    return [one / base for one, base in zip(*_beside(latency, ADAPTERS, batches), strict=True)]


def _beside(latency: Latency, ways: Sequence[str], batches: Sequence[int]) -> tuple[list[float], list[float]]:
    """Seconds of some ways and of the base, repetition by repetition, as geometric means over ways, batches, lengths.

    Lengths that were left empty at one of the batches are left out at all. Raises `Missing` where nothing remains.
    """
    if lacking := sorted({*ways} - {*latency.ways}):
        raise Missing(f"{', '.join(lacking)} was not measured")
    if lacking_batches := [batch for batch in batches if batch not in latency.batches]:
        raise Missing(f"batch {lacking_batches[0]} was not measured")
    lengths = [
        length
        for length in latency.lengths
        if all(latency.at(way, batch, length).seconds for way in (*ways, BASE) for batch in latency.batches)
    ]
    if not lengths:
        raise Missing(f"no length was measured for {', '.join(ways)} at every batch")
    places = [(way, batch, length) for way in ways for batch in batches for length in lengths]
    return together([latency.at(*place) for place in places]), together([latency.at(BASE, *at) for _, *at in places])


def _per_cent(ratio: Ratio) -> Effect:
    low, value, high = (100 * (one - 1) for one in (ratio.low, ratio.ratio, ratio.high))
    return Effect(value, low, high, ratio.repetitions, "%")


def _claim(part: str, text: str, section: str, judge: Callable[[Latency], Verdict]) -> Claim:
    def on_this_machine(latency: Latency) -> Verdict:
        found = judge(latency)
        where = f"{latency.model} on {latency.environment.hardware}, threads: {latency.threads}"
        return dataclasses.replace(found, sentence=f"{found.sentence}; {where}")

    return Claim(f"latency.{part}", text, f"{HU}, {section}", BENCHMARK, on_this_machine)


CLAIMS = (
    _claim("adapters", "adapters add inference latency", "section 3 and table 1", _adapters_add),
    _claim("batch_1", "adapters add most at batch 1", "section 3 and table 1", _most_at_batch_1),
    _claim("merged", "merged LoRA adds no inference latency", "section 4.1 and table 1", _merged_adds_none),
    _claim("usable_length", "a prefix shortens the length that is left for the text", "section 3", _prefix_shortens),
)
