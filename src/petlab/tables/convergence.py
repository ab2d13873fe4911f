"""The convergence table: epoch of the lowest validation loss and seconds of the run, as Pu et al. 2023, table 4."""

from __future__ import annotations

from petlab.benchmark import Column
from petlab.tables.badges import Legend
from petlab.tables.collect import Collected, Group, mean
from petlab.tables.grid import Entry, Table
from petlab.tables.layout import LEFT_OUT, tabulate, timing_notes
from petlab.tables.numbers import seconds


def convergence(collected: Collected, legend: Legend) -> Table | None:
    """`Ep. n; seconds`: seconds run from the first training step to the stop, validation included."""

    def ours(group: Group, _column: Column) -> tuple[Entry, float | None]:
        records = group.timed
        if not records:
            return LEFT_OUT, None
        epochs = [record.convergence.epoch for record in records if record.convergence.epoch is not None]
        if not epochs:
            return LEFT_OUT, None
        epoch, run = mean(epochs), mean([record.convergence.run_s for record in records])
        facts = (("epoch", epoch), ("seconds", run), ("n", len(records)))
        shown = f"{epoch:g}" if len(records) == 1 else f"{epoch:.1f}"
        return Entry(f"Ep. {shown}; {seconds(run)}", numbers=facts), run

    notes = [
        "epoch of the lowest validation loss; seconds from the first training step to the stop, validation included",
        *timing_notes(collected),
    ]
    return tabulate(
        collected, legend, "convergence", "Convergence: epochs and seconds", ours, higher=lambda _: False, notes=notes
    )
