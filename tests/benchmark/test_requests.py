"""What overrides, `--rows` and `--columns` make of a table: filters, replacements, stand-ins."""

from __future__ import annotations

import pytest

from petlab.benchmark import Benchmark, Change
from petlab.benchmark.load import parse
from petlab.errors import UserError

TEXT = """
title: A made-up table
kind: quality
columns:
  - {dataset: glue/cola, metric: matthews, label: CoLA}
  - {dataset: glue/rte, metric: accuracy, label: RTE}
scales: [full]
seeds: [0, 1]
defaults: {train.batch_size: 8, scale.evaluations_per_epoch: 1}
dataset_defaults:
  glue/rte: {dataset.max_source_tokens: 128}
stand_in: {method.shift_positions: false}
rows:
  - label: Full
    method: full
    overrides: {model: roberta_base, train.lr: 1.0e-5}
    by_dataset: {scale.epochs: [3, 10]}
  - label: "LoRA (small, q and v)"
    method: lora
    overrides: {model: roberta_base, method.rank: 4, train.batch_size: 16, train.lr: 4.0e-4}
    by_dataset: {scale.epochs: [80, 20]}
    dataset_overrides: {glue/rte: {train.lr: 5.0e-4, scale.epochs: 25}}
  - label: Prefix
    method: prefix
    runnable: false
    overrides: {model: gpt3_175b, method.shift_positions: true, train.lr: 5.0e-4}
"""


@pytest.fixture
def table() -> Benchmark:
    return parse("made_up", TEXT)


def where(table: Benchmark, **overrides: str) -> set[tuple[str, str]]:
    named = {key.replace("__", "."): value for key, value in overrides.items()}
    return {(request.row.split()[0], request.dataset) for request in table.cells(named)}


def test_the_more_special_word_wins(table: Benchmark) -> None:
    settings = {(request.row.split()[0], request.dataset): request.overrides for request in table.cells({})}
    assert [settings["LoRA", name]["scale.epochs"] for name in ("glue/cola", "glue/rte")] == ["80", "25"]
    assert [settings["LoRA", name]["train.lr"] for name in ("glue/cola", "glue/rte")] == ["0.0004", "0.0005"]
    assert [settings[row, "glue/cola"]["train.batch_size"] for row in ("Full", "LoRA")] == ["8", "16"]
    assert settings["Full", "glue/rte"]["dataset.max_source_tokens"] == "128"
    assert "dataset.max_source_tokens" not in settings["Full", "glue/cola"]


def test_a_value_that_some_cells_have_filters_them_however_it_is_spelt(table: Benchmark) -> None:
    assert where(table, train__lr="5e-4") == {("LoRA", "glue/rte"), ("Prefix", "glue/cola"), ("Prefix", "glue/rte")}
    assert where(table, train__lr="5e-4,0.00001", dataset="glue/cola") == {
        ("Full", "glue/cola"),
        ("Prefix", "glue/cola"),
    }
    assert where(table, train__batch_size="8") == {
        (row, dataset) for row in ("Full", "Prefix") for dataset in ("glue/cola", "glue/rte")
    }  # the table's default counts as a value
    assert where(table, scale__epochs="80") == {("LoRA", "glue/cola")}
    assert not any(request.changes for request in table.cells({"train.lr": "5e-4"}))


def test_a_value_that_no_cell_has_is_refused_with_the_way_to_replace_it(table: Benchmark) -> None:
    with pytest.raises(UserError, match=r"train\.lr=1: the rows .* have: 1e-05, .*; \+\+train\.lr=1 replaces it"):
        table.cells({"train.lr": "1"})
    with pytest.raises(UserError, match=r"train\.batch_size=4: the rows of this benchmark have: 8, 16;"):
        table.cells({"train.batch_size": "4"})
    replaced = table.cells({"++train.lr": "1"})
    assert len(replaced) == 12 and {request.overrides["train.lr"] for request in replaced} == {"1"}
    assert {request.changes for request in replaced} == {(Change("train.lr", "1", "each row's own"),)}


def test_a_model_of_no_row_stands_in_for_all(table: Benchmark) -> None:
    assert {request.row.split()[0] for request in table.cells({"model": "roberta_base"})} == {"Full", "LoRA"}
    stand_in = table.cells({"model": "nano_t5", "seed": "0"})
    assert [(request.overrides["model"], request.problem) for request in stand_in] == [("nano_t5", None)] * 6
    prefix = next(request for request in stand_in if request.row == "Prefix")
    assert prefix.overrides["method.shift_positions"] == "false"  # what stand-ins may not know how to do
    assert Change("method.shift_positions", "false", "true") in prefix.changes
    assert all("method.shift_positions" not in r.overrides for r in stand_in if r.row != "Prefix")


def test_rows_without_public_weights_wait_for_a_stand_in(table: Benchmark) -> None:
    blocked = {request.row: request.problem for request in table.cells({})}
    assert blocked["Full"] is None
    assert blocked["Prefix"] == "the weights of gpt3_175b are not public; model=NAME runs the row on a stand-in"


def test_a_scale_of_the_users_own_brings_its_own_epochs(table: Benchmark) -> None:
    requests = table.cells({"scale": "low", "seed": "0"})
    assert not any(key.startswith("scale.") for request in requests for key in request.overrides)
    assert {request.changes for request in requests} == {(Change("scale", "low", "full"),)}
    assert {r.overrides.get("scale.epochs") for r in table.cells({"scale": "low", "++scale.epochs": "1"})} == {"1"}


def test_a_name_with_a_comma_is_one_name(table: Benchmark) -> None:
    rows = ["LoRA (small", " q and v)", "Full"]  # as a comma-separated option arrives
    assert {request.row for request in table.cells({}, rows=[word.strip() for word in rows])} == {
        "LoRA (small, q and v)",
        "Full",
    }
    with pytest.raises(UserError, match="--rows lora \\(small: this benchmark has: Full, "):
        table.cells({}, rows=["LoRA (small"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("glue/rte: {dataset", "glue/mrpc: {dataset", "glue/mrpc is the data set of no column; there are: glue/cola"),
        ("{scale.epochs: [3, 10]}", "{scale.epochs: [3]}", "row 'Full', by_dataset: scale.epochs needs a list of 2"),
        ("{scale.epochs: [3, 10]}", "{scale.epochs: 3}", "needs a list of 2 values"),
        ("stand_in:", "differences: [{text: x, rows: [Nobody]}]\nstand_in:", "names rows that are not there"),
    ],
)
def test_mistakes_in_a_file(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(UserError, match=message):
        parse("wrong", TEXT.replace(old, new, 1))


def test_a_difference_holds_where_it_says() -> None:
    text = TEXT.replace("stand_in:", "differences: [{text: x, rows: [Full], datasets: [glue/rte]}, y]\nstand_in:")
    table = parse("made_up", text)
    special, general = table.differences
    held = {(row.label, name) for row in table.rows for name in ("glue/cola", "glue/rte") if special.holds(row, name)}
    assert held == {("Full", "glue/rte")}
    assert all(general.holds(row, "glue/cola") for row in table.rows)
