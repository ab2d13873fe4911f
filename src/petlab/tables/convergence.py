"""The convergence table: epoch of the lowest validation loss and seconds of the run, as Pu et al. 2023, table 4."""

from __future__ import annotations

from petlab.benchmark import Column
from petlab.tables.badges import Legend
from petlab.tables.collect import Collected, Group, mean
from petlab.tables.grid import Entry, Table
from petlab.tables.layout import LEFT_OUT, tabulate, timing_notes
from petlab.tables.numbers import seconds


def convergence(collected: Collected, legend: Legend) -> Table | None:
    """`Ep. n; seconds`, from the first step to the stop, validation included. Epochs need no equal hardware.

    The shortest time is the best one, as in the paper, where all finished rows of a block have one to compare.
    """

    def ours(group: Group, _column: Column) -> tuple[Entry, float | None]:
        epochs = [record.convergence.epoch for record in group.done if record.convergence.epoch is not None]
        if not epochs:
            return LEFT_OUT, None
        epoch = mean(epochs)
        shown = f"Ep. {round(epoch, 1):g}" if len(epochs) == 1 else f"Ep. {epoch:.1f}"
        runs = [record.convergence.run_s for record in group.timed]
        if not runs:
            return Entry(shown, numbers=(("epoch", epoch), ("n", len(epochs)))), None
        run = mean(runs)
        facts: list[tuple[str, float]] = [("epoch", epoch), ("seconds", run), ("n", len(epochs))]
        facts += [("n timed", len(runs))] if len(runs) < len(epochs) else []
        return Entry(f"{shown}; {seconds(run)}", numbers=tuple(facts)), run if _all_timed(collected, group) else None

    notes = [
        "epoch of the lowest validation loss; seconds from the first training step to the stop, validation included",
        *timing_notes(collected),
    ]
    return tabulate(
        collected, legend, "convergence", "Convergence: epochs and seconds", ours, higher=lambda _: False, notes=notes
    )


def _all_timed(collected: Collected, group: Group) -> bool:
    """Whether every finished row of a group's block has seconds in its place."""
    one = group.placed[0].request
    block = collected.benchmark.block(one.row)
    rows = (row for row in collected.rows if collected.benchmark.block(row) == block)
    beside = [collected.group(row, one.dataset, one.scale) for row in rows]
    return all(other.timed for other in beside if other.done)
