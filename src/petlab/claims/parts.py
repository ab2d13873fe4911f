"""Which parts of a model a method needs, and how large a rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from petlab.claims.claim import Claim, Verdict
from petlab.claims.contrast import above, minus, scores
from petlab.claims.words import HU, PU
from petlab.tables.collect import Collected

NEAR = 1.0  # points: what counts as as good
COLLAPSE = 10.0  # points: (IA)3 loses 12 without attention in table 2, on the average of its data sets
CLASSES = ("embedded/topics", "embedded/acceptability")
MATRICES = ("q", "v", "q, v", "q, k, v, o")


def better(
    ones: Sequence[str], others: Sequence[str], margin: float, what: str, columns: Sequence[str] = ()
) -> Callable[[Collected], Verdict]:
    """The mean of some rows minus that of others is above a margin; a negative one says: not so much worse."""

    def judge(collected: Collected) -> Verdict:
        return above(scores(collected, minus(ones, others), columns), margin, what)

    return judge


def _more_for_ia3(collected: Collected) -> Verdict:
    ia3 = minus(["(IA)3 (later layers)"], ["(IA)3 (early layers)"])
    lora = minus(["LoRA (early layers)"], ["LoRA (later layers)"])
    return above(scores(collected, {**ia3, **lora}), 0, "later minus early layers of (IA)3, minus the same of LoRA")


def _ablation(part: str, text: str, section: str, judge: Callable[[Collected], Verdict]) -> Claim:
    return Claim(f"ablation.{part}", text, f"{PU}, section 3.3 and {section}", "embedded_ablation", judge)


def _rank(part: str, text: str, section: str, judge: Callable[[Collected], Verdict]) -> Claim:
    return Claim(f"lora_rank.{part}", text, f"{HU}, {section}", "embedded_lora_rank", judge)


CLAIMS = (
    *(
        _ablation(
            f"half_{name}",
            f"half of the layers suffice for {method}",
            "tables 2 and 3",
            better(
                [f"{method} (later layers)"], [f"{method} (all layers)"], -NEAR, f"{method}: later layers minus all"
            ),
        )
        for name, method in (("lora", "LoRA"), ("ia3", "(IA)3"))
    ),
    *(
        _ablation(
            f"later_{name}",
            f"later layers beat early ones for {method}",
            "table 2",
            better(
                [f"{method} (later layers)"], [f"{method} (early layers)"], 0, f"{method}: later minus early layers"
            ),
        )
        for name, method in (("lora", "LoRA"), ("ia3", "(IA)3"))
    ),
    _ablation("later_most_ia3", "later layers matter more for (IA)3 than for LoRA", "table 2", _more_for_ia3),
    _ablation(
        "self_attention",
        "without self-attention LoRA loses more on classification than without other parts of attention",
        "table 2",
        better(
            ["LoRA (no cross-attention)", "LoRA (no query and output)"],
            ["LoRA (no self-attention)"],
            0,
            "LoRA on classification: without other parts minus without self-attention",
            CLASSES,
        ),
    ),
    _ablation(
        "ia3_attention",
        "(IA)3 without attention collapses",
        "table 2",
        better(["(IA)3 (all layers)"], ["(IA)3 (no attention)"], COLLAPSE, "(IA)3: all minus without attention"),
    ),
    _rank(
        "small",
        "a rank of 4 is as good as one of 64",
        "section 7.2",
        better(
            [f"LoRA {matrices}; rank 4" for matrices in MATRICES],
            [f"LoRA {matrices}; rank 64" for matrices in MATRICES],
            -NEAR,
            "rank 4 minus rank 64, over four choices of matrices",
        ),
    ),
    _rank(
        "one",
        "for q and v together a rank of 1 is as good as one of 64",
        "section 7.2",
        better(["LoRA q, v; rank 1"], ["LoRA q, v; rank 64"], -NEAR, "q and v: rank 1 minus rank 64"),
    ),
    _rank(
        "q_and_v",
        "q and v together beat q alone at equal parameters",
        "section 7.1",
        better(
            [f"LoRA q, v; rank {rank}" for rank in (1, 2, 4)],
            [f"LoRA q; rank {2 * rank}" for rank in (1, 2, 4)],
            0,
            "q and v minus q alone with twice the rank, over ranks of 1, 2 and 4",
        ),
    ),
)
