"""Findings beside their goals, kept a machine."""

from __future__ import annotations

import json
from pathlib import Path

from petlab.cli import main
from petlab.measure.ratios import Ratio
from petlab.speed.results import merged, of_number, of_ratio, table, write


def test_a_goal_counts_as_met_when_the_interval_reaches_it() -> None:
    faster = of_ratio("cell", Ratio(2.3, 2.1, 2.5, 6), 2.4, "at least")
    slower = of_ratio("step", Ratio(1.2, 1.1, 1.3, 6), 1.05, "at most")
    assert faster.met
    assert not slower.met


def test_earlier_findings_stay_and_are_replaced_by_name(tmp_path: Path) -> None:
    path = tmp_path / "machine.json"
    write(path, [of_number("a", 1, 2, "at most"), of_number("b", 1, 2, "at most")], {}, 2)
    found = merged(path, [of_number("a", 3, 2, "at most")])
    assert [(one.name, one.ratio) for one in found] == [("a", 3), ("b", 1)]
    entry = json.loads(path.read_text())["measures"][0]
    assert {"name", "ratio", "low", "high", "goal"} <= set(entry)


def test_the_table_shows_interval_and_verdict() -> None:
    lines = table(
        [of_ratio("cell", Ratio(2.6, 2.5, 2.7, 6), 2.4, "at least"), of_number("help", 0.9, 0.5, "at most", "s")]
    )
    assert "2.50 to 2.70" in lines and "≥ 2.4 ×" in lines and "not met" in lines.splitlines()[2]


def test_an_unknown_group_is_one_sentence(capsys, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert main(["speed", "steps", "--out", str(tmp_path)]) == 2
    assert "cell, command, generation, growth, memory, step, sweep" in capsys.readouterr().err
    assert main(["speed", "--repetitions", "3"]) == 2
