"""Commands that repeat runs: composed again, they give the settings that the record holds."""

from __future__ import annotations

import dataclasses
import json
import shlex

import pytest

from petlab import benchmark as benchmarks
from petlab import config, reference
from petlab.identity import configuration
from petlab.report.command import of_record, of_request
from tests.advice.given import record


def again(command: str) -> dict:  # type: ignore[type-arg]
    words = shlex.split(command)
    assert words[:2] == ["petlab", "run"]
    cell = config.cell(words[2:])
    return json.loads(json.dumps(configuration(cell, cell.train.precision)))


@pytest.mark.parametrize("number", [0, 7, 19])
def test_a_reference_record_is_repeated_by_its_command(number: int) -> None:
    kept = list(reference.everything().values())[number * 2]
    repeated = again(of_record(kept))
    for group in ("scale", "train", "limits", "seed", "data_seed"):
        assert repeated[group] == kept.config[group]
    for group in ("model", "method"):
        ours = {key: value for key, value in kept.config[group].items() if key in repeated[group]}
        assert {key: repeated[group][key] for key in ours} == _without_trials(ours, repeated[group])


def _without_trials(ours: dict, repeated: dict) -> dict:  # type: ignore[type-arg]
    """The number of learning-rate trials is a remark that no result depends on; a command does not give it."""
    if "learning_rate" not in ours:
        return ours
    return {**ours, "learning_rate": {**ours["learning_rate"], "trials": repeated["learning_rate"]["trials"]}}


def test_a_benchmarks_cell() -> None:
    [request] = benchmarks.load("embedded").cells(
        {"method": "lora", "dataset": "embedded/topics", "paths.results": "/home/me/r", "data.root": "/home/me/data"}
    )
    command = of_request(request)
    assert command.startswith("petlab run model=nano_t5 method=lora dataset=embedded/topics scale=low seed=0 ")
    assert "'method.targets=[q,k,v,o]'" in command
    assert "/home/me" not in command and "data.root=DIR" in command
    assert again(command)["method"]["targets"] == ["q", "k", "v", "o"]


def test_settings_that_do_not_compose_give_no_command() -> None:
    assert of_record(record("a method of my own")) == ""
    assert of_record(dataclasses.replace(record(), config={"seed": 0})) == ""
