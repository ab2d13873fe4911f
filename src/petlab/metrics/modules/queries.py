"""WikiSQL's accuracies as a module."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets

from petlab.metrics import wikisql
from petlab.metrics.modules.base import Module


class WikiSQL(Module):
    """WikiSQL's accuracies (petlab.metrics.wikisql); `WikiSQL(tables="dev.db")` adds execution accuracy."""

    inputs = (
        "predictions: one line of the official prediction file a row, as text; "
        "references: one line of the data set's file a row, as text"
    )

    def __init__(self, tables: str | Path | None = None, **settings: Any) -> None:
        self._tables = None if tables is None else Path(tables)
        super().__init__(**settings)

    def types(self) -> dict[str, Any]:
        return {"predictions": datasets.Value("string"), "references": datasets.Value("string")}

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        given = [_prediction(line) for line in predictions]
        rows = [json.loads(line) for line in references]
        golds = [wikisql.parse_json(row["sql"]) for row in rows]
        if self._tables is None:
            return wikisql.scores(given, golds)
        with wikisql.Tables(self._tables) as opened:
            return wikisql.scores(given, golds, [row["table_id"] for row in rows], opened)


def _prediction(line: str) -> wikisql.Query | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return wikisql.parse_prediction(row) if isinstance(row, dict) else None
