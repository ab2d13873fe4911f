"""Accuracies over WikiSQL predictions."""

from __future__ import annotations

from collections.abc import Sequence

from petlab.metrics import rows
from petlab.metrics.wikisql.execution import Tables
from petlab.metrics.wikisql.query import Query

VERSION = 2


def scores(
    predictions: Sequence[Query | None],
    references: Sequence[Query],
    table_ids: Sequence[str] | None = None,
    tables: Tables | None = None,
) -> dict[str, float]:
    """Logical-form accuracy, and execution accuracy where tables are given.

    Args:
        predictions: one query a row; None = unreadable, which scores 0.
        references: the gold queries, at least one.
        table_ids: the table of each row; needed with `tables`.
        tables: where both queries are run; the answers must have the same rows.

    Returns:
        `logical_form` (conditions as a set), `logical_form_ordered`, `execution` with tables, `unreadable` (a count).
    """
    rows.check(predictions, references)
    count = len(references)
    pairs = list(zip(predictions, references, strict=True))
    result = {
        "logical_form": sum(own is not None and own.key() == gold.key() for own, gold in pairs) / count,
        "logical_form_ordered": sum(
            own is not None and own.key(ordered=True) == gold.key(ordered=True) for own, gold in pairs
        )
        / count,
        "unreadable": float(sum(own is None for own in predictions)),
    }
    if tables is not None and table_ids is not None:
        right = 0
        for (own, gold), table in zip(pairs, table_ids, strict=True):
            expected = tables.answer(table, gold)
            right += own is not None and expected is not None and tables.answer(table, own) == expected
        result["execution"] = right / count
    return result
