"""What was run on what."""

from __future__ import annotations

import dataclasses

from petlab.report import gather
from petlab.report.summary import grids, lead
from tests.advice.given import record
from tests.report.given import report


def test_rows_and_counts() -> None:
    found = {grid.caption: grid for grid in grids(report())}
    assert found["Benchmarks"].rows == (("made_up", "7", "5", "1", "1", "4", "2"),)
    assert found["Models"].rows == (("nano_t5", "1M", "200k", "6"), ("nano_t5", "4M", "600k", "1"))
    assert ("ag_news", "files", "holdout", "100", "20", "30", "0", "CC BY 4.0", "2") in found["Data sets"].rows
    assert [sum(int(row[-1]) for row in found[name].rows) for name in ("Data sets", "Versions")] == [7, 7]
    assert all(len(row) == len(grid.heads) for grid in found.values() for row in grid.rows)


def test_what_differs_stands_in_rows_of_its_own() -> None:
    first = record()
    other = dataclasses.replace(
        record(seed=1), environment=dataclasses.replace(first.environment, git_commit="c0ffee" * 7, git_dirty=True)
    )
    versions = next(
        grid for grid in grids(gather([], [(first, "reused"), (other, "reference")])) if grid.caption == "Versions"
    )
    assert [row[0] for row in versions.rows] == ["unknown", "c0ffeec0ff with changes"]


def test_lead() -> None:
    runs = gather([], [(record(), "reused"), (record("full", seed=1), "reference")])
    assert lead(runs) == "2 runs of 1 model on 1 data set: 2 done; 1 reused, 1 from reference; 13 s of work."
