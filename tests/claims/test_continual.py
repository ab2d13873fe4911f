"""The rules on tasks in sequence, on made-up records."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from petlab.benchmark import CellRequest, load
from petlab.record import Record
from petlab.tables.quality import score
from tests.claims.test_rules import Change, claim, given, word

ORDER = ("embedded/topics", "embedded/acceptability", "embedded/restaurants", "embedded/dialogues")


def learned(forgets: Callable[[str], float], best: Callable[[str], float] = lambda _row: 80.0) -> Change:
    """Records in which every task is learned to `best` points and loses `forgets` of them with each later task."""

    def change(request: CellRequest, record: Record) -> Record:
        steps = ORDER.index(request.dataset)
        old = {name: steps - ORDER.index(name.partition(":")[0]) for name in record.metrics if ":" in name}
        points = {name: best(request.row) - forgets(request.row) * old.get(name, 0) for name in record.metrics}
        return dataclasses.replace(record, metrics={name: value / 100 for name, value in points.items()})

    return change


def only(row: str, points: float) -> Callable[[str], float]:
    return lambda given: points if given == row else 0.0


@pytest.mark.parametrize(("lost", "expected"), [(5.0, "holds"), (-5.0, "does not hold here"), (0.0, "not decided")])
def test_forgetting_is_what_old_tasks_lose_by_the_end(lost: float, expected: str) -> None:
    one = claim("continual.forgetting")
    verdict = one.verdict(given(one, learned(only("Full fine-tuning, in sequence", lost))))
    assert verdict.word == expected and verdict.n == 2 * 3 * 3  # two steps, old tasks, seeds
    assert verdict.effect == pytest.approx(lost * 2, abs=0.3)  # the three old tasks are 3, 2 and 1 steps old


def test_one_set_a_task_is_judged_by_the_scores_that_it_keeps() -> None:
    def sure(better: float) -> Callable[[str], float]:
        return lambda row: 70.0 + better * row.endswith("one set a task")

    assert word("continual.unharmed", learned(lambda _: 0.0, sure(9))) == "holds"
    assert word("continual.unharmed", learned(lambda _: 0.0, sure(-9))) == "does not hold here"
    assert word("continual.unharmed", learned(only("Full fine-tuning, in sequence", 5.0))) == "holds"


@pytest.mark.parametrize(("name", "row"), [("ia3", "(IA)3, in sequence"), ("lora", "LoRA, in sequence")])
def test_a_method_forgets_less_or_more_than_full_fine_tuning(name: str, row: str) -> None:
    assert word(f"continual.sequence_{name}", learned(only("Full fine-tuning, in sequence", 6.0))) == "holds"
    assert word(f"continual.sequence_{name}", learned(only(row, 6.0))) == "does not hold here"


@pytest.mark.parametrize(("less", "expected"), [(0.3, "holds"), (4.0, "does not hold here")])
def test_multi_task_is_met_within_a_point(less: float, expected: str) -> None:
    best = {"LoRA, one set a task": 80.0 - less}
    assert word("continual.multi_task", learned(lambda _: 0.0, lambda row: best.get(row, 80.0))) == expected


def test_the_benchmark_asks_for_chains_with_each_tasks_own_settings() -> None:
    requests = load("embedded_continual").cells({"seed": "0"})
    chains = {
        (one.row, one.dataset): [one.overrides.get("after", "[]"), *(kin.dataset for kin in one.kin)]
        for one in requests
    }
    assert chains["LoRA, in sequence", ORDER[0]] == ["[]"]
    assert chains["LoRA, in sequence", ORDER[2]] == ["[embedded/topics,embedded/acceptability]", ORDER[1]]
    assert chains["LoRA, one set a task", ORDER[3]] == ["[]"]
    assert chains["LoRA, multi-task", ORDER[3]] == ["[]", *ORDER[:3]]
    assert not any(row.endswith("multi-task") and dataset != ORDER[3] for row, dataset in chains)
    [third] = [one for one in requests if (one.row, one.dataset) == ("LoRA, in sequence", ORDER[2])]
    [second] = third.kin
    [same] = [one for one in requests if (one.row, one.dataset) == ("LoRA, in sequence", ORDER[1])]
    assert second.overrides == same.overrides  # so that the table's own cell is the one that is gone on from


def test_a_score_of_an_old_task_is_empty_where_the_cell_did_not_come_after_it() -> None:
    def asked(request: CellRequest, record: Record) -> Record:
        after = request.overrides.get("after", "[]") + request.overrides.get("together", "[]")
        kept = {name: one for name, one in record.metrics.items() if name.partition(":")[0] in after or ":" not in name}
        return dataclasses.replace(record, metrics=kept)

    collected = given(claim("continual.forgetting"), asked)
    column = collected.benchmark.column("4 topics")
    shown = {row: score(collected.group(row, ORDER[3], "low"), column)[0].text for row in collected.rows}
    assert {row for row, text in shown.items() if not text} == {row for row in shown if "one set" in row}
