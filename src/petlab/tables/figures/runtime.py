"""Run time normalised by full fine-tuning as a bar chart: one panel a data scale, after figure 1 of Pu et al. 2023."""

from __future__ import annotations

from typing import Any

from petlab.benchmark import Benchmark, Column
from petlab.tables.collect import Collected, mean
from petlab.tables.efficiency import normalised
from petlab.tables.figures import points
from petlab.tables.figures.style import SOFT, WIDTH, finish, looks, plain, styled
from petlab.tables.printed import printed_cell, printed_source

Heights = dict[tuple[str, str], float]  # of bars or diamonds, by row and column


def draw(collected: Collected, title: str) -> Any | None:
    """Bars are ours, diamonds the printed values, the dashed line is full fine-tuning.

    None where the benchmark asks for no table of run times, or none is known.
    """
    if "runtime" not in collected.benchmark.tables:
        return None
    printed = printed_source(collected.benchmark, "runtime")
    rows = [row for row in collected.rows if collected.benchmark.row(row).method != "full"]
    columns = [column for column in collected.benchmark.columns if column.dataset in collected.datasets]
    found = {
        scale: (_ours(collected, rows, columns, scale), _paper(collected, printed, rows, columns, scale))
        for scale in collected.scales
    }
    shown = [scale for scale, (ours, theirs) in found.items() if ours or theirs]
    if not shown:
        return None
    look = looks([collected.benchmark.row(row).method for row in collected.rows])
    with styled() as pyplot:
        size = (min(WIDTH, 1.6 + 2.6 * len(shown)), 2.5)
        figure, axes = pyplot.subplots(1, len(shown), figsize=size, sharey=True, squeeze=False)
        width = 0.8 / len(rows)
        for axis, scale in zip(axes[0], shown, strict=True):
            ours, theirs = found[scale]
            for number, row in enumerate(rows):
                aside = (number - (len(rows) - 1) / 2) * width
                bars = [(at + aside, ours.get((row, column.key), 0.0)) for at, column in enumerate(columns)]
                there = collected.benchmark.row(row)
                colour = look[there.method].colour
                axis.bar(*zip(*bars, strict=True), width * 0.9, color=colour, label=plain(there.label))
                marks = [(at + aside, theirs.get((row, column.key))) for at, column in enumerate(columns)]
                _diamonds(axis, [(place, value) for place, value in marks if value is not None])
            axis.axhline(1, color=SOFT, linewidth=0.9, linestyle="--")
            axis.set_xticks(range(len(columns)), [points.named(column) for column in columns])
            axis.set_title(points.scaled(collected, scale))
            axis.tick_params(axis="x", length=0, rotation=20 if len(columns) > 3 else 0)
            axis.grid(axis="x", visible=False)
        highest = max([1.0, *(value for pair in found.values() for heights in pair for value in heights.values())])
        axes[0][0].set_ylabel("run time / full fine-tuning")
        axes[0][0].set_ylim(0, 1.06 * highest)
        finish(figure, axes.flat, title)
    return figure


def _ours(collected: Collected, rows: list[str], columns: list[Column], scale: str) -> Heights:
    """Mean over seeds of the run time divided by that of full fine-tuning."""
    found = {}
    for row in rows:
        for column in columns:
            ratios = normalised(collected, collected.group(row, column.dataset or "", scale))
            if ratios:
                found[row, column.key] = mean(ratios)
    return found


def _paper(
    collected: Collected, source: Benchmark | None, rows: list[str], columns: list[Column], scale: str
) -> Heights:
    cells = {
        (row, column.key): printed_cell(source, collected.benchmark.row(row), column, scale)
        for row in rows
        for column in columns
    }
    return {place: cell.numbers[-1] for place, cell in cells.items() if cell is not None}


def _diamonds(axis: Any, marks: list[tuple[float, float]]) -> None:
    if marks:
        places, values = zip(*marks, strict=True)
        axis.plot(places, values, "D", color="white", markeredgecolor="#333333", markersize=3.5, label="paper")
