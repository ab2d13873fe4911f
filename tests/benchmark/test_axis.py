"""Rows that stand once for each value of a further setting."""

from __future__ import annotations

import pytest

from petlab import benchmark as benchmarks
from petlab.benchmark.load import parse
from petlab.errors import UserError

OWN = """
title: T
kind: quality
columns: [{dataset: embedded/topics, metric: exact_match, label: Topics}]
rows: [{label: A, method: lora, overrides: {method.rank: 4}}, {label: B, method: full}]
"""


def test_each_row_at_the_first_value_then_at_the_second() -> None:
    made = parse("made_up", OWN + "axis: {model.width: [64, 256]}")
    assert [row.label for row in made.rows] == ["A; width 64", "B; width 64", "A; width 256", "B; width 256"]
    assert made.rows[2].overrides == {"method.rank": "4", "model.width": "256"} and made.rows[2].method == "lora"


def test_an_axis_takes_all_rows_of_the_benchmark_it_is_like() -> None:
    plain, wide = benchmarks.load("embedded_shots"), benchmarks.load("embedded_shots_widths")
    assert len(wide.rows) == 3 * len(plain.rows) and wide.seeds == plain.seeds and wide.columns == plain.columns
    rows = {row.label: row for row in plain.rows}
    for row in wide.rows:
        label, _, width = row.label.partition("; width ")
        assert row.overrides == {**rows[label].overrides, "model.width": width}
        assert (row.method, row.dataset_overrides) == (rows[label].method, rows[label].dataset_overrides)


def test_values_of_the_axis_filter() -> None:
    wide = benchmarks.load("embedded_prompt_length_widths")
    chosen = wide.cells({"model.width": "64,160"})
    assert {request.row.partition("; ")[2] for request in chosen} == {"width 64", "width 160"}
    assert not any(request.changes for request in chosen)
    with pytest.raises(UserError, match="the rows of this benchmark have: 64, 128, 160"):
        wide.cells({"model.width": "256"})
    everywhere = benchmarks.load("embedded_prompt_length").cells({"model.width": "64"})
    assert {request.overrides["model.width"] for request in everywhere} == {"64"}


@pytest.mark.parametrize("axis", ["{model.width: []}", "{model.width: [64], seed: [1]}", "{model.width: 64}"])
def test_an_axis_is_one_key_with_values(axis: str) -> None:
    with pytest.raises(UserError, match="benchmark made_up: axis: one key with a list of values is needed"):
        parse("made_up", OWN + f"axis: {axis}")


def test_what_no_axis_can_be_is_one_sentence() -> None:
    with pytest.raises(UserError, match="axis must be a mapping"):
        parse("made_up", OWN + "axis: [64, 256]")
    with pytest.raises(UserError, match="two rows have the same label"):
        parse("made_up", OWN + "axis: {model.width: [64, 64]}")
