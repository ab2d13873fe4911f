"""A row's count beside the figure that the paper prints."""

from __future__ import annotations

from dataclasses import dataclass

from petlab.audit.figures import Kind
from petlab.audit.formulas import Account, account, evaluate, reproduces, written
from petlab.audit.match import Match, match, rounds
from petlab.record import Params

UNKNOWN = "cause unknown"


@dataclass(frozen=True)
class Comparison:
    """One printed figure.

    Attributes:
        kind: what the figure is.
        printed: as printed.
        value: the count as such a figure.
        match: whether it is the printed one.
        of: what the value is taken of, where there is a choice.
        explanation: where it differs, the arithmetic that gives the printed figure, or that none is known.
    """

    kind: Kind
    printed: str
    value: float
    match: Match
    of: str = ""
    explanation: str = ""


def compare(
    table: str, row: str, kind: Kind, printed: str, params: Params, norms: int, tasks: int | None
) -> Comparison:
    """The count in the kind of the printed figure, and whether it is that figure."""
    known, candidates = account(table, row, kind), _candidates(kind, params, tasks)
    of, value = next(iter(candidates.items()))
    if known is not None:  # which of two shares a paper gives, its account says
        of, value = min(candidates.items(), key=lambda item: abs(item[1] - evaluate(known.formula)))
    found = match(printed, value)
    explanation = _explanation(known, printed, params, norms) if found == "differs" else ""
    return Comparison(kind, printed, value, found, of, explanation)


def _candidates(kind: Kind, params: Params, tasks: int | None) -> dict[str, float]:
    """The count as a figure of this kind; a share is of the base with its embeddings or without."""
    if kind == "parameters":
        return {"": params.stored}
    if kind == "percent":
        without = params.base - params.embeddings
        return {
            "of the base": 100 * params.stored / params.base,
            "of the base without its embeddings": 100 * params.stored / without,
        }
    assert tasks is not None
    return {f"for {tasks} tasks": (params.stored < params.base) + tasks * params.stored / params.base}


def _explanation(known: Account | None, printed: str, params: Params, norms: int) -> str:
    """Arithmetic that gives the printed figure. A difference without any has no cause that is known."""
    if known is not None and reproduces(known, printed):
        return f"{known.why}: {written(known.reading)}"
    others = [("without the LayerNorms", params.stored - norms), ("with the head", params.stored + params.head)]
    for what, value in others:
        if value != params.stored and rounds(printed, value):
            return f"{what} {value:,}"
    remark = f" ({known.why})" if known is not None and known.why and not known.reading else ""
    return UNKNOWN + remark
