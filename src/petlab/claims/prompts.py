"""Examples in the input, trained prompts, and subspaces of few dimensions."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from petlab.benchmark import Column
from petlab.claims.claim import Claim, Verdict
from petlab.claims.contrast import above, differs, minus, places, runs, scores, values
from petlab.claims.parts import better
from petlab.claims.words import FULL, HOULSBY, HU, LECTURE, LI, LORA, PROMPT
from petlab.record import Record
from petlab.tables.collect import Collected

LENGTHS = (1, 5, 20, 100, 150)
SHOTS = (1, 4, 16)
DIMENSIONS = (10, 100, 1000, 10_000)


def _length(collected: Collected) -> Verdict:
    effect = scores(collected, minus([f"Prompt {LENGTHS[-1]}"], [f"Prompt {LENGTHS[0]}"]))
    return differs(effect, 1, f"a prompt of {LENGTHS[-1]} tokens minus one of {LENGTHS[0]}")


def _unstable(collected: Collected) -> Verdict:
    """How far seeds lie from their median (Brown and Forsythe's measure of spread), prompts minus LoRA."""

    def away(record: Record, column: Column) -> float:
        place = next(one for one in collected.placed if one.record is record).request
        alike = [run.metrics[column.metric] for run in runs(collected, place.row, column, place.scale)]
        return 100 * abs(record.metrics[column.metric] - statistics.median(alike))

    effect = values(collected, minus([f"Prompt {length}" for length in LENGTHS], [LORA]), away, "points")
    return above(effect, 0, "distance of a seed's score from the median of seeds, prompts minus LoRA")


def _dimension(structure: str, dimension: int) -> Callable[[Collected], Verdict]:
    """A subspace's score minus 90 % of full fine-tuning's, and the d90 of each column (Li et al. 2018)."""

    def judge(collected: Collected) -> Verdict:
        effect = scores(collected, {(f"{structure} {dimension}", "low"): 1.0, (FULL, "low"): -0.9})
        d90 = "; ".join(f"{column.label} {_d90(collected, structure, column)}" for column in places(collected))
        return above(effect, 0, f"{structure}, d = {dimension:,}, minus 90 % of full fine-tuning (d90: {d90})")

    return judge


def _d90(collected: Collected, structure: str, column: Column) -> str:
    """The least dimension whose mean score reaches 90 % of full fine-tuning's."""
    mean = {
        row: statistics.fmean(run.metrics[column.metric] for run in runs(collected, row, column))
        for row in (FULL, *(f"{structure} {dimension}" for dimension in DIMENSIONS))
    }
    reached = [dimension for dimension in DIMENSIONS if mean[f"{structure} {dimension}"] >= 0.9 * mean[FULL]]
    return f"{reached[0]:,}" if reached else f"above {DIMENSIONS[-1]:,}"


_MANY_SEEDS = {"seed": "0,1,2"}
_FEW = [f"Few-shot {shots}" for shots in SHOTS]
CLAIMS = (
    Claim(
        "shots.few_over_zero",
        "few-shot beats zero-shot",
        f"{LECTURE}, few-shot and zero-shot",
        "embedded_shots",
        better(_FEW, ["Zero-shot"], 0, "few-shot (1, 4, 16) minus zero-shot"),
    ),
    Claim(
        "shots.tuned_over_few",
        "tuning beats few-shot",
        f"{LECTURE}, few-shot and zero-shot",
        "embedded_shots",
        better([PROMPT, LORA], _FEW, 0, "prompt tuning and LoRA minus few-shot (1, 4, 16)"),
    ),
    Claim(
        "prompt_length.matters",
        "the length of a trained prompt matters",
        f"{LECTURE}, prompt tuning",
        "embedded_prompt_length",
        _length,
    ),
    Claim(
        "prompt_length.unstable",
        "prompt tuning is unstable",
        f"{LECTURE}, prompt tuning: disadvantages",
        "embedded_prompt_length",
        _unstable,
    ),
    *(
        Claim(
            f"intrinsic.{mark}{dimension}",
            f"{dimension:,} {kind} dimensions suffice for 90 % of full fine-tuning",
            f"{HU}, section 4.1, after Li et al. 2018 and Aghajanyan et al. 2021",
            "embedded_intrinsic",
            _dimension(structure, dimension),
        )
        for structure, mark, kind in (("SAID", "", "structure-aware"), ("Plain", "plain_", "plain"))
        for dimension in (1000, 10_000)
    ),
    Claim(
        "points.adapters",
        "adapters come within 0.4 points of full fine-tuning",
        f"{HOULSBY}, abstract",
        "embedded_glue",
        better(["Adapter^H 16"], [FULL], -0.4, "Adapter^H 16 minus full fine-tuning"),
        _MANY_SEEDS,
    ),
    Claim(
        "points.lora",
        "LoRA of rank 8 is within 0.4 points of full fine-tuning, or ahead",
        f"{HU}, table 2",
        "embedded_glue",
        better([LORA], [FULL], -0.4, "LoRA minus full fine-tuning"),
        _MANY_SEEDS,
    ),
    Claim(
        "points.prefix",
        "a prefix is within 0.4 points of full fine-tuning, or ahead",
        f"{LI}, table 1",
        "embedded_e2e",
        better(["PreLayer"], ["FT"], -0.4, "BLEU of the prefix minus that of full fine-tuning", ["BLEU"]),
        _MANY_SEEDS,
    ),
)
