"""Commands that repeat runs: composed again, they give the settings that the record holds."""

from __future__ import annotations

import dataclasses
import json
import shlex

import pytest

from petlab import benchmark as benchmarks
from petlab import config
from petlab.cell import Limits
from petlab.identity import configuration
from petlab.report.command import of_record, of_request
from tests.advice.given import record


def again(command: str) -> dict:  # type: ignore[type-arg]
    words = shlex.split(command)
    assert words[:2] == ["petlab", "run"]
    cell = config.cell(words[2:])
    return json.loads(json.dumps(configuration(cell, cell.train.precision)))


@pytest.mark.parametrize(
    "words",
    [
        ["method=lora", "method.rank=2", "method.targets=[q,k,v,o]", "train.lr=0.03", "limits.test=300", "seed=2"],
        ["method=full", "dataset=embedded/dialogues", "scale=medium", "model.random_weights=true", "data_seed=1"],
        ["method=prefix", "method.learning_rate.peak=0.5", "train.clip=1.0", "train.betas=[0.9,0.95]"],
        ["method=prompt", "method.tokens=20", "dataset=embedded/restaurants", "dataset.generation.beams=4"],
        ["method=bitfit", "scale=high", "scale.rows=500", "train.precision=fp32"],
        ["method=lora", "dataset=embedded/dialogues", "after=[embedded/topics,embedded/restaurants]", "limits.test=9"],
        ["method=ia3", "dataset=embedded/dialogues", "together=[embedded/topics]"],
    ],
)
def test_a_record_is_repeated_by_its_command(words: list[str]) -> None:
    cell = config.cell(words)
    made = json.loads(json.dumps(configuration(cell, cell.train.precision)))
    assert again(of_record(dataclasses.replace(record(), config=made))) == made


def test_places_and_trials_are_no_settings() -> None:
    cell = config.cell(["train.threads=3", "train.device=cpu", "method.learning_rate.trials=9"])
    made = json.loads(json.dumps(configuration(cell, "fp32")))
    command = of_record(dataclasses.replace(record(), config=made))
    assert "threads" not in command and "device" not in command and "trials" not in command
    assert "train.precision=fp32" in command  # what "auto" came to


def test_a_benchmarks_cell() -> None:
    [request] = benchmarks.load("embedded").cells(
        {"method": "lora", "dataset": "embedded/topics", "paths.results": "/home/me/r", "data.root": "/home/me/data"}
    )
    command = of_request(request)
    assert command.startswith("petlab run model=nano_t5 method=lora dataset=embedded/topics scale=low seed=0 ")
    assert "'method.targets=[q,k,v,o]'" in command
    assert "/home/me" not in command and "data.root=DIR" in command
    assert again(command)["method"]["targets"] == ["q", "k", "v", "o"]


def test_a_cell_after_others_with_settings_of_their_own_gives_no_command() -> None:
    """MNLI has a rate and epochs of its own in the table; tasks in sequence share theirs."""
    requests = [
        request
        for table, row in (("hu2021_table2", "RoB_base (LoRA)"), ("embedded_continual", "LoRA, in sequence"))
        for request in benchmarks.load(table).cells({"seed": "0"}, rows=[row])
        if request.kin
    ]
    commands = {request.dataset: of_request(request) for request in requests}
    assert {dataset for dataset, command in commands.items() if not command} == {"glue/mrpc", "glue/rte", "glue/stsb"}
    assert "after=[embedded/topics,embedded/acceptability]" in commands["embedded/restaurants"]
    cell = config.cell(["method=lora", "dataset=embedded/dialogues", "after=[embedded/topics]"])
    assert cell.parent is not None
    cell = dataclasses.replace(cell, parent=dataclasses.replace(cell.parent, limits=Limits(test=5)))
    made = json.loads(json.dumps(configuration(cell, "fp32")))
    assert made["kin_differ"] == ["limits"] and of_record(dataclasses.replace(record(), config=made)) == ""


def test_settings_that_do_not_compose_give_no_command() -> None:
    assert of_record(record("a method of my own")) == ""
    assert of_record(dataclasses.replace(record(), config={"seed": 0})) == ""
