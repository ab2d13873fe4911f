"""Cost against size as a picture: a panel a measure with points, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from petlab.speed.results import Finding
from petlab.tables.figures.style import BASELINE, SOFT, finish, panels, save, styled


def draw(found: Sequence[Finding], stem: Path) -> tuple[Path, ...]:
    """Write `<stem>.pdf`, `.svg` and `.png`; nothing where no finding has points.

    The dashed line goes through the middle of the points with the fitted exponent.
    """
    shown = [finding for finding in found if finding.detail.get("points")]
    if not shown:
        return ()
    with styled() as pyplot:
        figure, axes = panels(pyplot, [""], [finding.name for finding in shown])
        for (_, number), axis in axes.items():
            finding = shown[number]
            sizes = [float(size) for size, _ in finding.detail["points"]]
            seconds = [float(value) for _, value in finding.detail["points"]]
            colour, marker = BASELINE
            middle = len(sizes) // 2
            fitted = [seconds[middle] * (size / sizes[middle]) ** finding.ratio for size in sizes]
            axis.plot(sizes, fitted, color=SOFT, linestyle="--", linewidth=0.9)
            axis.plot(sizes, seconds, color=colour, marker=marker, linestyle="none")
            axis.set_xscale("log", base=2)
            axis.set_yscale("log", base=2)
            axis.set_xticks(sizes, [f"{size:g}" for size in sizes])
            axis.set_xlabel(f"exponent {finding.ratio:.2f} ({finding.low:.2f} to {finding.high:.2f})")
            axis.set_ylabel("seconds" if number == 0 else "")
        finish(figure, axes.values(), "Cost against size")
        return save(figure, stem)
