"""Scores of outputs against gold outputs: one module a family, reached by name through `score_rows`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from petlab.errors import choices
from petlab.metrics import e2e, exact_match, rouge, rows, summaries, webnlg

# A row scorer takes (outputs, references a row) and returns one score a row for each name it gives.
RowScorer = Callable[[Sequence[str], Sequence[Sequence[str]]], dict[str, list[float]]]

ROW_SCORERS: dict[str, tuple[RowScorer, int]] = {
    "exact_match": (exact_match.rows, exact_match.VERSION),
    **{name: (rouge.rows, rouge.VERSION) for name in ("rougeL", "rouge1", "rouge2")},
}

# A suite scores a whole set of rows at once: its scores are no means over rows.
Suite = Callable[[Sequence[str], Sequence[Sequence[str]]], dict[str, float]]

_SUITES: dict[str, tuple[Suite, int]] = {
    "e2e": (e2e.scores, e2e.VERSION),
    "webnlg": (partial(webnlg.scores, ascii_only=True), webnlg.VERSION),
    "dart": (webnlg.scores, webnlg.VERSION),
    "summaries": (summaries.scores, summaries.VERSION),
}


def score_suite(name: str, outputs: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """The official scores of a whole set: `e2e`, `webnlg`, `dart`, `summaries`; names and scales as in its module.

    Raises:
        UserError: unknown suite.
        ValueError: no rows, or other numbers of outputs and references.
    """
    if name not in _SUITES:
        raise choices("suite", name, _SUITES)
    return _SUITES[name][0](outputs, references)


def score_rows(name: str, outputs: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, list[float]]:
    """Score each row.

    Args:
        name: the metric of a data set (`exact_match`, `rougeL`).
        outputs: one text a row.
        references: one or more gold texts a row.

    Returns:
        For each score that the metric gives, one number a row; the metric itself among them.

    Raises:
        UserError: unknown metric.
        ValueError: no rows, or other numbers of outputs and references.
    """
    if name not in ROW_SCORERS:
        raise choices("dataset.metric", name, ROW_SCORERS)
    rows.check(outputs, references)
    return ROW_SCORERS[name][0](outputs, references)


def means(scores: dict[str, list[float]]) -> dict[str, Any]:
    """The mean over rows of each score."""
    return {name: sum(values) / len(values) for name, values in scores.items()}
