"""What a method adds to a machine: memory while training, and bytes kept. One process a method.

`python -m petlab.speed.footprint 2 KEY=VALUE` trains two steps of the cell that the words describe and prints both.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from petlab.measure import parameters
from petlab.speed import steps
from petlab.speed.work import in_own_process, work

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Footprint:
    """Bytes.

    Attributes:
        training: the highest resident memory while training, less what was resident before: gradients, moments of the
            optimiser, activations.
        stored: of the tensors that a task keeps.
    """

    training: int
    stored: int


def available() -> bool:
    """Whether the system tells how much memory was resident at most since a moment of one's choice (Linux does)."""
    return CLEAR.exists()


def of(words: Sequence[str], threads: int) -> Footprint:
    """The footprint of a cell's training, in a process of its own."""
    return Footprint(**in_own_process("petlab.speed.footprint", threads, words))


def main(given: list[str]) -> int:
    """Train two steps on as many threads as the first word says."""
    with tempfile.TemporaryDirectory() as folder:
        ready = work(given[1:], Path(folder), threads=int(given[0]))
        with ready.attached() as (attachment, _, _):
            stored = parameters.count(ready.model, attachment).stored_bytes
        run = steps.sides(ready, 2)["petlab"]
        before = _resident("VmRSS")
        CLEAR.write_text("5")  # the peak begins anew here (proc_pid_clear_refs(5))
        run()
        print(json.dumps(asdict(Footprint(_resident("VmHWM") - before, stored))))
    return 0


def _resident(field: str) -> int:
    """Bytes of a field of /proc/self/status."""
    [line] = [line for line in STATUS.read_text().splitlines() if line.startswith(f"{field}:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
