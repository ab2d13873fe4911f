"""Which records count as evidence, and what is said where they do not suffice."""

from __future__ import annotations

import dataclasses

import pytest

from petlab.advice import advise, evidence_of_records
from petlab.advice.from_records import filled_by
from petlab.errors import UserError
from tests.advice.given import record, sweep


def test_another_setting_plays_no_part() -> None:
    mine = sweep(lora=0.8, full=0.7)
    trials = [
        dataclasses.replace(one, config={**one.config, "limits": {"validation": 200, "test": 20}})
        for one in sweep(ia3=0.99)
    ]
    evidence = evidence_of_records([*mine, *trials])
    assert {one.method for one in evidence.observations} == {"lora", "full"}
    assert "6 records of 1 other setting(s) play no part" in evidence.told


def test_a_key_that_older_records_lack_is_no_other_setting() -> None:
    first, second = record(), record(seed=1)
    newer = {**second.config["train"], "select": "loss", "strategy": "none"}
    second = dataclasses.replace(second, config={**second.config, "train": newer})
    assert len(evidence_of_records([first, second]).observations) == 2
    other = dataclasses.replace(second, config={**second.config, "train": {**newer, "select": "f1"}})
    assert len(evidence_of_records([first, other]).observations) == 1


def test_more_test_rows_decide_where_seeds_do_not() -> None:
    small = [record("lora", seed=seed, limits={"test": 20}) for seed in range(2)]
    small = [dataclasses.replace(one, data=dataclasses.replace(one.data, test_rows=20)) for one in small if one.data]
    evidence = evidence_of_records([*small, record("ia3")])
    assert [one.method for one in evidence.observations] == ["ia3"]


def test_settings_of_one_method_are_told_apart() -> None:
    records = [record("lora", rank=rank, seed=seed) for rank in (2, 8) for seed in range(3)] + [record("full")]
    assert {one.variant for one in evidence_of_records(records).observations} == {"lora rank=2", "lora rank=8", "full"}


def test_trials_of_the_rate_are_no_other_setting() -> None:
    first, second = record(), record(seed=1)
    second.config["method"]["learning_rate"]["trials"] = 1
    assert {one.variant for one in evidence_of_records([first, second]).observations} == {"lora"}


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([], "no classification run at low"),
        (sweep(scale="medium", lora=0.5, full=0.6), "no classification run at low; there are 12 at medium"),
        (sweep("generation", lora=0.5, full=0.6), "no classification run at low"),
        (sweep(seeds=2, lora=0.5, full=0.6), "2 of 3 seeds"),
        (sweep(lora=0.5), "1 of 2 methods"),
        ([one for one in sweep(lora=0.5, full=0.6) if "topics" in one.id], "1 of 2 classification sets"),
    ],
)
def test_too_little_is_said_and_not_guessed(records: list, said: str) -> None:  # type: ignore[type-arg]
    given = advise(evidence_of_records(records), "classification", "low", "quality")
    assert not given.ranking and said in "; ".join(given.missing)


def test_failed_records_and_records_without_the_score_do_not_count() -> None:
    records = sweep(lora=0.5, full=0.6)
    failed = [dataclasses.replace(one, status="failed", metrics={}) for one in records[:1]]
    bare = [dataclasses.replace(one, metrics={}) for one in records[1:2]]
    assert len(evidence_of_records([*failed, *bare, *records[2:]]).observations) == len(records) - 2


def test_seconds_that_cannot_be_compared_are_left_out() -> None:
    alone = sweep(lora=0.5, full=0.6)
    shared = [dataclasses.replace(one, time=dataclasses.replace(one.time, timing="shared")) for one in alone]
    evidence = evidence_of_records(shared)
    assert "no seconds at low" in advise(evidence, "classification", "low", "time").missing
    assert "12 runs left out" in "; ".join(advise(evidence, "classification", "low", "time").missing)
    assert advise(evidence, "classification", "low", "quality").ranking
    elsewhere = [
        dataclasses.replace(one, environment=dataclasses.replace(one.environment, hardware="another"))
        for one in sweep(ia3=0.7)
    ]
    mixed = advise(evidence_of_records([*alone, *elsewhere]), "classification", "low", "time")
    assert {one.variant for one in mixed.ranking} == {"lora", "full"}


def test_an_unknown_model_is_the_users_mistake() -> None:
    with pytest.raises(UserError, match="there are of: nano_t5"):
        evidence_of_records(sweep(lora=0.5), model="t5_small")


def test_the_benchmark_that_fills_a_gap() -> None:
    assert filled_by("generation", "medium", "nano_t5") == "embedded_scales"
    assert filled_by("generation", "medium", "a model of nobody") is None
