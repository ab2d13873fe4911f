"""What section 3.2 of Pu et al. 2023 recommends, and what the paper's own tables say to it."""

from __future__ import annotations

from dataclasses import dataclass

from petlab.advice.evidence import Evidence, Limit, mean_values

FULL, IA3, LORA, BITFIT, PROMPT = "Full fine-tuning", "(IA)3", "LoRA", "BitFit", "Prompt tuning"


@dataclass(frozen=True)
class Statement:
    """A recommendation of the text (in our words): at these scales, under this limit, these methods before the rest."""

    limit: Limit
    scale: str
    methods: tuple[str, ...]
    said: str


_PEFT = (IA3, LORA, BITFIT, PROMPT)
STATEMENTS = (
    Statement("time", "low", (FULL,), "full fine-tuning"),
    Statement("time", "medium", (FULL,), "full fine-tuning"),
    Statement("time", "high", _PEFT, "PEFT"),
    Statement("memory", "low", (BITFIT, IA3), "BitFit and (IA)3"),
    Statement("memory", "medium", (IA3,), "(IA)3"),
    Statement("memory", "high", (IA3,), "(IA)3"),
    Statement("quality", "low", (IA3, LORA, BITFIT), "(IA)3, LoRA or BitFit"),
    Statement("quality", "medium", (IA3, LORA, BITFIT), "(IA)3, LoRA or BitFit"),
    Statement("quality", "high", (FULL,), "full fine-tuning"),
)
# Said in passing in the same section, and held against table 1 too.
ASIDES = (
    Statement("quality", "low", (BITFIT, LORA), "BitFit and LoRA do best"),
    Statement("quality", "medium", (BITFIT, LORA), "BitFit and LoRA do best"),
    Statement("quality", "low", (FULL,), "full fine-tuning converges faster and reaches higher scores than PEFT"),
    Statement("quality", "medium", (FULL,), "full fine-tuning converges faster and reaches higher scores than PEFT"),
)


@dataclass(frozen=True)
class Verdict:
    """One data set: which method is first, and where a recommended one is behind one that is not recommended."""

    dataset: str
    best: str
    value: float
    against: tuple[tuple[str, float, str, float], ...]  # recommended, its value, not recommended, its value


@dataclass(frozen=True)
class Comparison:
    """A statement beside the tables; without verdicts where the paper prints no numbers for it."""

    statement: Statement
    verdicts: tuple[Verdict, ...]
    reason: str = ""

    @property
    def agrees(self) -> bool | None:
        """None where there are no numbers."""
        return all(not verdict.against for verdict in self.verdicts) if self.verdicts else None


def compare(statement: Statement, evidence: Evidence, task: str | None = None) -> Comparison:
    """Hold a statement against the printed numbers, data set by data set.

    It agrees where no recommended method is behind one that is not recommended. Methods that the paper leaves out of
    its efficiency tables are left out here too, under a limit of time or memory.
    """
    outside = set() if statement.limit == "quality" else set(evidence.far_below)
    here = [
        one
        for one in evidence.observations
        if one.scale == statement.scale and one.variant not in outside and (task is None or one.task == task)
    ]
    verdicts = []
    for dataset in dict.fromkeys(one.dataset for one in here):
        values = mean_values((one for one in here if one.dataset == dataset), statement.limit)
        if not values:
            continue
        best = max(values, key=lambda variant: values[variant])
        against = tuple(
            (mine, values[mine], other, values[other])
            for mine in values
            if mine in statement.methods
            for other in values
            if other not in statement.methods and values[other] > values[mine]
        )
        verdicts.append(Verdict(dataset, best, values[best], against))
    reason = "" if verdicts else evidence.gaps.get(statement.scale, "the paper prints no numbers for it")
    return Comparison(statement, tuple(verdicts), reason)
