"""Planning 2,000 cells takes less than ten seconds of one core."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from petlab.overrides import sweep
from petlab.sweep.plan import composed, look_up
from petlab.workshop import Workshop

pytestmark = pytest.mark.faults


def test_two_thousand_cells(tmp_path: Path) -> None:
    words = [
        "method=lora,ia3,bitfit,full,prompt",
        "dataset=embedded/topics,embedded/acceptability",
        "scale=low,medium",
        "seed=range(0,25)",
        "train.lr=1e-3,2e-3,3e-3,4e-3",
        f"paths.results={tmp_path}",
    ]
    started = time.process_time()
    jobs = sweep(words)
    planned = composed(list(enumerate(jobs)))
    look_up(planned, Workshop(tmp_path))
    spent = time.process_time() - started
    print(f"{len(jobs)} cells planned in {spent:.1f} s")
    assert len(jobs) == 2000 and len({entry.seat.run for entry in planned if entry.seat}) == 2000
    assert spent < 10
