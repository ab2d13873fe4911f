"""`petlab report` as it is typed."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from pathlib import Path

import pytest

from petlab import benchmark as benchmarks
from petlab import cli, reference
from petlab.commands.common import plan_benchmark
from petlab.commands.report import _may_show
from tests.records import made_up
from tests.report.given import Page


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No benchmark on generated data and no reference record: what is on the page is the reader's own."""
    monkeypatch.setattr(benchmarks, "names", lambda: [])
    monkeypatch.setattr(reference, "folder", lambda: tmp_path / "no reference")


@pytest.mark.usefixtures("alone")
def test_runs_of_ones_own(tiny_cell: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results"
    assert cli.main(["run", "method=lora", "method.rank=2", *tiny_cell]) == 0
    broken = results / "runs" / "x" / "record.json"
    broken.parent.mkdir()
    broken.write_text("{", encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["report", f"paths.results={results}"]) == 0
    path = results / "report" / "index.html"
    assert capsys.readouterr().out.strip() == str(path)
    page = Page(path.read_text(encoding="utf-8"))
    [run] = [one for one in page.all("details") if one.get("class") == "run"]
    assert run["data-label"] == "lora" and run["data-dataset"] == "glue/cola"
    [command] = [text for text in page.text("code") if text.startswith("petlab run")]
    assert "method.rank=2" in command and "scale.rows=32" in command and "data.root=DIR" in command
    assert "training loss" in page.text("th")  # of history.jsonl
    assert any(str(broken) in text for text in page.text("li"))


def test_a_named_benchmark(tmp_path: Path) -> None:
    words = ["method=lora", "dataset=embedded/topics", f"paths.results={tmp_path / 'results'}"]
    arguments = Namespace(name="embedded", overrides=words, rows=None, columns=None, config_dir=None)
    _, _, [planned], workshop = plan_benchmark(arguments, quiet=True)
    assert planned.seat is not None
    made = dataclasses.replace(made_up(planned.seat.run), config=planned.seat.config, metrics={"exact_match": 0.625})
    workshop.store.save(made)
    assert cli.main(["report", "--quiet", "embedded", *words]) == 0
    page = Page((tmp_path / "results" / "report" / "index.html").read_text(encoding="utf-8"))
    assert [one["id"] for one in page.all("section") if one.get("class") == "chapter"] == ["benchmark-embedded"]
    [run] = [one for one in page.all("details") if one.get("class") == "run"]
    assert run["data-label"] == "LoRA" and run["data-score"] == "0.6250" and run["id"] == f"run-{made.id}"
    assert [one["href"] for one in page.all("a") if one["href"].startswith("#run-")] == [f"#run-{made.id}"]


@pytest.mark.parametrize("words", [["no_such_benchmark"], ["model=nano_t5"], ["pu2023_table3"]])
def test_mistakes(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", *words, f"paths.results={tmp_path}"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("petlab: ")
    assert not (tmp_path / "report").exists()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(("width", "expected"), [(None, True), (64, True), (96, False)])
def test_a_benchmark_at_widths_needs_records_of_one_of_its_widths(width: int | None, expected: bool) -> None:
    """None is the base's own, 160, which is one of them."""
    base = made_up("0" * 16)
    groups = {"method": {"name": "lora"}, "dataset": {"name": "embedded/topics"}, "scale": {"name": "low"}}
    config = {**base.config, **groups, "model": {"name": "nano_t5", "width": width}}
    assert _may_show("embedded_shots_widths", [dataclasses.replace(base, config=config)]) is expected
