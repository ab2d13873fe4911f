"""Arrows in the tables: only where seeds, and test rows where they are known, do not explain a difference."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from petlab.benchmark import Benchmark, CellKey, CellRequest
from petlab.benchmark.load import parse
from petlab.record import Record
from petlab.tables import collect, compose
from petlab.tables.grid import Document, Entry
from petlab.tables.significance import Place, from_best, from_full
from tests.tables import made_up

THREE = made_up.TEXT.replace("seeds: [0]", "seeds: [0, 1, 2]").replace("tables: [", "tables: [against_full, ")
ROWS = 60


class Runs:
    """Made-up runs of one column: every seed's scores by row, and the records whose metrics are their means."""

    def __init__(self, benchmark: Benchmark, by_method: Mapping[str, Sequence[Sequence[float]]]) -> None:
        self.benchmark = benchmark
        self.requests = benchmark.cells({"scale": "low"}, columns=["ag_news"])
        self.lines: dict[str, list[dict[str, Any]]] = {}
        self.placed: dict[CellKey, tuple[Record | None, str]] = {}
        for number, request in enumerate(self.requests):
            scores = by_method[request.overrides["method"]][request.seed]
            run = f"{number:016x}"
            self.lines[run] = [{"id": f"row {at}", "exact_match": score} for at, score in enumerate(scores)]
            record = dataclasses.replace(made_up.record(request, float(np.mean(scores))), id=run)
            self.placed[request.key] = (record, "reused")

    def document(self) -> Document:
        return compose(collect(self.benchmark, self.requests, self.placed, (), lambda run: self.lines.get(run, [])))

    def cell(self, kind: str, row: str) -> Entry:
        [table] = [table for table in self.document().tables if table.kind == kind]
        at = next(i for i, head in enumerate(table.heads) if head.key == "ag_news" and head.source == "ours")
        [entry] = [line.entries[at] for line in table.sections[0].lines if line.key == row]
        return entry


def scores(mean: float, moves: Sequence[float] = (0.0, 0.001, -0.001)) -> list[list[float]]:
    """Three seeds over rows that all methods find equally hard, up to a little of their own."""
    random = np.random.default_rng(int(1000 * mean))
    hard = np.linspace(-0.2, 0.2, ROWS)
    return [list(mean + move + hard + random.normal(0, 0.02, ROWS)) for move in moves]


def test_a_clear_difference_has_an_arrow() -> None:
    runs = Runs(parse("three", THREE), {"full": scores(0.7), "lora": scores(0.5)})
    assert runs.cell("quality", "LoRA r2").mark == "↓"
    assert runs.cell("quality", "Full").best
    assert runs.cell("quality", "Full").mark == ""
    entry = runs.cell("against_full", "LoRA r2")
    assert entry.mark == "↓"
    facts = dict(entry.numbers)
    assert float(facts["low"]) < float(facts["difference"]) < float(facts["high"]) < -0.15
    assert runs.cell("against_full", "Full").text == "–"
    notes = [note for table in runs.document().tables for note in table.notes]
    assert any("worse than the best by more than seeds and test rows explain" in note for note in notes)


def test_seeds_that_differ_as_much_explain_it() -> None:
    runs = Runs(parse("three", THREE), {"full": scores(0.7, (-0.2, 0.0, 0.2)), "lora": scores(0.5, (-0.2, 0.0, 0.2))})
    assert runs.cell("quality", "LoRA r2").mark == ""
    assert runs.cell("against_full", "LoRA r2").mark == ""


def test_rows_that_differ_as_much_explain_it() -> None:
    """Seeds agree to the digit; half of the rows decide for one method, half for the other."""
    one = [[1.0, 0.0] * 28 + [1.0] * 4] * 3
    other = [[0.0, 1.0] * 28 + [0.0] * 4] * 3
    runs = Runs(parse("three", THREE), {"full": one, "lora": other})
    assert runs.cell("quality", "LoRA r2").mark == ""
    runs.lines = {}  # without the rows there is nothing but the seeds to doubt it
    assert runs.cell("quality", "LoRA r2").mark == "↓"


@pytest.mark.parametrize("lost", ["file", "row", "mean"])
def test_runs_without_all_their_rows_are_compared_by_seeds_and_said_so(lost: str) -> None:
    runs = Runs(parse("three", THREE), {"full": scores(0.7), "lora": scores(0.5)})
    if lost == "file":
        del runs.lines["0000000000000004"]
    elif lost == "row":
        runs.lines["0000000000000004"][3]["id"] = "a row of another test set"
    else:  # the metric is of the whole file, as BLEU is, and no mean of the rows' numbers
        for line in runs.lines["0000000000000004"]:
            line["exact_match"] += 0.25
    [quality] = [table for table in runs.document().tables if table.kind == "quality"]
    assert any("keep no scores by row" in note and "seeds explain" in note for note in quality.notes)
    assert runs.cell("quality", "LoRA r2").mark == "↓"


def test_accuracy_is_known_by_row_as_exact_match() -> None:
    accuracy = parse("three", THREE.replace("metric: exact_match", "metric: accuracy"))
    runs = Runs(accuracy, {"full": scores(0.7), "lora": scores(0.5)})
    for key, (record, origin) in runs.placed.items():
        assert record is not None
        runs.placed[key] = (dataclasses.replace(record, metrics={"accuracy": record.metrics["exact_match"]}), origin)
    [quality] = [table for table in runs.document().tables if table.kind == "quality"]
    assert any("by more than seeds and test rows explain" in note for note in quality.notes)


def test_one_seed_is_not_tested() -> None:
    benchmark = parse("one", made_up.TEXT.replace("tables: [", "tables: [against_full, "))
    runs = Runs(benchmark, {"full": scores(0.7), "lora": scores(0.5)})
    assert runs.cell("quality", "LoRA r2").mark == ""
    kinds = [table.kind for table in runs.document().tables]
    assert "against_full" not in kinds


def test_the_correction_counts_every_pair() -> None:
    ranks = (f"  - {{label: LoRA r{rank}, method: lora, overrides: {{method.rank: {rank}}}}}\n" for rank in (4, 8, 16))
    benchmark = parse("five", THREE + "".join(ranks))
    requests = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    given = {request.key: (made_up.record(request, 0.5 + request.seed / 10), "reused") for request in requests}
    found = collect(benchmark, requests, given)
    assert from_best(found).tested == 10
    assert from_full(found).tested == 4


def test_rows_are_compared_within_their_block() -> None:
    """The best of each model, as the papers' bold type has it."""
    text = THREE.replace("overrides: {method.rank: 2}", "overrides: {method.rank: 2, model: t5_small}")
    benchmark = parse("blocks", text)
    requests = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    given: dict[CellKey, tuple[Record | None, str]] = {
        request.key: (made_up.record(request, 0.5 + request.seed / 1000), "reused") for request in requests
    }
    assert from_best(collect(benchmark, requests, given)).tested == 0
    assert not from_full(collect(benchmark, requests, given)).found


def test_lower_is_better_turns_the_comparison() -> None:
    benchmark = parse("ter", THREE.replace("label: AG News", "label: AG News, higher_is_better: false"))
    requests: list[CellRequest] = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    given: dict[CellKey, tuple[Record | None, str]] = {
        request.key: (made_up.record(request, 0.9 if request.overrides["method"] == "full" else 0.5), "reused")
        for request in requests
    }
    found = from_best(collect(benchmark, requests, given)).found
    assert list(found) == [Place("Full", "ag_news", "low")]
    assert found[Place("Full", "ag_news", "low")].value == pytest.approx(0.4)
