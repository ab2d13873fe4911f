"""Switching by subtraction, judged from what was measured, kept as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from petlab.claims.claim import Missing
from petlab.claims.switching import comes_back
from petlab.cli import main
from petlab.errors import UserError
from petlab.export.tasks import Task, Together, read, write
from petlab.measure.switching import Drift


def measured(**of_update: float) -> Together:
    drift = tuple(Drift(100, dtype, 1e-6, 1e-7, left, 0.2, 0.001) for dtype, left in of_update.items())
    return Together((Task("a", "A", 10), Task("b", "B", 10)), 1000, 1020, 2000, drift)


def test_what_is_left_is_held_against_a_task_of_its_own() -> None:
    found = measured(float32=1e-5, bfloat16=0.02)
    assert comes_back("float32")(found).word == "holds"
    verdict = comes_back("bfloat16")(found)
    assert verdict.word == "does not hold here" and verdict.effect == pytest.approx(2.0)
    assert "off by 2 % of a task's own change" in verdict.sentence
    with pytest.raises(Missing, match="bfloat16"):
        comes_back("bfloat16")(measured(float32=1e-5))


def test_kept_and_read_again(tmp_path: Path) -> None:
    path, found = tmp_path / "switching.json", measured(float32=1e-5)
    write(path, found)
    assert read(path) == found
    path.write_text("{}")
    with pytest.raises(UserError, match=r"switching.json"):
        read(path)


def test_without_measurements_the_command_says_how_to_make_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["claims", "switching", f"paths.results={tmp_path}"]) == 0
    assert "petlab claims switching --run measures" in " ".join(capsys.readouterr().out.split())
