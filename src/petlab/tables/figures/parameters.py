"""Quality against trainable parameters, after figure 2 of Hu et al. 2021: parameters on a logarithmic axis."""

from __future__ import annotations

from typing import Any

from petlab.tables.collect import Collected
from petlab.tables.figures import points
from petlab.tables.figures.style import Look, finish, looks, lowest, panels, styled


def draw(collected: Collected, title: str) -> Any | None:
    """A panel a data set and scale; bars are standard deviations over seeds, lines join the sizes of one method.

    None without two rows of different size. What trains nothing is a dotted line.
    """
    columns, scales = points.columns(collected), points.scales(collected)
    found = {
        (row, column.key, scale): point
        for row in collected.rows
        for column in columns
        for scale in scales
        if (point := points.point(collected, row, column, scale)) is not None
    }
    if len({point.stored for point in found.values()}) < 2:
        return None
    methods = points.by_method(collected)
    look = looks(list(methods))
    names = [points.scaled(collected, scale) for scale in scales]
    with styled() as pyplot:
        figure, axes = panels(pyplot, names, [points.named(column) for column in columns], sharex=True, sharey="col")
        for (row, column), axis in axes.items():
            for method, rows in methods.items():
                places = [(each, columns[column].key, scales[row]) for each in rows]
                there = [found[place] for place in places if place in found]
                _method(axis, there, look[method], points.label(collected, rows))
            axis.set_xscale("log")
        for axis in lowest(axes):
            axis.set_xlabel("stored parameters")
        finish(figure, axes.values(), title)
    return figure


def _method(axis: Any, there: list[points.Point], look: Look, label: str) -> None:
    for point in there:
        if point.stored == 0:
            axis.axhline(point.score, color=look.colour, linestyle=":", linewidth=1.0, label=label)
    sized = sorted((point for point in there if point.stored), key=lambda point: point.stored)
    if sized:
        axis.errorbar(
            [point.stored for point in sized],
            [point.score for point in sized],
            yerr=[point.spread for point in sized],
            color=look.colour,
            marker=look.marker,
            linestyle="-",
            linewidth=0.9,
            elinewidth=0.9,
            capsize=2,
            label=label,
        )
