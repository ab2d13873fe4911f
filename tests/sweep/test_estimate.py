"""What a cell will take: medians of earlier runs of its kind on this hardware, and nothing where there is none."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from petlab.config import cell
from petlab.record import Memory, Record
from petlab.sweep.estimate import FAMILIES, Estimate, Estimates, Machine
from tests.method_catalogue import method_ids
from tests.records import made_up

MACHINE = Machine("a processor, 2 cores", "cpu", 2)
CONFIG: dict[str, Any] = {
    "model": {"name": "nano_t5", "random_weights": False},
    "method": {"name": "lora"},
    "dataset": {"name": "embedded/topics"},
    "scale": {"name": "low", "rows": 100, "epochs": 10, "evaluations_per_epoch": 1},
    "limits": {"validation": None, "test": None},
}
CELL = cell(["model=nano_t5", "method=lora", "dataset=embedded/topics", "scale=low"])


def run(seconds: float, peak: int | None = None, **changes: Any) -> Record:
    """An exclusive run on `MACHINE`; `changes` replace groups of its configuration."""
    record = made_up()
    return dataclasses.replace(
        record,
        config={**CONFIG, **changes},
        time=dataclasses.replace(record.time, wall_s=seconds),
        memory=Memory("rss_exclusive", peak) if peak else record.memory,
    )


def test_the_median_of_the_runs_of_a_method() -> None:
    found = Estimates([run(10), run(30), run(11, peak=5_000_000)]).of(CELL, MACHINE)
    assert found == Estimate(11, 5_000_000, 3, "median of 3 runs of lora")


def test_else_of_its_family_and_of_no_other() -> None:
    others = [run(20, method={"name": "ia3"}), run(99, method={"name": "full"})]
    found = Estimates(others).of(CELL, MACHINE)
    assert (found.seconds, found.runs) == (20, 1)
    assert found.basis == "median of 1 run of its family (vectors and low-rank matrices)"
    assert Estimates(others[1:]).of(CELL, MACHINE) == Estimate()
    assert Estimate().basis == "no earlier run of this kind"


@pytest.mark.parametrize(
    "changes",
    [
        {"model": {"name": "nano_t5", "random_weights": True}},
        {"model": {"name": "flan_t5_small", "random_weights": False}},
        {"dataset": {"name": "embedded/dialogues"}},
        {"scale": {**CONFIG["scale"], "name": "medium"}},
        {"scale": {**CONFIG["scale"], "epochs": 3}},
        {"limits": {"validation": None, "test": 20}},
        {"scale": {}},
        {"model": "another program's"},
    ],
)
def test_runs_of_another_kind_say_nothing(changes: dict[str, Any]) -> None:
    assert Estimates([run(10, **changes)]).of(CELL, MACHINE) == Estimate()


def test_seconds_of_other_hardware_of_shared_machines_and_of_failures_say_nothing() -> None:
    shared = dataclasses.replace(run(10), time=dataclasses.replace(run(10).time, timing="shared"))
    failed = dataclasses.replace(run(10), status="failed")
    assert Estimates([shared, failed]).of(CELL, MACHINE) == Estimate()
    for machine in (MACHINE._replace(hardware="another"), MACHINE._replace(threads=1), MACHINE._replace(device="cuda")):
        assert Estimates([run(10)]).of(CELL, machine) == Estimate()


def test_memory_of_a_shared_run_is_a_measurement() -> None:
    shared = dataclasses.replace(run(10, peak=7_000_000), time=dataclasses.replace(run(10).time, timing="shared"))
    found = Estimates([shared]).of(CELL, MACHINE)
    assert (found.seconds, found.peak_bytes) == (None, 7_000_000)


def test_methods_of_no_family_are_meant_to_have_none() -> None:
    without = set(method_ids()) - {method for methods in FAMILIES.values() for method in methods}
    assert without - {"combo"} == {"head", "intrinsic", "mam", "unipelt"}
