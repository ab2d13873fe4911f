"""Quality against the amount of training data."""

from __future__ import annotations

from typing import Any

from petlab.tables.collect import Collected
from petlab.tables.figures import points
from petlab.tables.figures.style import DASHES, finish, looks, lowest, panels, plain, styled


def draw(collected: Collected, title: str) -> Any | None:
    """A panel a data set, a line a row; bars are standard deviations over seeds. None with one amount of data."""
    scales, columns = points.scales(collected), points.columns(collected)
    if len(scales) < 2:
        return None
    rows = collected.rows
    methods = points.by_method(collected)
    look = looks(list(methods))
    several = {row: len(mine) > 1 for mine in methods.values() for row in mine}
    dashes = {row: DASHES[at % len(DASHES)] for mine in methods.values() for at, row in enumerate(mine)}
    with styled() as pyplot:
        figure, axes = panels(pyplot, [""], [points.named(column) for column in columns])
        ticks: set[int] = set()
        for axis, column in zip(axes.values(), columns, strict=True):
            for number, row in enumerate(rows):
                there = [
                    point for scale in scales if (point := points.point(collected, row, column, scale)) is not None
                ]
                if not there:
                    continue
                ticks |= {point.train_rows for point in there}
                aside = 1.045 ** (number - (len(rows) - 1) / 2)  # bars of several rows stand side by side
                mine = look[collected.benchmark.row(row).method]
                axis.errorbar(
                    [point.train_rows * aside for point in there],
                    [point.score for point in there],
                    yerr=[point.spread for point in there],
                    color=mine.colour,
                    marker=mine.marker,
                    linestyle=dashes[row],
                    linewidth=1.0,
                    elinewidth=0.8,
                    capsize=1.5,
                    label=plain(row if several[row] else collected.benchmark.row(row).label),
                )
        for axis in axes.values():
            axis.set_xscale("log")
            axis.set_xticks(sorted(ticks), [f"{tick:,}" for tick in sorted(ticks)])
            axis.minorticks_off()
        for axis in lowest(axes):
            axis.set_xlabel("training rows")
        finish(figure, axes.values(), title)
    return figure
