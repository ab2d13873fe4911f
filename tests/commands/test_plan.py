"""`petlab plan`: states, estimates and totals, on a paper's table with a stand-in; nothing is trained."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from petlab import cli
from petlab import workshop as workshops
from petlab.workshop import Workshop
from tests.records import made_up

TABLE = ["hu2021_table2", "--columns", "CoLA", "--rows", "RoB_base (LoRA),RoB_base (BitFit)", "seed=0", "scale=low"]


@pytest.fixture
def stand_in(tiny_cell: list[str]) -> list[str]:
    """The table's rows on the tiny base and data, two epochs each."""
    kept = ("model.", "data.root", "paths.", "train.threads", "train.precision", "limits.")
    return [*TABLE, "model=nano_t5", "++scale.epochs=2", *(word for word in tiny_cell if word.startswith(kept))]


def out(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(["plan", *words]) == 0
    return capsys.readouterr().out


def test_what_was_run_estimates_what_was_not(
    stand_in: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = json.loads(out(capsys, *stand_in, "--json"))
    assert [cell["state"] for cell in before["cells"]] == ["missing", "missing"]
    assert before["summary"]["seconds"] is None and before["summary"]["without_estimate"] == 2
    assert {cell["basis"] for cell in before["cells"]} == {"no earlier run of this kind"}
    assert not (tmp_path / "results" / "runs").exists()

    assert cli.main(["bench", "-q", *stand_in, "method=lora"]) == 0
    capsys.readouterr()
    after = json.loads(out(capsys, *stand_in, "--json"))
    bitfit, lora = after["cells"]
    assert (lora["state"], lora["seconds"]) == ("done", None) and lora["run"] == before["cells"][1]["run"]
    record = json.loads((tmp_path / "results" / "runs" / lora["run"] / "record.json").read_text())
    assert bitfit["seconds"] == record["time"]["wall_s"]
    assert bitfit["basis"].startswith("median of 1 run of its family")
    assert after["summary"]["states"] == {"missing": 1, "done": 1}
    assert (after["summary"]["with_estimate"], after["summary"]["without_estimate"]) == (1, 0)
    assert after["machine"]["threads"] == 1

    text = out(capsys, *stand_in)
    assert "2 cells, 1 missing, 1 done" in text and "for 1 of 1 missing cells on this hardware" in text
    [header, first, second] = csv.reader(io.StringIO(out(capsys, *stand_in, "--csv")))
    assert header[:7] == ["model", "method", "dataset", "scale", "seed", "state", "run"]
    assert (first[1], first[5], second[5]) == ("bitfit", "missing", "done")
    assert (dict(zip(header, first, strict=True))["protocol"], first[7]) == ("paper", "RoB_base (BitFit)* 0.1M")


@pytest.mark.parametrize(
    ("table", "words", "cells", "lora", "of_a_model"),
    [  # a part of each paper's table, its cells, those of LoRA, and those of one model of its rows
        ("houlsby2019_table1", ["--columns", "CoLA,MNLI_mm"], 30, None, ("bert_large", 30)),
        ("hu2021_table2", ["--columns", "STS-B"], 70, 20, ("deberta_v2_xxlarge", 10)),
        ("hu2021_table3", [], 36, 6, ("gpt2_large", 15)),
        ("hu2021_table4", [], 24, 6, None),
        ("li2021_table1", ["--rows", "full,prefix"], 12, None, ("gpt2_medium", 6)),
        ("li2021_table2", [], 3, None, ("bart_large", 3)),
        ("pu2023_table1", ["scale=low,high", "--columns", "CoLA"], 10, 2, ("flan_t5_xl", 10)),
        ("pu2023_table2", ["dataset=samsum"], 13, 7, ("flan_t5_xl", 13)),
    ],
)
def test_a_papers_table_on_a_stand_in(
    table: str,
    words: list[str],
    cells: int,
    lora: int | None,
    of_a_model: tuple[str, int] | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Workshop, "_read", lambda *_: made_up().data)  # rows that are at hand, whatever the set

    def planned(*more: str) -> list[dict[str, str]]:
        lines = list(csv.DictReader(io.StringIO(out(capsys, table, *words, *more, "--csv"))))
        first = [line for line in lines if not line["row"]]  # what rows of the table start from
        assert {line["dataset"] for line in first} == ({"glue/mnli"} if table == "hu2021_table2" else set())
        assert lines[: len(first)] == first
        return lines[len(first) :]

    stand_in = planned("model=nano_t5")
    assert len(stand_in) == cells and {cell["model"] for cell in stand_in} == {"nano_t5"}
    assert {cell["state"] for cell in stand_in} == {"missing"} and not any(cell["problem"] for cell in stand_in)
    if lora is not None:
        name = "lora_tfew" if table.startswith("pu") else "lora"
        filtered = planned("model=nano_t5", f"method={name}")
        assert [cell["run"] for cell in filtered] == [cell["run"] for cell in stand_in if cell["method"] == name]
        assert len(filtered) == lora
    if of_a_model is not None:
        model, number = of_a_model
        monkeypatch.setattr(workshops, "weights", lambda spec: f"weights of {spec.name}")
        assert [cell["model"] for cell in planned(f"model={model}")] == [model] * number


def test_rows_without_public_weights_are_shown_with_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    text = out(capsys, "hu2021_table4")
    assert text.count("\nblocked") == 24 and "24 cells, 24 blocked" in text
    assert text.count("the weights of gpt3_175b are not public; model=NAME runs the row on a stand-in") == 1
    assert cli.main(["bench", "hu2021_table4"]) == 2


def test_absent_data_is_asked_for_once(
    stand_in: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def load(*_: object, **__: object) -> None:
        asked.append(1)
        raise workshops.UserError("no such file")

    monkeypatch.setattr(workshops, "load_splits", load)
    text = out(capsys, *stand_in, f"data.root={tmp_path}", "seed=0,1,2")
    assert "6 cells, 6 blocked" in text and "6 blocked: no such file" in text
    assert len(asked) == 2  # the rows cut their texts differently, so their data are not one


def test_overrides_may_follow_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["plan", "hu2021_table4", "--colums", "samsum"])
    assert "--colums" in capsys.readouterr().err
    text = out(capsys, "hu2021_table4", "--rows", "GPT-3 (FT)", "dataset=samsum")
    assert "1 cells, 1 blocked" in text
