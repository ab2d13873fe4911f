"""`petlab latency` from the command line to its file, and `petlab claims` that asks for one."""

from __future__ import annotations

import csv
import functools
import io
import json
from pathlib import Path

import pytest

from petlab import cli
from petlab.latency import measure
from tests import tiny

QUICK = ["--batch", "1,2", "--length", "8,157", "--repetitions", "6", "--threads", "1"]


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(measure, "LEAST_S", 0.0)
    base = tiny.write_decoder(tmp_path / "base")
    return ["model.family=causal", f"model.path={base}", f"paths.results={tmp_path / 'results'}", "-q"]


def test_the_table_and_the_file_of_this_machine(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["latency", *QUICK, *words]) == 0
    said = capsys.readouterr().out
    assert said.count("lora_merged") == 2 and said.count("batch ") == 2
    assert "prefix at 1 × 157, 2 × 157: it takes 5 of the model's 160 positions" in said
    [path] = (tmp_path / "results" / "speed").iterdir()
    content = json.loads(path.read_text())
    assert content["environment"]["hardware"] and content["threads"] == 1 and content["positions"] == 160
    places = [(one["way"], one["batch"], one["length"], len(one["seconds"])) for one in content["measures"]]
    assert len(places) == 24 and ("houlsby", 2, 157, 6) in places and ("prefix", 2, 157, 0) in places


def test_json_and_csv_are_complete_by_themselves(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    few = [*QUICK, "--batch", "1", "--length", "8", "--methods", "lora", "method.lora.rank=2"]
    assert cli.main(["latency", "--json", *few, *words]) == 0
    content = json.loads(capsys.readouterr().out)
    assert [one["way"] for one in content["measures"]] == ["base", "lora"]
    assert content["measures"][1]["low"] <= content["measures"][1]["ratio"] <= content["measures"][1]["high"]
    assert content["words"] == ["method.lora.rank=2", *words[:2]]
    assert cli.main(["latency", "--csv", *few, *words]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["way"] for row in rows] == ["base", "lora"] and float(rows[0]["ms"]) > 0


@pytest.mark.parametrize(
    "given",
    [
        ["--batch", "one"],
        ["--batch", "0"],
        ["--repetitions", "5"],
        ["--methods", "lorra"],
        ["method.rank=4"],
        ["method.lora.rang=4"],
        ["method=lora"],
        ["model=nobody"],
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(
    given: list[str], words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["latency", *words, *given]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.strip().splitlines()) == 1
    assert not (tmp_path / "results").exists()


def test_claims_ask_for_it_and_measure_where_it_is_missing(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "Settings", functools.partial(measure.Settings, (1, 2), (8,), repetitions=6))
    asked = ["claims", "--json", "latency", *words]
    assert cli.main(asked) == 0
    unasked = json.loads(capsys.readouterr().out)
    assert {one["verdict"] for one in unasked} == {"not decided"}
    assert "petlab latency model=nano_gpt2, which are not there" in unasked[0]["finding"]
    assert cli.main([*asked, "--run"]) == 0
    judged = {one["id"]: one for one in json.loads(capsys.readouterr().out)}
    assert judged["latency.usable_length"]["verdict"] == "holds" and judged["latency.usable_length"]["effect"] == 5
    assert judged["latency.adapters"]["n"] == 6 and judged["latency.adapters"]["low"] is not None
    [path] = (tmp_path / "results" / "speed").iterdir()
    before = path.read_bytes()
    assert cli.main([*asked, "--run"]) == 0  # what is there is not measured again
    assert path.read_bytes() == before
