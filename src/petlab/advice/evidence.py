"""What a piece of advice rests on: scores, parameters and seconds of single runs, whoever measured them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from statistics import fmean, geometric_mean
from typing import Literal

import yaml

from petlab.errors import UserError

Limit = Literal["time", "memory", "quality"]
LIMITS: dict[Limit, str] = {  # what a limit is measured by; higher is better in all three
    "time": "score per minute of run time",
    "memory": "score per 100,000 stored parameters",
    "quality": "score on the test set",
}
TASKS = ("classification", "generation")
SCALES = ("low", "medium", "high", "full")
SETS = 2  # data sets of a task that advice on the task needs, as the paper has
_LEAST_SHARE = 0.1  # smaller shares count as this, so that one collapse does not outweigh everything else
FAR_BELOW = 2 / 3  # of the best, over all data sets and scales; on the printed numbers this names prompt tuning alone


@dataclass(frozen=True)
class Observation:
    """One run.

    Attributes:
        variant: what the method is called here; tells two settings of one method apart.
        parameters: stored parameters; None where they are not known.
        seconds: of the whole run, validation included; None where they cannot be compared with the others'.
        loss: the lowest on the validation rows, by which one of a method's variants is taken; None: all are.
    """

    variant: str
    method: str
    dataset: str
    task: str
    scale: str
    seed: int
    score: float
    parameters: int | None
    seconds: float | None
    loss: float | None = None

    def value(self, limit: Limit) -> float | None:
        """What the limit ranks by: the score, or the score per 100,000 parameters or per minute."""
        if limit == "quality":
            return self.score
        if limit == "memory":
            return self.score / self.parameters * 1e5 if self.parameters else None
        return self.score / (self.seconds / 60) if self.seconds else None


@dataclass(frozen=True)
class Evidence:
    """Runs that may be compared with each other.

    Attributes:
        source: "records" or "printed".
        told: where the numbers are from, one fact a line.
        observations: the runs.
        seeds_needed: runs of each cell that a ranking needs.
        untimed: runs whose seconds were left out, and why; empty where there are none.
        gaps: why a scale has no runs or no seconds, where that is known.
        model: the base of records.
    """

    source: Literal["records", "printed"]
    told: tuple[str, ...]
    observations: tuple[Observation, ...]
    seeds_needed: int
    untimed: str = ""
    gaps: Mapping[str, str] = field(default_factory=dict)
    model: str | None = None

    @cached_property
    def far_below(self) -> dict[str, str]:
        """Variants whose scores are, over all data sets and scales, less than two thirds of the best: by how much.

        Score divided by parameters or minutes would put a method first that learns little at little cost. Pu et al.
        leave prompt tuning out of tables 5 and 6 because it scores far lower (A.5); this rule does it by the numbers.
        """
        shares: dict[str, list[float]] = {}
        for place in dict.fromkeys((one.dataset, one.scale) for one in self.observations):
            means = mean_values((one for one in self.observations if (one.dataset, one.scale) == place), "quality")
            best = max(means.values())
            for variant, score in means.items():
                shares.setdefault(variant, []).append(max(score / best, _LEAST_SHARE) if best > 0 else 1.0)
        overall = {variant: geometric_mean(mine) for variant, mine in shares.items()}
        return {
            variant: f"scores {share:.2g} of the best, geometric mean over {len(shares[variant])} data sets and scales"
            for variant, share in overall.items()
            if share < FAR_BELOW
        }


def mean_values(observations: Iterable[Observation], limit: Limit) -> dict[str, float]:
    """Mean of each variant over the runs given that have such a value."""
    values: dict[str, list[float]] = {}
    for one in observations:
        value = one.value(limit)
        if value is not None:
            values.setdefault(one.variant, []).append(value)
    return {variant: fmean(mine) for variant, mine in values.items()}


def scale_of(rows: int) -> str:
    """The smallest data scale that holds so many training rows; `full` above the largest.

    Raises:
        UserError: not a positive number.
    """
    if rows < 1:
        raise UserError(f"--rows {rows}: a number of training rows from 1 is needed")
    return next((scale for scale in SCALES if rows <= (rows_of(scale) or rows)), SCALES[-1])


def rows_of(scale: str) -> int | None:
    """Training rows that a scale allows (`conf/scale/`); None for no limit."""
    text = resources.files("petlab.conf").joinpath("scale", f"{scale}.yaml").read_text(encoding="utf-8")
    rows: int | None = yaml.safe_load(text)["rows"]
    return rows
