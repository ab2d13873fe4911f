"""Forest plot of our scores minus the printed ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from petlab.benchmark import Column
from petlab.benchmark.spec import number
from petlab.tables.bootstrap import Bootstrap, interval
from petlab.tables.collect import Collected
from petlab.tables.figures import points
from petlab.tables.figures.style import SOFT, finish, looks, panels, plain, styled
from petlab.tables.printed import printed_cell, printed_source
from petlab.tables.significance import samples

TALL = 60  # rows and scales that fit on a page


@dataclass(frozen=True)
class Gap:
    """Ours minus printed; `low` and `high` bound our own 95 %, `spread` is the one that the paper prints."""

    value: float
    low: float
    high: float
    spread: float


def draw(collected: Collected, title: str) -> Any | None:
    """A panel a column, a line a row and scale. None where no cell has both a score of ours and a printed one."""
    columns = [column for column in collected.benchmark.columns if column.dataset in collected.datasets]
    found = gaps(collected, columns)
    columns = [column for column in columns if any(key == column.key for _, key, _ in found)]
    lines = [
        (row, scale)
        for scale in collected.scales
        for row in collected.rows
        if any((row, column.key, scale) in found for column in columns)
    ][:TALL]
    if not lines:
        return None
    look = looks([collected.benchmark.row(row).method for row in collected.rows])
    several = len({scale for _, scale in lines}) > 1
    with styled() as pyplot:
        headings = [points.named(column) for column in columns]
        figure, axes = panels(pyplot, [""], headings, tall=0.5 + 0.17 * len(lines))
        for axis, column in zip(axes.values(), columns, strict=True):
            axis.axvline(0, color=SOFT, linewidth=0.8)
            for place, (row, scale) in enumerate(lines):
                gap = found.get((row, column.key, scale))
                if gap is None:
                    continue
                mine = look[collected.benchmark.row(row).method]
                if gap.spread:
                    axis.plot(
                        [-gap.spread, gap.spread], [place, place], color="#D0D0D0", linewidth=5, solid_capstyle="butt"
                    )
                axis.plot([gap.low, gap.high], [place, place], color=mine.colour, linewidth=1.1)
                axis.plot([gap.value], [place], marker=mine.marker, color=mine.colour, linestyle="none")
            axis.set_xlabel("ours − printed")
            axis.grid(axis="y", visible=False)
            axis.margins(x=0.12)
        names = [collected.benchmark.row(row).key + (f" ({scale})" if several else "") for row, scale in lines]
        for axis in axes.values():
            axis.set_ylim(len(lines) - 0.4, -0.6)
            axis.tick_params(axis="y", length=0)
            first = axis.get_subplotspec().is_first_col()
            axis.set_yticks(range(len(lines)), [plain(name) for name in names] if first else [""] * len(lines))
        below = (
            "Line: 95 % of our mean over seeds and test rows, as far as known. Grey: the spread that the paper prints."
        )
        finish(figure, axes.values(), title, below)
    return figure


def gaps(collected: Collected, columns: list[Column]) -> dict[tuple[str, str, str], Gap]:
    """Every place that has a score of ours and a printed one, by row, column and scale."""
    source = printed_source(collected.benchmark, "quality")
    bootstrap = Bootstrap()
    found = {}
    for column in columns:
        for scale in collected.scales:
            for sample in samples(collected, column, scale):
                cell = printed_cell(source, collected.benchmark.row(sample.name), column, scale)
                if cell is None:
                    continue
                middle = points.point(collected, sample.name, column, scale)
                value = (middle.score if middle is not None else sample.mean) - cell.numbers[-1]
                low, high = interval(value, bootstrap.moves(sample))
                spread = number(cell.spread) if cell.spread is not None else 0.0
                found[sample.name, column.key, scale] = Gap(value, low, high, spread)
    return found
