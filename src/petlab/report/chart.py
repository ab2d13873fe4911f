"""A run's validation loss by evaluation, as a small inline SVG in the colours of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from petlab.record import Convergence

WIDTH, HEIGHT = 360, 150  # units of the drawing; it scales with the page
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 10, 24
STEEP = 4  # from this ratio of highest to lowest loss on, losses are drawn on a logarithmic axis


@dataclass(frozen=True)
class _Axes:
    """Maps epochs and losses to places of the drawing."""

    epochs: float
    low: float
    high: float

    @property
    def log(self) -> bool:
        return self.low > 0 and self.high / self.low >= STEEP

    def x(self, epoch: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (epoch / self.epochs if self.epochs else 0.0)

    def y(self, loss: float) -> float:
        if self.high == self.low:
            share = 0.5
        elif self.log:
            share = math.log(loss / self.low) / math.log(self.high / self.low)
        else:
            share = (loss - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def loss_chart(fit: Convergence, train_losses: Mapping[int, float]) -> Markup | None:
    """The chart; None where fewer than two evaluations were kept.

    Validation loss is a line with its lowest point marked; training loss, where a history has it, is dashed.
    """
    points = [(float(epoch), float(loss)) for epoch, _, _, _, loss in fit.evaluations]
    if len(points) < 2:
        return None
    trained = [(float(epoch), train_losses[step]) for epoch, step, _, _, _ in fit.evaluations if step in train_losses]
    trained = [(epoch, loss) for epoch, loss in trained if math.isfinite(loss)]
    losses = [loss for _, loss in (*points, *trained)]
    axes = _Axes(max(epoch for epoch, _ in points), min(losses), max(losses))
    parts = [
        f'<svg class="loss" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(_told(fit, points))}">',
        f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>',
        *_labels(axes),
        *([f'<polyline class="train" points="{_line(axes, trained)}"/>'] if len(trained) > 1 else []),
        f'<polyline points="{_line(axes, points)}"/>',
    ]
    best = next((point for point in points[1:] if point[0] == fit.epoch), None)
    if best is not None:
        parts.append(f'<circle cx="{axes.x(best[0]):.1f}" cy="{axes.y(best[1]):.1f}" r="3.5"/>')
    return Markup("".join([*parts, "</svg>"]))


def _told(fit: Convergence, points: Sequence[tuple[float, float]]) -> str:
    """The chart in words."""
    parts = [f"Validation loss: {points[0][1]:.4g} at epoch {points[0][0]:g}"]
    if fit.best_loss is not None:
        parts.append(f"lowest {fit.best_loss:.4g} at epoch {fit.epoch:g}")
    parts.append(f"{points[-1][1]:.4g} at the stop, epoch {points[-1][0]:g}")
    return ", ".join(parts)


def _labels(axes: _Axes) -> list[str]:
    """Highest and lowest loss, last epoch."""
    bottom = HEIGHT - BOTTOM
    foot = HEIGHT - 8
    return [
        *([_text(LEFT - 5, TOP + 8, "end", f"{axes.high:.3g}")] if axes.high > axes.low else []),
        _text(LEFT - 5, bottom, "end", f"{axes.low:.3g}"),
        _text(LEFT, foot, "start", "0"),
        *([_text((WIDTH + LEFT) // 2, foot, "middle", "log axis")] if axes.log else []),
        _text(WIDTH - RIGHT, foot, "end", f"epoch {axes.epochs:g}"),
    ]


def _text(x: int, y: int, anchor: str, words: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>'


def _line(axes: _Axes, points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{axes.x(epoch):.1f},{axes.y(loss):.1f}" for epoch, loss in points)
