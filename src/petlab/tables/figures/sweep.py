"""Quality against one hyper-parameter: prompt length, rank, bottleneck, learning rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from petlab.tables.collect import Collected
from petlab.tables.figures import points
from petlab.tables.figures.style import DASHES, finish, looks, panels, styled, verbatim

FEWEST = 3  # values that make a curve
WIDE = 8  # from this ratio of largest to smallest value on, the axis is logarithmic


def draw(collected: Collected, title: str) -> Any | None:
    """A panel a data set and swept key, a line a method and scale. None where no rows differ in one number alone."""
    found = sweeps(collected)
    columns, scales = points.columns(collected), points.scales(collected)
    if not found or not columns:
        return None
    methods = points.by_method(collected)
    look = looks(list(methods))
    keys = list(dict.fromkeys(key for _, key in found))
    names = [verbatim(key) for key in keys]
    with styled() as pyplot:
        figure, axes = panels(pyplot, names, [points.named(column) for column in columns], sharex="row")
        for (at, number), axis in axes.items():
            key, column = keys[at], columns[number]
            for (method, swept), rows in found.items():
                for place, scale in enumerate(scales if swept == key else ()):
                    there = [(value, points.point(collected, row, column, scale)) for value, row in rows]
                    shown = [(value, point) for value, point in there if point is not None]
                    label = points.label(collected, methods[method])
                    axis.errorbar(
                        [value for value, _ in shown],
                        [point.score for _, point in shown],
                        yerr=[point.spread for _, point in shown],
                        color=look[method].colour,
                        marker=look[method].marker,
                        linestyle=DASHES[place % len(DASHES)],
                        linewidth=1.0,
                        elinewidth=0.8,
                        capsize=1.5,
                        label=f"{label}, {points.scaled(collected, scale)}" if len(scales) > 1 else label,
                    )
            values = [value for (_, swept), rows in found.items() if swept == key for value, _ in rows]
            if min(values) > 0 and max(values) / min(values) >= WIDE:
                axis.set_xscale("log")
            axis.set_xlabel(verbatim(key))
            axis.set_ylabel("")
        finish(figure, axes.values(), title)
    return figure


def sweeps(collected: Collected) -> dict[tuple[str, str], list[tuple[float, str]]]:
    """For each method and key: values and rows, smallest first, where three or more differ in this number alone."""
    rows = [(row, collected.benchmark.row(row)) for row in collected.rows]
    found: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for method in dict.fromkeys(row.method for _, row in rows):
        mine = {key: row.overrides for key, row in rows if row.method == method}
        varied = [key for key in {key: None for row in mine.values() for key in row} if _differs(mine, key)]
        if len(varied) == 1:
            values = [(_number(row.get(varied[0], "")), key) for key, row in mine.items()]
            points_of = [(value, key) for value, key in values if value is not None]
            if len({value for value, _ in points_of}) >= FEWEST:
                found[method, varied[0]] = sorted(points_of)
    return found


def _differs(rows: Mapping[str, Mapping[str, str]], key: str) -> bool:
    return len({row.get(key) for row in rows.values()}) > 1


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
