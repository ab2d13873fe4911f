"""The ranking: shares, intervals, ties, methods that score far below."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import pytest

from petlab.advice import Advice, advise, evidence_of_records, scale_of
from petlab.errors import UserError
from petlab.record import Record
from tests.advice.given import record, sweep

CLASSES = ("embedded/topics", "embedded/acceptability")


def ranked(records: list[Record], limit: str = "quality", task: str = "classification") -> Advice:
    return advise(evidence_of_records(records), task, "low", limit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rows", "scale"),
    [(1, "low"), (100, "low"), (101, "medium"), (500, "medium"), (1000, "medium"), (1001, "high"), (10000, "high"),
     (10001, "full")],
)  # fmt: skip
def test_rows_to_scale(rows: int, scale: str) -> None:
    assert scale_of(rows) == scale


def test_no_rows_is_a_mistake() -> None:
    with pytest.raises(UserError, match="--rows 0"):
        scale_of(0)


def test_shares_are_geometric_means_over_the_sets() -> None:
    scores = {("lora", "embedded/topics"): 0.9, ("lora", "embedded/acceptability"): 0.4}
    scores |= {("full", "embedded/topics"): 0.6, ("full", "embedded/acceptability"): 0.8}
    records = [record(m, d, seed=seed, score=score) for (m, d), score in scores.items() for seed in range(3)]
    found = ranked(records)
    assert [one.variant for one in found.ranking] == ["full", "lora"]
    assert found.ranking[0].share == pytest.approx(math.sqrt(0.6 / 0.9))
    assert found.ranking[1].share == pytest.approx(math.sqrt(0.5))
    assert found.margin == pytest.approx(math.sqrt((0.6 / 0.9) / 0.5) - 1)


def test_interval_by_hand() -> None:
    """Ratios of the seeds 1.1, 1.2, 1.3: mean and standard deviation of their logarithms, t = 4.303."""
    ratios = (1.1, 1.2, 1.3)
    records = [
        record(method, dataset, seed=seed, score=0.5 * (ratio if method == "full" else 1))
        for dataset in ("embedded/topics", "embedded/acceptability")
        for method in ("full", "lora")
        for seed, ratio in enumerate(ratios)
    ]
    found = ranked(records)
    logs = [math.log(ratio) for ratio in ratios]
    middle = sum(logs) / 3
    half = 4.303 * math.sqrt(sum((one - middle) ** 2 for one in logs) / 2) / math.sqrt(3)
    assert found.ranking[1].interval == pytest.approx((math.exp(middle - half), math.exp(middle + half)))
    assert found.ranking[1].level and [one.variant for one in found.advised] == ["full", "lora"]
    assert found.margin is None


def test_a_clear_difference_leaves_one() -> None:
    found = ranked(sweep(full=0.8, lora=0.6, ia3=0.5))
    assert [one.variant for one in found.advised] == ["full"]
    assert found.margin == pytest.approx(0.8 / 0.6 - 1)


def test_limits_rank_by_different_things() -> None:
    records = [
        record(method, dataset, seed=seed, score=score, stored=stored, run_s=seconds)
        for method, score, stored, seconds in (
            ("full", 0.90, 1_000_000, 60.0), ("lora", 0.95, 10_000, 120.0), ("ia3", 0.80, 1_000, 90.0),
        )
        for dataset in ("embedded/topics", "embedded/acceptability")
        for seed in range(3)
    ]  # fmt: skip
    firsts = {limit: ranked(records, limit).ranking[0] for limit in ("quality", "memory", "time")}
    assert {limit: one.variant for limit, one in firsts.items()} == {"quality": "lora", "memory": "ia3", "time": "full"}
    facts = firsts["memory"].facts["embedded/topics"]
    assert facts.value == pytest.approx(80.0) and facts.score == pytest.approx(0.8)
    assert firsts["time"].facts["embedded/topics"].value == pytest.approx(0.9)


def test_far_below_counts_for_ratios_only() -> None:
    records = sweep(full=0.9, lora=0.8, prompt=0.3)
    assert [one.variant for one in ranked(records).ranking] == ["full", "lora", "prompt"]
    found = ranked(records, "memory")
    assert "prompt" not in {one.variant for one in found.ranking} and "prompt" in dict(found.left_out)


def test_one_collapse_among_many_is_not_far_below() -> None:
    records = [*sweep(full=0.9, lora=0.9), *sweep("generation", full=0.5, lora=0.5)]
    records += [*sweep(scale="medium", full=0.9, lora=0.9), *sweep("generation", "medium", full=0.5, lora=0.5)]
    collapsed = [dataclasses.replace(one, metrics={"exact_match": 0.0}) for one in records[:12] if "lora" in one.id]
    kept = [one for one in records if one.id not in {other.id for other in collapsed}]
    assert not evidence_of_records([*kept, *collapsed[:3]]).far_below  # one data set of eight
    assert list(evidence_of_records([*kept, *collapsed]).far_below) == ["lora"]  # two of eight


def test_incomplete_methods_are_left_out_by_name() -> None:
    records = [one for one in sweep(full=0.9, lora=0.8, ia3=0.7) if not (one.id.startswith("ia3") and "-2-" in one.id)]
    found = ranked(records)
    assert {one.variant for one in found.ranking} == {"full", "lora"}
    assert "2 of 3 on embedded/topics" in dict(found.left_out)["ia3"]


def of_rank(rank: int, score: float, loss: float, sets: Sequence[str] = CLASSES) -> list[Record]:
    """LoRA of a rank on some sets with three seeds."""
    runs = [record("lora", dataset, seed=seed, rank=rank, score=score) for dataset in sets for seed in range(3)]
    return [dataclasses.replace(run, convergence=dataclasses.replace(run.convergence, best_loss=loss)) for run in runs]


def test_one_setting_of_a_method_is_ranked_chosen_by_validation_loss() -> None:
    """The higher test score of rank 8 plays no part."""
    found = ranked([*sweep(full=0.9), *of_rank(2, 0.7, 0.1), *of_rank(8, 0.8, 0.2)])
    assert [one.variant for one in found.ranking] == ["full", "lora rank=2"]
    assert "1 other settings of lora" in dict(found.left_out)


def test_settings_tried_on_one_set_alone_hide_no_set() -> None:
    more = [run for rank in (4, 16, 64) for run in of_rank(rank, 0.8, 0.01, CLASSES[1:])]
    found = ranked([*sweep(full=0.9), *of_rank(2, 0.7, 0.1), *more])
    assert [one.variant for one in found.ranking] == ["full", "lora rank=2"]
    assert list(found.ranking[0].facts) == list(CLASSES)


def test_seeds_must_be_the_same() -> None:
    other = [record("lora", dataset, seed=seed + 1) for dataset in CLASSES for seed in range(3)]
    assert ranked([*sweep(full=0.9), *other]).missing == ("2 of 3 seeds that all methods have",)


def test_scores_of_zero_break_nothing() -> None:
    found = ranked(sweep(full=0.9, lora=0.0))
    assert [one.variant for one in found.ranking] == ["full", "lora"] and found.ranking[1].share < 1e-9
    assert ranked(sweep(full=0.0, lora=0.0)).ranking[0].share == 1
