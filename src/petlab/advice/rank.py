"""Rank the ways of tuning for one task, amount of data and limit; or say which runs are missing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, geometric_mean, stdev

from petlab.advice.evidence import SETS, Evidence, Limit, Observation

METHODS = 2
# Student's t, two-sided 95 %, for 1, 2, ... degrees of freedom; with more seeds than these the last is a little wide.
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
_LEAST = 1e-12  # stands for a score of zero in a logarithm


@dataclass(frozen=True)
class Fact:
    """What a variant did on one data set: means over the seeds."""

    score: float
    deviation: float | None  # of the score, over seeds
    value: float  # what the limit ranks by
    seconds: float | None


@dataclass(frozen=True)
class Standing:
    """One variant in the ranking.

    Attributes:
        share: value / best value of the data set, geometric mean over the data sets; 1 = best on each.
        behind: the first one's value over this one's, geometric mean over data sets; 1 for the first.
        interval: 95 % interval of `behind` over seeds (paired, Student's t); None for the first, or with one seed.
        facts: by data set.
    """

    variant: str
    method: str
    parameters: int | None
    share: float
    behind: float
    interval: tuple[float, float] | None
    facts: dict[str, Fact]

    @property
    def level(self) -> bool:
        """Whether the seeds leave open that this one does as well as the first."""
        return self.interval is not None and self.interval[0] <= 1


@dataclass(frozen=True)
class Advice:
    """A ranking, or the reasons why there is none.

    Attributes:
        ranking: best first; empty where runs are missing.
        missing: what a ranking would have needed; empty where there is one.
        left_out: variants that play no part, and why.
        seeds: the seeds that every cell of the ranking has.
    """

    task: str
    scale: str
    limit: Limit
    source: str
    ranking: tuple[Standing, ...] = ()
    missing: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    seeds: tuple[int, ...] = ()

    @property
    def advised(self) -> list[Standing]:
        """The first, and those that the seeds do not tell from it."""
        return [one for number, one in enumerate(self.ranking) if number == 0 or one.level]

    @property
    def margin(self) -> float | None:
        """How far the first is ahead of the next that can be told from it: 0.25 = a quarter more."""
        told = [one for one in self.ranking[1:] if not one.level]
        return told[0].behind - 1 if told else None


class _Lacking(Exception):
    """No ranking; the arguments say what it would have needed."""


def advise(evidence: Evidence, task: str, scale: str, limit: Limit) -> Advice:
    """Rank by the limit's measure over the data sets of the task at the scale.

    Each value is divided by the best of its data set, so that sets of different difficulty count alike; the geometric
    mean over sets makes the order independent of what is divided by.
    """
    left_out: dict[str, str] = {}
    try:
        usable = _usable(evidence, task, scale, limit)
        sets = _sets(usable, evidence, task, limit)
        usable, left_out = _one_of_each(usable, sets, evidence.seeds_needed)
        if limit != "quality":
            there = {one.variant for one in usable}
            left_out |= {name: why for name, why in evidence.far_below.items() if name in there}
            usable = [one for one in usable if one.variant not in left_out]
        seeds = _seeds(usable, evidence.seeds_needed)
        ranking = _ranking(usable, seeds, limit)
    except _Lacking as reasons:
        return Advice(task, scale, limit, evidence.source, missing=reasons.args, left_out=tuple(left_out.items()))
    return Advice(task, scale, limit, evidence.source, ranking, (), tuple(left_out.items()), tuple(seeds))


def _usable(evidence: Evidence, task: str, scale: str, limit: Limit) -> list[Observation]:
    """The runs of the task and scale that the limit can rank."""
    here = [one for one in evidence.observations if (one.task, one.scale) == (task, scale)]
    if not here:
        scales = Counter(one.scale for one in evidence.observations if one.task == task)
        there = "; there are " + ", ".join(f"{count} at {name}" for name, count in scales.items()) if scales else ""
        raise _Lacking(f"no {task} run at {scale}{there}", *_known(evidence.gaps.get(scale)))
    usable = [one for one in here if one.value(limit) is not None]
    if not usable:
        lost = "seconds" if limit == "time" else "parameter counts"
        raise _Lacking(f"no {lost} at {scale}", *_known(evidence.gaps.get(scale), evidence.untimed))
    return usable


def _known(*reasons: str | None) -> list[str]:
    return [reason for reason in reasons if reason]


def _sets(usable: Sequence[Observation], evidence: Evidence, task: str, limit: Limit) -> list[str]:
    """The data sets on which the most methods have enough runs, two at least."""
    runs = Counter((one.method, one.variant, one.dataset) for one in usable)
    there = {(method, dataset) for (method, _, dataset), count in runs.items() if count >= evidence.seeds_needed}
    enough = Counter(dataset for _, dataset in there)
    if not enough:
        most = max(runs.values(), default=0)
        untimed = _known(evidence.untimed if limit == "time" else None)
        raise _Lacking(f"{most} of {evidence.seeds_needed} seeds in the cell that has most", *untimed)
    least = sorted(enough.values(), reverse=True)[:SETS][-1]  # a set with more methods than all others is not enough
    sets = [dataset for dataset in enough if enough[dataset] >= least]
    if len(sets) < SETS:
        raise _Lacking(f"{len(sets)} of {SETS} {task} sets with enough seeds: {', '.join(sets)}")
    return sets


def _one_of_each(
    usable: Sequence[Observation], sets: Sequence[str], needed: int
) -> tuple[list[Observation], dict[str, str]]:
    """Of each method's variants with enough runs on the sets, the one with the lowest loss on the validation rows.

    Test scores play no part in the choice. Where losses are not known all of them stay, each for itself.

    Returns:
        The runs on the sets of the variants taken; what is left out, and why.
    """
    losses: dict[str, dict[str, dict[str, list[float | None]]]] = {}  # by method, variant and data set
    for one in usable:
        mine = losses.setdefault(one.method, {}).setdefault(one.variant, {name: [] for name in sets})
        if one.dataset in mine:
            mine[one.dataset].append(one.loss)
    taken: set[str] = set()
    left_out: dict[str, str] = {}
    for method, variants in losses.items():
        whole = {name: mine for name, mine in variants.items() if all(len(runs) >= needed for runs in mine.values())}
        for name in {} if whole else variants:
            short = {dataset: len(runs) for dataset, runs in variants[name].items() if len(runs) < needed}
            thin = ", ".join(f"{count} of {needed} on {dataset}" for dataset, count in short.items())
            left_out[name] = f"runs: {thin}"
        means = {
            name: _geometric([fmean(loss for loss in runs if loss is not None) for runs in mine.values()])
            for name, mine in whole.items()
            if not any(None in runs for runs in mine.values())
        }
        kept = {min(means, key=lambda name: means[name])} if whole and len(means) == len(whole) else set(whole)
        taken |= kept
        if kept and len(variants) > len(kept):
            others = f"{len(variants) - len(kept)} other settings of {method}"
            left_out[others] = "too few runs, or a higher loss on the validation rows"
    return [one for one in usable if one.dataset in sets and one.variant in taken], left_out


def _seeds(usable: Sequence[Observation], needed: int) -> list[int]:
    """The seeds that every cell has: methods are compared seed by seed."""
    variants = len({one.variant for one in usable})
    if variants < METHODS:
        raise _Lacking(f"{variants} of {METHODS} methods with enough runs")
    cells: dict[tuple[str, str], set[int]] = {}
    for one in usable:
        cells.setdefault((one.variant, one.dataset), set()).add(one.seed)
    seeds = set.intersection(*cells.values())
    if len(seeds) < needed:
        raise _Lacking(f"{len(seeds)} of {needed} seeds that all methods have")
    return sorted(seeds)


def _ranking(usable: Sequence[Observation], seeds: Sequence[int], limit: Limit) -> tuple[Standing, ...]:
    runs: dict[str, dict[str, list[Observation]]] = {}  # by variant and data set, in the order of the seeds
    for one in sorted((one for one in usable if one.seed in seeds), key=lambda one: one.seed):
        runs.setdefault(one.variant, {}).setdefault(one.dataset, []).append(one)
    facts = {variant: {name: _fact(mine, limit) for name, mine in sets.items()} for variant, sets in runs.items()}
    best = {name: max(mine[name].value for mine in facts.values()) for name in next(iter(facts.values()))}
    shares = {
        variant: _geometric([fact.value / best[name] if best[name] else 1.0 for name, fact in mine.items()])
        for variant, mine in facts.items()
    }
    order = sorted(shares, key=lambda variant: -shares[variant])
    first = order[0]
    return tuple(
        Standing(
            variant=variant,
            method=next(iter(runs[variant].values()))[0].method,
            parameters=max((one.parameters or 0 for mine in runs[variant].values() for one in mine), default=0) or None,
            share=shares[variant],
            behind=shares[first] / max(shares[variant], _LEAST),
            interval=_interval(runs[first], runs[variant], limit) if variant != first and len(seeds) > 1 else None,
            facts=facts[variant],
        )
        for variant in order
    )


def _fact(runs: Sequence[Observation], limit: Limit) -> Fact:
    scores = [one.score for one in runs]
    seconds = [one.seconds for one in runs if one.seconds is not None]
    return Fact(
        score=fmean(scores),
        deviation=stdev(scores) if len(scores) > 1 else None,
        value=fmean(one.value(limit) or 0.0 for one in runs),
        seconds=fmean(seconds) if seconds else None,
    )


def _interval(
    first: dict[str, list[Observation]], other: dict[str, list[Observation]], limit: Limit
) -> tuple[float, float]:
    """95 % interval of first / other: the logarithm of the ratio, averaged over data sets, seed by seed."""
    ratios = [
        fmean(_log(mine.value(limit)) - _log(theirs.value(limit)) for mine, theirs in pairs)
        for pairs in _by_seed(first, other)
    ]
    middle = fmean(ratios)
    half = _T[min(len(ratios) - 1, len(_T)) - 1] * stdev(ratios) / math.sqrt(len(ratios))
    return math.exp(middle - half), math.exp(middle + half)


def _by_seed(
    first: dict[str, list[Observation]], other: dict[str, list[Observation]]
) -> list[list[tuple[Observation, Observation]]]:
    """For each seed the runs of both, data set by data set."""
    return [[(first[name][at], other[name][at]) for name in first] for at in range(len(next(iter(first.values()))))]


def _log(value: float | None) -> float:
    return math.log(max(value or 0.0, _LEAST))


def _geometric(values: Sequence[float]) -> float:
    return geometric_mean(max(value, _LEAST) for value in values)
