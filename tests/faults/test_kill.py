"""Killed, stopped, started twice: nothing finished is lost, and the end is that of the sweep nothing happened to."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from petlab.sweep.claims import STALE_S
from tests.faults.sweeps import CELLS, Sweep, kill, wait_for

pytestmark = pytest.mark.faults

KILLS = 20
JOBLIB = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")


def same(sweep: Sweep, undisturbed: Sweep) -> None:
    """Equal records with bit-equal losses, equal table, and no file that cannot be read."""
    assert sweep.facts() == undisturbed.facts()
    assert sweep.quality() == undisturbed.quality()
    assert sweep.claims() == []
    for path in sweep.results.rglob("*.json"):
        json.loads(path.read_text())
    for path in sweep.results.rglob("*.jsonl"):
        for line in path.read_text().splitlines():
            json.loads(line)


def test_kill_9_at_random_instants(sweep: Sweep, undisturbed: Sweep) -> None:
    draw = random.Random(20)
    written: dict[str, bytes] = {}
    killed_in_training = 0
    for _ in range(KILLS):
        process = sweep.start()
        if wait_for(lambda: bool(sweep.claims()), process):
            time.sleep(draw.uniform(0, 0.6))
        killed_in_training += process.poll() is None
        kill(process)
        now = {run: (sweep.results / "runs" / run / "record.json").read_bytes() for run in sweep.records()}
        assert {run: now[run] for run in written} == written, "a finished cell was trained again or lost"
        written = now
    assert killed_in_training >= 5, "too few kills hit a cell: the instants prove nothing"
    assert sweep.run() == 0
    assert all((sweep.results / "runs" / run / "record.json").read_bytes() == text for run, text in written.items())
    same(sweep, undisturbed)


def test_two_sweeps_at_once_share_the_cells(sweep: Sweep, undisturbed: Sweep) -> None:
    other = Sweep(sweep.base, sweep.results)
    processes = [sweep.start("-q"), other.start()]
    assert [process.wait(timeout=600) for process in processes] == [0, 0]
    same(sweep, undisturbed)
    histories = list(sweep.results.glob("runs/*/history.jsonl"))
    assert len(histories) == CELLS
    said = sweep.said.read_text()
    trained = [int(line.split(" trained now")[0].split()[-1]) for line in said.splitlines() if "trained now" in line]
    assert sum(trained) == CELLS and len(trained) == 2, "each cell was trained by one of them"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("launcher", [(), JOBLIB], ids=["basic", "joblib"])
def test_a_signal_ends_it_cleanly_and_the_same_command_goes_on(
    sweep: Sweep, undisturbed: Sweep, number: signal.Signals, launcher: tuple[str, ...]
) -> None:
    process = sweep.start(*launcher)
    assert wait_for(lambda: len(sweep.records()) >= 2, process)
    process.send_signal(number)
    sent = time.monotonic()
    assert process.wait(timeout=120) == 130
    took = time.monotonic() - sent
    kill(process)
    assert took < 30, f"{took:.0f} s"
    assert "the same command goes on" in sweep.said.read_text()
    assert sweep.claims() == [] and len(sweep.records()) < CELLS
    assert sweep.run(*launcher) == 0
    same(sweep, undisturbed)


def test_a_worker_that_is_killed_takes_no_other_cell_with_it(sweep: Sweep, undisturbed: Sweep) -> None:
    process = sweep.start(*JOBLIB)
    assert wait_for(lambda: bool(sweep.claims()), process)
    owner = 0
    while not owner:
        for path in sweep.claims():
            try:
                owner = int(json.loads(path.read_text())["pid"])
            except (OSError, ValueError):
                continue
    assert owner != process.pid
    os.kill(owner, signal.SIGKILL)
    assert process.wait(timeout=600) == 0, sweep.said.read_text()
    assert "lost their process" in sweep.said.read_text()
    same(sweep, undisturbed)


def test_the_claim_of_a_dead_owner_is_taken_over(sweep: Sweep, undisturbed: Sweep) -> None:
    """At once where the owner was a process of this host, after `STALE_S` seconds where it was another's."""
    process = sweep.start()
    assert wait_for(lambda: bool(sweep.claims()), process)
    kill(process)
    assert len(sweep.claims()) == 1, "kill -9 leaves the claim"
    [missing, *_] = sorted(set(undisturbed.records()) - set(sweep.records()))
    foreign = sweep.results / "runs" / missing / "claim.json"
    foreign.parent.mkdir(parents=True, exist_ok=True)
    foreign.write_text(json.dumps({"token": "theirs", "host": "a-node-that-is-gone", "pid": 1, "started": "1"}))
    started = time.monotonic()
    assert sweep.run() == 0
    assert time.monotonic() - started > STALE_S
    same(sweep, undisturbed)


@pytest.mark.parametrize("damage", ["cut short", "empty", "of another schema"])
def test_a_damaged_record_is_trained_again_and_only_that_one(
    sweep: Sweep, undisturbed: Sweep, damage: str, tmp_path: Path
) -> None:
    subprocess.run(["cp", "-r", str(undisturbed.results), str(tmp_path)], check=True)
    run = sorted(sweep.records())[3]
    path = sweep.results / "runs" / run / "record.json"
    text = path.read_text()
    path.write_text({"cut short": text[: len(text) // 2], "empty": "", "of another schema": '{"schema": 99}'}[damage])
    before = {other: sweep.results / "runs" / other / "record.json" for other in undisturbed.records() if other != run}
    stamps = {other: file.stat().st_mtime_ns for other, file in before.items()}
    assert sweep.run() == 0
    assert "cells: 1 trained now, 11 reused" in " ".join(sweep.said.read_text().split())
    assert {other: file.stat().st_mtime_ns for other, file in before.items()} == stamps
    same(sweep, undisturbed)
