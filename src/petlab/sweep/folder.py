"""The folder of one sweep, `<results>/sweeps/<time>-<word>/`: how its driver and its workers speak with each other.

Files only, each written by one process, so that it works between processes, hosts and launchers alike:

- `cells.json`: `cells`, every one that was missing, with its composed configuration, and `force`; written once, before
  any worker starts.
- `jobs/<number>.json`: the numbers of the cells that one worker takes, one after the other.
- `told/<job>-<word>.jsonl`: what a worker began and settled, a line each.
- `stop`: where it exists, workers give back what they have and end.
- `logs/<job>.log`: what workers say.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from petlab.store import write_atomic


@dataclass(frozen=True)
class Told:
    """One line of a worker: cell `cell` was begun, or settled as "trained", "reused" or "failed".

    Attributes:
        cell: its number in `cells.json`.
        how: "begun" or how it was settled.
        run: its run id as the worker resolved it.
        problem: why it could not begin, where that left no record.
    """

    cell: int
    how: str
    run: str
    problem: str | None = None


class SweepFolder:
    """The files of one sweep. Readers skip what is not written to its end yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: dict[Path, int] = {}  # how far each `told` file was read

    @classmethod
    def new(cls, results: Path) -> SweepFolder:
        """A folder that no other sweep has."""
        path = results.resolve() / "sweeps" / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        path.mkdir(parents=True)
        return cls(path)

    def write_cells(self, sweep: Mapping[str, Any]) -> None:
        write_atomic(self.path / "cells.json", json.dumps(sweep) + "\n")

    def cells(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / "cells.json").read_text(encoding="utf-8"))
        return found

    def write_job(self, number: int, cells: Sequence[int]) -> None:
        write_atomic(self.path / "jobs" / f"{number}.json", json.dumps(list(cells)) + "\n")

    def job(self, number: int) -> list[int]:
        found: list[int] = json.loads((self.path / "jobs" / f"{number}.json").read_text(encoding="utf-8"))
        return found

    def log(self, job: int) -> Path:
        path = self.path / "logs" / f"{job}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def entered(self) -> bool:
        """Whether any worker has been here."""
        return any((self.path / "logs").glob("*.log"))

    def stop(self) -> None:
        (self.path / "stop").touch()

    def stopped(self) -> bool:
        return (self.path / "stop").exists()

    def teller(self, job: int) -> Teller:
        """Where the process that works on a job writes; each process and each attempt has a file of its own."""
        path = self.path / "told" / f"{job}-{secrets.token_hex(4)}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        return Teller(path)

    def news(self) -> list[Told]:
        """What workers told since the last call."""
        found = []
        for path in sorted((self.path / "told").glob("*.jsonl")):
            content = path.read_bytes()
            start = self._read.get(path, 0)
            end = content.rfind(b"\n") + 1  # a line without its end is still being written
            self._read[path] = max(start, end)
            found += [Told(**json.loads(line)) for line in content[start:end].splitlines()]
        return found

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class Teller:
    """Appends lines to a file of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def tell(self, told: Told) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(told)) + "\n")
