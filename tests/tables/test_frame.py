"""Records as a DataFrame."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

import petlab
from petlab.tables.frame import frame, load_results
from tests.tables import made_up


def test_one_row_a_record() -> None:
    first, second, *_ = made_up.benchmark().cells({})
    table = frame([made_up.record(first, 0.25), made_up.ended(second, "failed", "a reason")])
    assert list(table["dataset"]) == ["ag_news", "samsum"]
    assert table["metric.exact_match"][0] == 0.25
    assert table["status"][1] == "failed"
    assert table["params.stored"][0] == 1_000_000
    assert table["environment.hardware"][0] == "a processor"


def test_broken_files_are_named(tmp_path: Path) -> None:
    [request, *_] = made_up.benchmark().cells({})
    good = made_up.record(request)
    for name, text in ((good.id, good.to_json()), ("cut", "{")):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        (folder / "record.json").write_text(text)
    with pytest.warns(UserWarning, match=r"cut.record\.json"):
        assert len(load_results(tmp_path)) == 1


def test_a_fact_that_a_record_lacks_is_missing_in_its_row() -> None:
    first, second, *_ = made_up.benchmark().cells({})
    failed = dataclasses.replace(made_up.ended(first, "failed", "early"), params=None, data=None)
    table = frame([failed, made_up.record(second, 0.5)])
    assert table["params.stored"].isna().tolist() == [True, False]
    assert table["metric.rougeL"].isna().tolist() == [True, False]
    table = frame([made_up.record(second, 0.5), failed])
    assert table["metric.rougeL"].isna().tolist() == [False, True]


def test_the_package_exports_it_and_stays_quick() -> None:
    assert petlab.load_results is load_results
    assert "load_results" in petlab.__all__
    code = "import sys, petlab; sys.exit(any(name in sys.modules for name in ('pandas', 'torch', 'pydantic')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(AttributeError, match="load_result'"):
        _ = petlab.load_result


def test_no_results(tmp_path: Path) -> None:
    assert load_results(tmp_path).empty
