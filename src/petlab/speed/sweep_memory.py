"""Memory of a sweep against its number of cells: the most that was resident, round by round, in a process of its own.

`python -m petlab.speed.sweep_memory 2 KEY=VALUE` sweeps the same kinds of cells with one seed after the other. Whatever
the first round needs, each later one needs, too; what grows from round to round is kept by mistake.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from petlab.errors import UserError
from petlab.speed import sweep
from petlab.speed.work import in_own_process
from petlab.sweep.execute import Wanted, execute
from petlab.sweep.plan import composed, look_up
from petlab.workshop import Workshop

ROUNDS = 3
SETS = ("embedded/dialogues", "embedded/restaurants", "embedded/acceptability")
SHORT = ("scale=low", "scale.epochs=2")
KINDS = len(sweep.METHODS) * len(SETS)


def peaks(words: Sequence[str], threads: int) -> list[int]:
    """Bytes of memory, the most so far after each round of `KINDS` cells; the words hold for every cell."""
    found: list[int] = in_own_process("petlab.speed.sweep_memory", threads, words)["peaks"]
    return found


def main(given: list[str]) -> int:
    """Sweep round after round on as many threads as the first word says; print the peaks."""
    import resource

    threads, *words = given
    kinds = [[f"method={method}", f"dataset={dataset}"] for method in sweep.METHODS for dataset in SETS]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder))
        for seed in range(ROUNDS):
            own = [*SHORT, f"seed={seed}", f"train.threads={threads}", "train.device=cpu", *words]
            planned = composed([(number, [*kind, *own]) for number, kind in enumerate(kinds)])
            look_up(planned, workshop)
            outcome = execute(planned, workshop, Wanted())
            if outcome.failed:
                raise UserError(f"a cell of the sweep failed: {outcome.failed[0].problem or 'see its record'}")
            found.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    print(json.dumps({"peaks": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
