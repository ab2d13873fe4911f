"""How fast methods converge beside full fine-tuning."""

from __future__ import annotations

import math
from collections.abc import Callable

from petlab.benchmark import Column
from petlab.claims.claim import Claim, Missing, Verdict
from petlab.claims.contrast import above, minus, of_benchmark, ratio, values
from petlab.claims.words import FOUR_SETS, FULL, PEFT, PU, TWO_SETS
from petlab.record import Record
from petlab.tables.collect import Collected, machine, timed

_SOURCE = f"{PU}, section 3.2"


def _log_steps(record: Record, _column: Column) -> float:
    if not record.convergence.step:
        raise Missing(f"run {record.id} has no step of lowest loss")
    return math.log(record.convergence.step)


def _slower(scale: str) -> Callable[[Collected], Verdict]:
    """Steps to the lowest validation loss, as a ratio to full fine-tuning."""

    def judge(collected: Collected) -> Verdict:
        effect = values(collected, minus(of_benchmark(collected, PEFT), [FULL], scale), _log_steps, "log")
        return above(ratio(effect), 1, f"steps to the lowest loss at {scale}, PEFT over full fine-tuning")

    return judge


def _slower_in_seconds(scale: str) -> Callable[[Collected], Verdict]:
    """Seconds from the first step to the stop, the paper's table 4, of runs that had the machine alone."""

    def judge(collected: Collected) -> Verdict:
        def log_seconds(record: Record, _column: Column) -> float:
            if not timed(record) or machine(record) != collected.timing_class:
                raise Missing(f"the seconds of run {record.id} are not comparable: shared timing or other hardware")
            return math.log(record.convergence.run_s)

        effect = values(collected, minus(of_benchmark(collected, PEFT), [FULL], scale), log_seconds, "log")
        return above(ratio(effect), 1, f"seconds to the stop at {scale}, PEFT over full fine-tuning")

    return judge


def _closes_up(collected: Collected) -> Verdict:
    peft = of_benchmark(collected, PEFT)
    few, many = minus(peft, [FULL], "low"), minus([FULL], peft, "high")
    effect = ratio(values(collected, {**few, **many}, _log_steps, "log"))
    return above(effect, 1, "the ratio of steps at low over the same ratio at high")


def _claims(family: str, where: str, benchmark: str, *, long: bool) -> tuple[Claim, ...]:
    def claim(part: str, text: str, source: str, judge: Callable[[Collected], Verdict]) -> Claim:
        return Claim(f"{family}.{part}", f"{text} ({where})", source, benchmark, judge, long=long)

    return (
        *(
            claim(scale, f"PEFT needs more steps than full fine-tuning at {scale}", _SOURCE, _slower(scale))
            for scale in ("low", "medium")
        ),
        *(
            claim(
                f"seconds_{scale}",
                f"PEFT takes longer than full fine-tuning at {scale}",
                f"{_SOURCE} and table 4",
                _slower_in_seconds(scale),
            )
            for scale in ("low", "medium")
        ),
        claim("closes_up", "with more data PEFT closes up with full fine-tuning", _SOURCE, _closes_up),
    )


CLAIMS = (
    *_claims("convergence", *TWO_SETS, long=False),
    *_claims("convergence_all", *FOUR_SETS, long=True),
)
