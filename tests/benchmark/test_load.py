"""Benchmark files and what overrides, rows and columns make of them."""

from __future__ import annotations

import pytest

from petlab import benchmark as benchmarks
from petlab.benchmark import Printed
from petlab.benchmark.load import hydra_values, parse
from petlab.errors import UserError
from tests.tables import made_up


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(UserError, match=r"embedded, .*pu2023_table1"):
        benchmarks.load("pu2023_table9")


def test_overrides_of_a_cell() -> None:
    [request] = made_up.benchmark().cells({"scale": "low"}, rows=["LoRA r2"], columns=["SAMSum"])
    assert request.key == ("LoRA r2", "samsum", "low", 0)
    assert request.overrides == {
        "model": "flan_t5_small",
        "method": "lora",
        "dataset": "samsum",
        "scale": "low",
        "seed": "0",
        "train.accumulation": "4",
        "method.rank": "2",
    }
    assert request.changes == ()


def test_a_varied_key_filters() -> None:
    benchmark = made_up.benchmark()
    assert {request.row for request in benchmark.cells({"method": "lora"})} == {"LoRA r2"}
    assert {request.scale for request in benchmark.cells({"scale": "medium"})} == {"medium"}
    assert {request.dataset for request in benchmark.cells({"dataset": "samsum"})} == {"samsum"}
    assert len(benchmark.cells({"method": "lora,full"})) == 7  # the paper leaves one cell of eight empty
    with pytest.raises(UserError, match="full, lora"):
        benchmark.cells({"method": "ia3"})


def test_any_other_key_replaces_and_is_a_change() -> None:
    requests = made_up.benchmark().cells({"model": "nano_t5", "limits.test": "300", "data.root": "x"})
    assert {request.overrides["model"] for request in requests} == {"nano_t5"}
    assert {request.overrides["data.root"] for request in requests} == {"x"}
    changes = {(change.key, change.ours, change.theirs) for request in requests for change in request.changes}
    assert changes == {("model", "nano_t5", "flan_t5_small"), ("limits.test", "300", None)}
    same = made_up.benchmark().cells({"model": "flan_t5_small"})
    assert not any(request.changes for request in same)


def test_a_field_of_one_method_is_replaced_in_its_rows() -> None:
    requests = made_up.benchmark().cells({"method.rank": "4"})
    ranks = {request.row: request.overrides.get("method.rank") for request in requests}
    assert ranks == {"Full": None, "LoRA r2": "4"}


def test_seeds_of_the_users_own() -> None:
    requests = made_up.benchmark().cells({"seed": "0,7", "scale": "low"})
    assert {request.seed for request in requests} == {0, 7}
    assert {change.key for request in requests for change in request.changes if request.seed == 7} == {"seed"}
    with pytest.raises(UserError, match="whole number"):
        made_up.benchmark().cells({"seed": "x"})


def test_rows_and_columns_that_are_not_there() -> None:
    with pytest.raises(UserError, match=r"--rows nobody.*LoRA r2"):
        made_up.benchmark().cells({}, rows=["nobody"])
    with pytest.raises(UserError, match=r"--columns x.*SAMSum"):
        made_up.benchmark().cells({}, columns=["x"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"0.5"', "0.5", "must be quoted"),
        ('["0.5", "0.30"]', '["0.5"]', "1 cells for 2 columns"),
        ('"0.5"', '"none"', "none"),
        ("low: [", "tiny: [", "scale 'tiny'"),
        ("kind: quality", "kind: nice", "nice"),
        ("seeds: [0]", "seed: [0]", "no seed"),
        ("title: A made-up benchmark\n", "", "'title' is missing"),
        ("label: LoRA r2", "label: Full", "same label"),
        ("rows:", "rows: [", "not readable as YAML"),
    ],
)
def test_mistakes_in_a_file(old: str, new: str, message: str) -> None:
    assert old in made_up.TEXT
    with pytest.raises(UserError, match=message):
        parse("wrong", made_up.TEXT.replace(old, new, 1))


def test_printed_cells() -> None:
    assert Printed("Ep. 4; 1249").numbers == (4, 1249)
    assert Printed("Ep.3; 2845").numbers == (3, 2845)
    assert Printed("354.92M").numbers == (354.92e6,)
    assert Printed("3.01E-05").numbers == (3.01e-05,)
    assert str(Printed("87.1", ".0")) == "87.1 ± .0"


def test_hydra_values() -> None:
    assert hydra_values({"a": [1, "q"], "b": True, "c": None, "d": 1e-3}) == {
        "a": "[1,q]",
        "b": "true",
        "c": "null",
        "d": "0.001",
    }


LIKE = """
like: embedded
title: Rows of another benchmark, changed
kind: quality
columns: [{dataset: embedded/topics, metric: exact_match, label: Topics}]
rows:
  - {label: LoRA}
  - {label: LoRA 8, like: LoRA, overrides: {method.rank: 8}, dataset_overrides: {embedded/topics: {train.lr: 1.0e-2}}}
"""


def test_a_row_like_another_adds_its_own_overrides() -> None:
    [whole, changed] = parse("changed", LIKE).rows
    assert changed.method == whole.method == "lora" and changed.label == "LoRA 8"
    assert changed.overrides == {**whole.overrides, "method.rank": "8"} != whole.overrides
    [request] = parse("changed", LIKE).cells(rows=["LoRA 8"])
    assert (request.overrides["train.lr"], request.overrides["method.rank"]) == ("0.01", "8")


def test_defaults_are_added_to_those_of_the_benchmark_it_is_like() -> None:
    changed = parse("changed", f"{LIKE}defaults: {{limits.test: 20, train.patience: 3}}")
    assert changed.defaults == {**benchmarks.load("embedded").defaults, "limits.test": "20", "train.patience": "3"}
    assert benchmarks.load("embedded").defaults["limits.test"] != "20"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("like: LoRA,", "like: LoRB,", "'LoRA 8' is like 'LoRB': embedded has 0 rows of this label"),
        ("like: LoRA,", "like: LoRA, method: ia3,", "its method is that row's"),
        ("like: embedded", "scales: [low]", "the file itself must say `like: NAME`"),
    ],
)
def test_a_row_like_none_is_refused(old: str, new: str, message: str) -> None:
    text = LIKE.replace(old, new)
    if new.startswith("scales"):
        text = text.replace("  - {label: LoRA}\n", "")
    with pytest.raises(UserError, match=message):
        parse("changed", text)


def test_a_row_of_some_data_sets_only() -> None:
    text = made_up.TEXT.replace("    method: lora\n", "    method: lora\n    only: [samsum]\n")
    cells = parse("some", text).cells({"scale": "low"})
    assert [(one.row, one.dataset) for one in cells] == [("Full", "ag_news"), ("Full", "samsum"), ("LoRA r2", "samsum")]
    with pytest.raises(UserError, match="only: xsum is the data set of no column"):
        parse("wrong", text.replace("only: [samsum]", "only: [xsum]"))
