"""The pretraining loop: a budget, checkpoints that survive a kill, one line of progress every half minute."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import nn

from petlab.pretrain import batches
from petlab.pretrain.batches import Items
from petlab.pretrain.checkpoint import Position, restore, save
from petlab.pretrain.family import Batch, Family
from petlab.pretrain.recipe import Budget, Recipe, optimisers, rate, stage_at

SAVE_SECONDS = 120.0
SAY_SECONDS = 30.0


class Interrupted(KeyboardInterrupt):
    """Stopped by a signal after the checkpoint was written."""


class _Stop:
    """Turns SIGINT and SIGTERM into a flag that the loop reads between two steps."""

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Stop:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def train(
    recipe: Recipe,
    family: Family,
    items_of: Callable[[int], Items],
    checkpoint: Path,
    budget: Budget,
    say: Callable[[str], None],
) -> tuple[Any, Position]:
    """Train until the budget is used, from the checkpoint if there is one.

    Args:
        recipe: what to do.
        family: what kind of model it is.
        items_of: the tokenised mixture of a stage, by its number.
        checkpoint: file to write to every two minutes and to resume from.
        budget: over all runs; the learning rate reaches zero with it.
        say: takes lines of progress.

    Returns:
        The model and how far it came.

    Raises:
        Interrupted: after a signal; the checkpoint holds the state.
        UserError: the checkpoint is of another recipe.
    """
    model = family.build(recipe)
    optimiser_list = optimisers(model, recipe)
    position = Position()
    if checkpoint.is_file():
        position = restore(checkpoint, recipe, model, optimiser_list)
        say(f"resumed at step {position.step}, {position.seconds / 60:.1f} minutes")
    items = items_of(position.stage)
    saved = said = position.seconds
    recent: float | None = None
    order: list[Any] = []
    model.train()
    with _Stop() as stop:
        while (progress := budget.used(position.seconds, position.tokens)) < 1.0:
            stage = stage_at(recipe, progress)
            if stage != position.stage:
                position.stage, position.epoch, position.batch, order = stage, 0, 0, []
                items = items_of(stage)
            begun = time.perf_counter()
            if position.step < recipe.copy_steps:
                batch = family.copying(recipe, position.step)
            else:
                order = order or batches.plan(family.lengths(items), recipe, position.epoch)
                batch = batches.collate(family, items, order[position.batch])
                position.batch += 1
                if position.batch == len(order):
                    position.epoch, position.batch, order = position.epoch + 1, 0, []
            factor = rate(recipe, position.step, progress)
            rates = (recipe.matrix_rate, recipe.stages[position.stage].vector_rate)
            for optimiser, initial in zip(optimiser_list, rates, strict=True):
                for group in optimiser.param_groups:
                    group["lr"] = initial * factor
            loss = step(model, family, optimiser_list, batch, recipe.clip)
            recent = loss if recent is None else 0.97 * recent + 0.03 * loss
            position.step += 1
            position.tokens += family.seen(batch)
            position.seconds += time.perf_counter() - begun
            if position.seconds - said > SAY_SECONDS:
                said = position.seconds
                say(
                    f"step {position.step}  loss {recent:.3f}  rate x{factor:.2f}  "
                    f"{position.tokens / 1e6:.2f} M tokens  {position.seconds / 60:.1f} min  of {budget}"
                )
            if position.seconds - saved > SAVE_SECONDS or stop.asked:
                saved = position.seconds
                save(checkpoint, recipe, model, optimiser_list, position)
            if stop.asked:
                raise Interrupted(f"stopped at step {position.step}; the same command goes on from {checkpoint}")
    save(checkpoint, recipe, model, optimiser_list, position)
    return model, position


def step(
    model: nn.Module, family: Family, optimiser_list: list[torch.optim.Optimizer], batch: Batch, clip: float
) -> float:
    """One update in bf16 autocast; returns the loss, nats a learnt token."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = family.loss(model, batch)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    for optimiser in optimiser_list:
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
    return float(loss.detach())
