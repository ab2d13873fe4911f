"""The printed numbers of Pu et al. 2023: what the paper leaves out, its own tables 5 and 6, and section 3.2's text."""

from __future__ import annotations

import pytest

from petlab import benchmark as benchmarks
from petlab.advice import ASIDES, LIMITS, STATEMENTS, TASKS, advise, compare, evidence_of_print
from petlab.advice.evidence import mean_values

EVIDENCE = evidence_of_print()


def test_every_printed_score_and_time_is_there() -> None:
    assert len(EVIDENCE.observations) == 5 * 4 * 3
    assert sum(one.seconds is not None for one in EVIDENCE.observations) == 5 * 4 * 2
    assert {one.parameters for one in EVIDENCE.observations} == {2849757184, 933888, 3538944, 1179648, 204800}


def test_the_rule_leaves_out_the_method_that_the_paper_leaves_out() -> None:
    assert list(EVIDENCE.far_below) == ["Prompt tuning"]
    tables = [benchmarks.load(name) for name in ("pu2023_table5", "pu2023_table6")]
    for table in tables:
        assert {row.label for row in table.rows} == {one.variant for one in EVIDENCE.observations} - {"Prompt tuning"}


@pytest.mark.parametrize(("limit", "name"), [("memory", "pu2023_table5"), ("time", "pu2023_table6")])
def test_methods_are_in_the_order_of_the_printed_tables(limit: str, name: str) -> None:
    table = benchmarks.load(name)
    for scale in table.scales:
        for column in table.columns:
            printed = {row.label: row.printed[scale][column.key].numbers[0] for row in table.rows}
            here = [one for one in EVIDENCE.observations if (one.scale, one.dataset) == (scale, column.label)]
            ours = mean_values((one for one in here if one.variant in printed), limit)  # type: ignore[arg-type]
            assert sorted(ours, key=ours.__getitem__) == sorted(printed, key=printed.__getitem__)


def test_what_the_tables_say_to_the_text() -> None:
    """By hand from tables 1, 4 and appendix A.4."""
    agreed = {(one.limit, one.scale): compare(one, EVIDENCE).agrees for one in STATEMENTS}
    assert agreed == {
        ("time", "low"): True,
        ("time", "medium"): False,
        ("time", "high"): None,
        ("memory", "low"): True,
        ("memory", "medium"): True,
        ("memory", "high"): True,
        ("quality", "low"): False,
        ("quality", "medium"): False,
        ("quality", "high"): False,
    }


def test_a_disagreement_names_data_set_and_values() -> None:
    statement = next(one for one in STATEMENTS if (one.limit, one.scale) == ("quality", "high"))
    against = {found.dataset: found.against for found in compare(statement, EVIDENCE).verdicts}
    assert against["AG News"] == against["E2E NLG"] == ()
    full = "Full fine-tuning"
    assert against["CoLA"] == ((full, 0.81417, "LoRA", 0.83333), (full, 0.81417, "BitFit", 0.8295))
    assert against["SAMSum"] == ((full, 0.43356, "(IA)3", 0.43998), (full, 0.43356, "LoRA", 0.43485))


def test_one_task_alone() -> None:
    statement = next(one for one in STATEMENTS if (one.limit, one.scale) == ("time", "medium"))
    assert compare(statement, EVIDENCE, "generation").agrees is True
    assert compare(statement, EVIDENCE, "classification").agrees is False


def test_statements_name_rows_of_the_table() -> None:
    labels = {one.variant for one in EVIDENCE.observations}
    for statement in (*STATEMENTS, *ASIDES):
        assert set(statement.methods) <= labels


def test_first_of_each_task_scale_and_limit() -> None:
    """Worked out by hand: score, score / parameters and score / minutes, each over the best of the data set."""
    firsts = {
        (limit, scale, task): [one.variant for one in advise(EVIDENCE, task, scale, limit).ranking[:1]]
        for limit in LIMITS
        for scale in ("low", "medium", "high")
        for task in TASKS
    }
    assert firsts["time", "low", "generation"] == ["Full fine-tuning"]
    assert firsts["time", "medium", "classification"] == ["BitFit"]  # CoLA: 0.0932 against 0.0781 a minute
    assert firsts["time", "high", "generation"] == []
    assert firsts["memory", "low", "classification"] == ["(IA)3"]
    assert firsts["memory", "low", "generation"] == ["BitFit"]
    assert firsts["memory", "high", "generation"] == ["(IA)3"]
    assert firsts["quality", "low", "classification"] == ["LoRA"]
    assert firsts["quality", "low", "generation"] == ["BitFit"]


def test_no_margin_is_called_sure_and_gaps_are_named() -> None:
    ranked = advise(EVIDENCE, "generation", "medium", "memory")
    assert ranked.seeds == (0,) and all(one.interval is None for one in ranked.ranking)
    assert ranked.margin == pytest.approx((0.48483 * 0.43183 / (0.48539 * 0.42822)) ** 0.5 * 1179648 / 933888 - 1)
    assert dict(ranked.left_out).keys() == {"Prompt tuning"}
    assert "table 4 leaves out high" in " ".join(advise(EVIDENCE, "generation", "high", "time").missing)
    assert "stops at 10,000 rows" in " ".join(advise(EVIDENCE, "generation", "full", "quality").missing)
