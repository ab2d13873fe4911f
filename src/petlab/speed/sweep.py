"""A sweep of PEFT cells in one process against one script call a cell, which follows its cell of the sweep at once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from petlab.errors import UserError
from petlab.speed import share
from petlab.speed.work import in_own_process
from petlab.sweep.execute import Wanted, execute
from petlab.sweep.plan import composed, look_up
from petlab.workshop import Workshop

METHODS = ("lora", "ia3", "prompt", "prefix")
SEEDS = (0, 1)


@dataclass(frozen=True)
class Swept:
    """Seconds a cell, in the order given; the sweep's own wall-clock is their sum.

    Attributes:
        inside: share of the wall-clock in forward, backward, optimiser and generation.
    """

    seconds: list[float]
    inside: float


def cells(sets: Sequence[Sequence[str]]) -> list[list[str]]:
    """The Hydra words of the cells, a set (its words) after the other: every method on it with every seed."""
    return [[f"method={method}", f"seed={seed}", *words] for words in sets for method in METHODS for seed in SEEDS]


def swept(todo: Sequence[Sequence[str]], threads: int, after: Callable[[int], None] = lambda _: None) -> Swept:
    """The cells as one sweep. Planning counts: it is part of the first cell's seconds.

    Args:
        todo: the Hydra words of each cell.
        threads: of torch.
        after: called with a cell's number in `todo` when it is done; its seconds are nobody's.
    """
    seconds: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder, share.measured() as inside:
        last = time.perf_counter()
        planned = composed(
            [(number, [*words, f"train.threads={threads}", "train.device=cpu"]) for number, words in enumerate(todo)]
        )
        workshop = Workshop(Path(folder))
        look_up(planned, workshop)
        number_of = {entry.seat.run: entry.key for entry in planned if entry.seat}
        finish = workshop.finish

        def finished(seat: Any, record: Any) -> None:
            nonlocal last
            finish(seat, record)
            number = number_of[seat.run]
            seconds[number] = time.perf_counter() - last
            after(number)
            last = time.perf_counter()

        workshop.finish = finished  # type: ignore[method-assign]
        outcome = execute(planned, workshop, Wanted())
    if outcome.failed:
        raise UserError(f"speed: a cell of the sweep failed: {outcome.failed[0].problem or 'see its record'}")
    return Swept([seconds[number] for number in range(len(todo))], inside.seconds / sum(seconds.values()))


def script(words: Sequence[str], threads: int) -> float:
    """Seconds of one script call, the start of Python and the imports included."""
    started = time.perf_counter()
    in_own_process("petlab.speed.script", threads, words)
    return time.perf_counter() - started
