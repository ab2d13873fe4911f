"""WikiSQL: the data set's lines against the official prediction lines."""

from __future__ import annotations

from pathlib import Path

from petlab.errors import UserError
from petlab.metrics import files
from petlab.metrics import wikisql as metric
from petlab.score.scored import Options, Scored


def wikisql(reference: Path, predictions: Path, options: Options) -> Scored:
    """WikiSQL's accuracies.

    The references are lines with `table_id` and `sql`. The output is a line a row, {"query": {"sel", "agg", "conds"}}
    or {"error": …}; a query that cannot be read scores 0 and is counted.
    """
    golds, table_ids, numbers = [], [], []
    for number, row in files.json_lines(reference):
        try:
            golds.append(metric.parse_json(row.get("sql")))
        except metric.Unreadable as error:
            raise UserError(f"{reference}, line {number}: no WikiSQL query ({error})") from None
        table_ids.append(str(row.get("table_id", "")))
        numbers.append(number)
    rows = files.json_lines(predictions)
    files.same_count(predictions, len(rows), reference, len(golds))
    queries = [metric.parse_prediction(row) for _, row in rows]
    if options.tables is None:
        return Scored(metric.scores(queries, golds))
    with metric.Tables(options.tables) as tables:
        for number, table in zip(numbers, table_ids, strict=True):
            if table not in tables:
                raise UserError(f"{reference}, line {number}: {options.tables} has no table '{table}'")
        return Scored(metric.scores(queries, golds, table_ids, tables))
