"""The small chart of a run's losses."""

from __future__ import annotations

import dataclasses
import re

from petlab.record import Convergence
from petlab.report.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, loss_chart
from tests.records import made_up

FIT = made_up().convergence


def points(svg: str) -> list[list[tuple[float, float]]]:
    lines = re.findall(r'<polyline[^>]* points="([^"]+)"', svg)
    return [[(float(x), float(y)) for x, y in (pair.split(",") for pair in line.split())] for line in lines]


def fit(*losses: float) -> Convergence:
    evaluations = [(float(epoch), epoch, 1.0, 1.0, loss) for epoch, loss in enumerate(losses)]
    return dataclasses.replace(FIT, evaluations=evaluations, epoch=1.0, best_loss=min(losses))


def test_corners() -> None:
    svg = str(loss_chart(fit(3.0, 1.0, 2.0), {}))
    [line] = points(svg)
    bottom, middle = HEIGHT - BOTTOM, (TOP + HEIGHT - BOTTOM) / 2
    assert line == [(LEFT, TOP), ((LEFT + WIDTH - RIGHT) / 2, bottom), (WIDTH - RIGHT, middle)]
    assert "log axis" not in svg
    assert f'<circle cx="{(LEFT + WIDTH - RIGHT) / 2:.1f}" cy="{HEIGHT - BOTTOM:.1f}"' in svg
    assert "Validation loss: 3 at epoch 0, lowest 1 at epoch 1, 2 at the stop, epoch 2" in svg


def test_steep_losses_are_drawn_on_a_logarithmic_axis() -> None:
    svg = str(loss_chart(fit(100.0, 1.0, 10.0), {}))
    [line] = points(svg)
    assert "log axis" in svg and line[2][1] == (TOP + HEIGHT - BOTTOM) / 2


def test_training_loss_is_a_second_line() -> None:
    [trained, validated] = points(str(loss_chart(fit(3.0, 1.0, 2.0), {1: 0.5, 2: 0.25, 7: 9.0})))
    assert len(trained) == 2 and len(validated) == 3
    assert trained[1][1] == HEIGHT - BOTTOM  # the lowest of all losses


def test_losses_at_zero_and_below_are_drawn() -> None:
    assert len(points(str(loss_chart(fit(3.0, 0.0, -1.0), {})))[0]) == 3
    assert points(str(loss_chart(fit(1.0, 1.0), {})))[0][0][1] == (TOP + HEIGHT - BOTTOM) / 2


def test_too_few_evaluations_give_no_chart() -> None:
    assert loss_chart(fit(1.0), {}) is None
    assert loss_chart(dataclasses.replace(FIT, evaluations=[]), {}) is None
