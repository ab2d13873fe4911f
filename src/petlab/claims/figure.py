"""Verdicts as a figure: each claim's effect with its interval, beside the margin that it is claimed to pass."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import Any

from petlab.claims.claim import Claim, Verdict
from petlab.tables.figures import style

COLOURS = {"holds": "#009E73", "does not hold here": "#D55E00", "not decided": style.SOFT}
MARKERS = {"holds": "o", "does not hold here": "X", "not decided": "s"}
LETTERS = 52  # of a claim's text in a line
BELOW = "Line: 95 % interval. Dashes: the margin that the effect is claimed to pass, or two to stay between."


def svg(judged: Sequence[tuple[Claim, Verdict]], title: str) -> str | None:
    """A panel a unit, a line a claim; None where no verdict has an effect."""
    shown = [(claim, verdict) for claim, verdict in judged if verdict.effect is not None]
    if not shown:
        return None
    units = {unit: [pair for pair in shown if pair[1].unit == unit] for unit in dict.fromkeys(v.unit for _, v in shown)}
    heights = [0.5 + 0.36 * len(pairs) for pairs in units.values()]
    with style.styled() as pyplot:
        figure, axes = pyplot.subplots(
            len(units), 1, squeeze=False, figsize=(style.WIDTH, 0.7 + sum(heights)), height_ratios=heights
        )
        for axis, (unit, pairs) in zip(axes.flat, units.items(), strict=True):
            _panel(axis, pairs)
            axis.set_xlabel(style.plain(unit))
        style.finish(figure, axes.flat, title, BELOW)
        figure.subplots_adjust(left=figure.subplotpars.left + 0.03)  # letters of an SVG are wider than when laid out
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata=style.METADATA["svg"])
        pyplot.close(figure)
    return out.getvalue()


def _panel(axis: Any, pairs: Sequence[tuple[Claim, Verdict]]) -> None:
    for place, (_, verdict) in enumerate(pairs):
        colour = COLOURS[verdict.word]
        axis.plot([verdict.low, verdict.high], [place, place], color=colour, linewidth=1.3)
        axis.plot(
            [verdict.effect], [place], color=colour, marker=MARKERS[verdict.word], linestyle="none", label=verdict.word
        )
        for margin in verdict.margins:
            axis.plot([margin, margin], [place - 0.38, place + 0.38], color="#000000", linestyle="--", linewidth=0.9)
    names = ["\n".join(textwrap.wrap(claim.text, LETTERS)) for claim, _ in pairs]
    axis.set_yticks(range(len(pairs)), [style.plain(name) for name in names])
    axis.set_ylim(len(pairs) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="y", visible=False)
    axis.margins(x=0.08)
