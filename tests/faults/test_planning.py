"""Planning 2,000 cells costs a small part of composing each of them: ten seconds where a compose takes 34 ms.

Measured beside a compose, and not against the clock: the machine may be a slow one. `petlab speed command` has seconds.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest

from petlab.overrides import compose, sweep
from petlab.sweep.plan import composed, look_up
from petlab.workshop import Workshop

pytestmark = pytest.mark.faults
PART = 10 / (2000 * 0.034)


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
    composing = len(jobs) * statistics.median(one_compose(words) for words in jobs[:: len(jobs) // 9])
    print(f"{len(jobs)} cells planned in {spent:.1f} s; each composed: {composing:.1f} s")
    assert len(jobs) == 2000 and len({entry.seat.run for entry in planned if entry.seat}) == 2000
    assert spent < PART * composing


def one_compose(words: list[str]) -> float:
    """Seconds of this process for one cell by Hydra alone."""
    started = time.process_time()
    compose(words)
    return time.process_time() - started
