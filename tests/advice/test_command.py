"""`petlab advise` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from petlab import cli, reference
from petlab.store import Store
from tests.advice.given import sweep


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reference, "folder", lambda: tmp_path / "no reference")
    return tmp_path / "results"


def test_one_question(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for record in sweep(lora=0.75, full=0.5):
        Store(results).save(record)
    words = ["advise", "--task", "classification", "--rows", "80", "--limit", "quality", f"paths.results={results}"]
    assert cli.main(words) == 0
    said = capsys.readouterr().out
    assert "80 training rows: low (at most 100)" in said and "advice: lora" in said and "1.5 times full" in said
    assert "12 finished records of nano_t5" in said
    assert cli.main([*words, "--json"]) == 0
    [piece] = json.loads(capsys.readouterr().out)["advice"]
    assert piece["verdict"] == "advice" and piece["advised"] == ["lora"] and piece["margin"] == pytest.approx(0.5)
    assert piece["ranking"][0]["facts"]["embedded/topics"]["score"] == 0.75 and piece["seeds"] == [0, 1, 2]


def test_not_enough_runs(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        cli.main(["advise", "--task", "generation", "--rows", "500", "--limit", "time", f"paths.results={results}"])
        == 0
    )
    said = capsys.readouterr().out
    assert "not enough runs: no generation run at medium" in said
    assert "petlab bench embedded_scales scale=medium" in said and "advice:" not in said


def test_a_file_that_is_no_record_is_named(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = results / "runs" / "x" / "record.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{", encoding="utf-8")
    assert cli.main(["advise", f"paths.results={results}"]) == 0
    assert f"left out: {broken}: unreadable" in capsys.readouterr().out


def test_printed_numbers_are_labelled(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["advise", "--source", "printed", f"paths.results={results}"]) == 0
    said = capsys.readouterr().out
    assert "printed numbers of Pu et al. 2023" in said and "no run of petlab" in said
    assert said.count("the tables disagree") == 7 and said.count("the tables agree") == 5
    assert "CoLA: Full fine-tuning 0.8142 < LoRA 0.8333, BitFit 0.8295" in said


@pytest.mark.parametrize("words", [["--rows", "0"], ["model=nano_t5"], ["paths.results"], ["--model", "nobody"]])
def test_mistakes(words: list[str], results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["advise", *words, *([] if words[0].startswith("paths") else [f"paths.results={results}"])]) == 2
    assert capsys.readouterr().err.startswith("petlab: ")
