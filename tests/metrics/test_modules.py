"""The `evaluate` modules, alone and combined, without a hub."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import evaluate
import pytest

from petlab.errors import UserError
from petlab.metrics.modules import DartScores, ExactMatch, Glue, RougeL, Summaries, WikiSQL

QUERY = {"sel": 1, "agg": 4, "conds": [[0, 0, "Rome"]]}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own for evaluate's caches, so that tests side by side do not wait for its locks."""
    monkeypatch.setattr(evaluate.config, "HF_METRICS_CACHE", tmp_path / "cache")


def test_texts_combine() -> None:
    combined = evaluate.combine([ExactMatch(), RougeL(), Summaries()])
    found = combined.compute(predictions=["a b", "c"], references=[["a b", "c"], ["d"]])
    assert found["exact_match"] == 0.5
    assert found["rougeL"] == 0.5
    assert found["rouge1_stem"] == 0.5


def test_glue_combines_and_takes_batches() -> None:
    combined = evaluate.combine([Glue("mrpc"), Glue("cola")])
    combined.add_batch(predictions=[1, 0], references=[1, 1])
    combined.add_batch(predictions=[0, 1], references=[0, 0])
    found = combined.compute()
    assert found == {"accuracy": 0.5, "f1": pytest.approx(0.5), "matthews": pytest.approx(0.0)}
    with pytest.raises(UserError, match="stsb"):
        Glue("squad")


def test_regression_by_hand() -> None:
    """Ranks 1, 2, 3 against 2, 1, 3: Spearman 1 - 6 (1 + 1) / (3 · 8) = 0.5."""
    found = Glue("stsb").compute(predictions=[1.0, 2.5, 4.0], references=[2.0, 1.0, 5.0])
    assert found["spearman"] == pytest.approx(0.5)
    assert found["pearson"] == pytest.approx(4.5 / (4.5 * 26 / 3) ** 0.5)


def test_wikisql_with_and_without_tables(tmp_path: Path) -> None:
    path = tmp_path / "dev.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE table_1_2 (col0 text, col1 real)")
        connection.executemany("INSERT INTO table_1_2 VALUES (?, ?)", [("rome", 1.0), ("oslo", 2.0)])
    golds = [json.dumps({"table_id": "1-2", "sql": QUERY})] * 3
    given = [json.dumps({"query": QUERY}), json.dumps({"error": "cut off", "query": QUERY}), "SELECT"]
    expected = {"logical_form": pytest.approx(1 / 3), "logical_form_ordered": pytest.approx(1 / 3), "unreadable": 2.0}
    assert WikiSQL().compute(predictions=given, references=golds) == expected
    with_tables = evaluate.combine([WikiSQL(tables=path)]).compute(predictions=given, references=golds)
    assert with_tables == expected | {"execution": pytest.approx(1 / 3)}


def test_a_module_names_itself() -> None:
    assert DartScores().name == "dart_scores"
    assert Glue("mrpc").config_name == "mrpc"
