"""What all processes but the first do where several share each cell: the same, hearing of it, and writing nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from petlab import cell as story
from petlab.errors import UserError
from petlab.interrupt import sigterm_as_interrupt
from petlab.sweep.plan import made
from petlab.training import parallel
from petlab.workshop import Workshop


class Beside(Workshop):
    """The workshop of a process that shares the cells of another, which writes."""

    def watch(self, *_: Any) -> Any:
        return lambda _: None

    def saver(self, *_: Any) -> Any:
        return lambda _: None

    def keep(self, *_: Any) -> None:
        return

    def keep_error(self, *_: Any) -> None:
        return

    def finish(self, *_: Any) -> None:
        return


def follow() -> int:
    """Share every cell that the first process announces, until it has no more.

    Returns:
        The exit code: 1 after a cell that failed here, upon which torchrun ends the others.
    """
    sigterm_as_interrupt()
    parallel.join()
    shops: dict[Path, Beside] = {}
    while (source := parallel.hear()) is not None:
        cell = made(0, source).cell
        shop = shops.setdefault(cell.results, Beside(cell.results))
        try:
            record, _ = story.run(cell, shop, force=True)
        except UserError:
            continue  # the first process meets the same and says so
        if record.status == "failed":
            return 1
    parallel.leave()
    return 0
