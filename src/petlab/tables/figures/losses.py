"""Validation loss against time, with the point that early stopping goes back to."""

from __future__ import annotations

from itertools import islice
from typing import Any

from petlab.record import Record
from petlab.tables.collect import Collected
from petlab.tables.figures import points
from petlab.tables.figures.style import Look, finish, looks, lowest, panels, plain, styled

MOST = 24  # lines of a panel: with many rows or seeds only the first seeds are drawn
STEEP = 8  # from this ratio of highest to lowest loss on, a panel's losses stand on a logarithmic axis


def draw(collected: Collected, title: str) -> Any | None:
    """A panel a data set and scale, a line a run of the first seeds; the marker is its lowest loss.

    Seconds are of runs whose timing can be compared; without any, the axis counts epochs. None where no run kept its
    losses.
    """
    groups = collected.groups.values()
    timed = any(_kept(group.timed) for group in groups)
    if not timed and not any(_kept(group.done) for group in groups):
        return None
    most = max(1, MOST // len(collected.rows))
    scales = points.scales(collected)
    datasets = {column.dataset or "": column for column in reversed(collected.benchmark.columns) if column.dataset}
    datasets = {name: datasets[name] for name in collected.datasets if name in datasets}
    methods = points.by_method(collected)
    look = looks(list(methods))
    rows = [points.scaled(collected, scale) for scale in scales]
    names = [plain(column.group or column.label) for column in datasets.values()]
    with styled() as pyplot:
        figure, axes = panels(pyplot, rows, names)
        for (at, number), axis in axes.items():
            for method, mine in methods.items():
                label = points.label(collected, mine)
                for row in mine:
                    group = collected.group(row, list(datasets)[number], scales[at])
                    runs = _kept(group.timed if timed else group.done, most)
                    _row(axis, runs, look[method], label, timed)
            _scale(axis)
        for axis in lowest(axes):
            axis.set_xlabel("seconds since the first step" if timed else "epochs")
        below = "A line is a run; its marker is the lowest validation loss, which early stopping goes back to."
        finish(figure, axes.values(), title, below)
    return figure


def _kept(runs: list[Record], most: int = 1) -> list[Record]:
    """The first of the runs that have losses to draw."""
    return list(islice((run for run in runs if len(run.convergence.evaluations) > 1), most))


def _row(axis: Any, runs: list[Record], look: Look, label: str, timed: bool) -> None:
    """The runs of a row, one a seed; the first stands out."""
    for number, run in enumerate(runs):
        fit = run.convergence
        times = [wall_s if timed else epoch for epoch, _, _, wall_s, _ in fit.evaluations]
        losses = [loss for *_, loss in fit.evaluations]
        strong = number == 0
        axis.plot(times, losses, color=look.colour, linewidth=1.1 if strong else 0.7, alpha=1 if strong else 0.45)
        best = [at for at, evaluation in enumerate(fit.evaluations) if evaluation[1] == fit.step]
        axis.plot(
            [times[at] for at in best],
            [losses[at] for at in best],
            marker=look.marker,
            color=look.colour,
            linestyle="-",
            alpha=1 if strong else 0.45,
            label=label if strong else None,
        )


def _scale(axis: Any) -> None:
    """A logarithmic axis where losses differ much, with plain numbers on it."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    losses = [float(loss) for line in axis.lines for loss in line.get_ydata()]
    if losses and min(losses) > 0 and max(losses) / min(losses) >= STEEP:
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.yaxis.set_minor_formatter(NullFormatter())
