"""Verdicts on made-up measurements of forward passes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from petlab.claims.latency import CLAIMS
from petlab.latency.results import Latency
from tests.latency.made_up import latency

BATCHES, LENGTHS = (1, 4, 16), (128, 512)
ADAPTERS = ("houlsby", "pfeiffer")
WAYS = ("base", *ADAPTERS, "prefix", "lora", "lora_merged")
MACHINE = (1.0, 1.3, 0.9, 2.0, 1.1, 1.0)  # how slow it was in each repetition, for all ways alike
RULES = {claim.id: claim for claim in CLAIMS}
Times = Callable[[str, int, int], float]


def given(times: Times, *, positions: int | None = 512, taken: int = 5) -> Latency:
    """Each way but the base takes `times(way, batch, repetition)` its seconds."""
    seconds = {
        (way, batch, length): [
            batch * length / 1e5 * slow * (1.0 if way == "base" else times(way, batch, repetition))
            for repetition, slow in enumerate(MACHINE)
        ]
        for batch in BATCHES
        for length in LENGTHS
        for way in WAYS
    }
    return latency(seconds, positions=positions, taken={way: taken if way == "prefix" else 0 for way in WAYS})


def adapters(*by_batch: float) -> Times:
    """What adapters take at batch 1, 4, 16; everything else takes what the base does."""
    return lambda way, batch, _: by_batch[BATCHES.index(batch)] if way in ADAPTERS else 1.0


def merged(times: float) -> Times:
    return lambda way, _batch, _repetition: times if way == "lora_merged" else 1.0


@pytest.mark.parametrize(
    ("rule", "times", "word"),
    [
        ("latency.adapters", adapters(1.2, 1.0, 1.0), "holds"),
        ("latency.adapters", adapters(0.95, 1.2, 1.2), "does not hold here"),
        ("latency.batch_1", adapters(1.3, 1.1, 1.05), "holds"),
        ("latency.batch_1", adapters(1.1, 1.05, 1.2), "does not hold here"),
        ("latency.merged", merged(1.005), "holds"),
        ("latency.merged", merged(1.05), "does not hold here"),
        ("latency.merged", merged(0.95), "does not hold here"),
    ],
)
def test_seconds_decide_both_ways(rule: str, times: Times, word: str) -> None:
    assert RULES[rule].verdict(given(times)).word == word


@pytest.mark.parametrize("rule", ["latency.adapters", "latency.batch_1", "latency.merged"])
def test_noise_larger_than_the_effect_decides_nothing(rule: str) -> None:
    def noisy(_way: str, batch: int, repetition: int) -> float:
        return (1.02 if batch == 1 else 1.0) + (0.1 if (batch + repetition) % 2 else -0.1)

    assert RULES[rule].verdict(given(noisy)).word == "not decided"


def test_effect_interval_and_machine_are_said() -> None:
    times = {"houlsby": 1.21, "pfeiffer": 1.0}
    verdict = RULES["latency.adapters"].verdict(given(lambda way, *_: times.get(way, 1.0)))
    assert (verdict.effect, verdict.low, verdict.high) == pytest.approx((10, 10, 10))  # the geometric mean of both
    assert (verdict.n, verdict.unit) == (6, "%")
    assert verdict.sentence.endswith("6 runs; toy on A processor, 2 cores, threads: 2")


def test_batch_1_is_held_against_the_batch_that_comes_next() -> None:
    verdict = RULES["latency.batch_1"].verdict(given(adapters(1.32, 1.2, 1.1)))
    assert verdict.effect == pytest.approx(10) and "at batch 4 (the next most)" in verdict.sentence


@pytest.mark.parametrize(("taken", "word"), [(5, "holds"), (0, "does not hold here")])
def test_a_prefix_shortens_what_it_takes(taken: int, word: str) -> None:
    verdict = RULES["latency.usable_length"].verdict(given(merged(1.0), taken=taken))
    assert (verdict.word, verdict.effect) == (word, taken)
    assert f"{taken} of 512 positions, {512 - taken} are left" in verdict.sentence


def test_what_was_left_empty_counts_nowhere() -> None:
    full = given(adapters(1.2, 1.2, 1.2))
    lost = [
        dataclasses.replace(one, seconds=[], problem="no memory") if (one.batch, one.length) == (16, 512) else one
        for one in full.measures
    ]
    verdict = RULES["latency.batch_1"].verdict(dataclasses.replace(full, measures=lost))
    assert verdict.effect == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("rule", "kept", "lacking"),
    [
        ("latency.merged", lambda one: one.way != "lora_merged", "lora_merged was not measured"),
        ("latency.adapters", lambda one: one.batch > 1, "batch 1 was not measured"),
        ("latency.batch_1", lambda one: one.batch == 1, "needs batches larger than 1"),
    ],
)
def test_what_is_missing_is_named(rule: str, kept: Callable[[object], bool], lacking: str) -> None:
    full = given(merged(1.0))
    verdict = RULES[rule].verdict(dataclasses.replace(full, measures=[one for one in full.measures if kept(one)]))
    assert verdict.word == "not decided" and verdict.effect is None
    assert verdict.sentence.startswith(lacking)


def test_a_model_without_a_limit_decides_nothing_about_length() -> None:
    verdict = RULES["latency.usable_length"].verdict(given(merged(1.0), positions=None, taken=0))
    assert verdict.word == "not decided" and "has no limit" in verdict.sentence
