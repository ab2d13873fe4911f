"""Real sweeps in processes of their own, to be killed: a part of the embedded benchmark on the tiny base."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROWS = "Full fine-tuning,(IA)3,LoRA"
CELLS = 12
PATIENCE_S = 300.0  # for anything that must happen at all, on a machine with much else to do


@dataclass
class Sweep:
    """A command over one results folder, started as often as a test likes."""

    base: Path
    results: Path

    def words(self, *extra: str) -> list[str]:
        cell = ["scale.rows=16", "scale.epochs=2", "limits.test=4", "limits.validation=8", "train.threads=1"]
        place = [f"model.path={self.base}", f"paths.results={self.results}", "train.precision=fp32"]
        return [sys.executable, "-m", "petlab.cli", "bench", "embedded", "--rows", ROWS, *cell, *place, *extra]

    def start(self, *extra: str) -> subprocess.Popen[str]:
        """Begin, as a process group of its own; what it says goes to a file beside the results."""
        self.results.parent.mkdir(parents=True, exist_ok=True)
        with self.said.open("a") as said:
            return subprocess.Popen(
                self.words(*extra),
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                preexec_fn=_heeds_ctrl_c,
            )

    def run(self, *extra: str) -> int:
        process = self.start(*extra)
        try:
            return process.wait(timeout=PATIENCE_S)
        finally:
            kill(process)

    @property
    def said(self) -> Path:
        return self.results.parent / f"{self.results.name}.log"

    def claims(self) -> list[Path]:
        return list(self.results.glob("runs/*/claim.json"))

    def records(self) -> dict[str, dict[str, Any]]:
        """Every record; one that cannot be read is an error."""
        return {path.parent.name: json.loads(path.read_text()) for path in self.results.glob("runs/*/record.json")}

    def facts(self) -> dict[str, dict[str, Any]]:
        """The records without what differs from run to run: seconds, memory, company."""
        return {run: facts(record) for run, record in self.records().items()}

    def quality(self) -> list[list[str]]:
        """The first table of the benchmark, as its CSV has it."""
        with (self.results / "tables" / "embedded.csv").open(newline="") as file:
            return [row for row in csv.reader(file) if row[1] == "quality"]


def _heeds_ctrl_c() -> None:
    """As a command typed in a terminal does; what a script starts in the background ignores SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def facts(record: dict[str, Any]) -> dict[str, Any]:
    kept = {name: record[name] for name in ("id", "status", "config", "data", "params", "metrics")}
    convergence = dict(record["convergence"])
    kept["losses"] = [(row[0], row[1], row[4]) for row in convergence.pop("evaluations")]
    seconds = {"train_s", "wall_s", "run_s"}
    return kept | {name: value for name, value in convergence.items() if name not in seconds}


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL to the process and its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(what: Callable[[], bool], process: subprocess.Popen[str]) -> bool:
    """Until something is so; False where the process ended first."""
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        if process.poll() is not None:
            return what()
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)
    return True
