"""Training steps of one method over the same batches: petlab's loop, the bare loop, and peft with Trainer.

All three take the rows in the same order and batches, at a constant learning rate, in fp32.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from petlab.cell import Cell
from petlab.data.tokens import Row
from petlab.speed import bare, peft_trainer
from petlab.speed.work import PEFT_TOO, Work
from petlab.training.batching import training_steps
from petlab.training.loop import Evaluation, Trainer
from petlab.training.settings import LearningRate


@dataclass(frozen=True)
class Stepped:
    """Seconds of all steps, and the mean over them of the loss a gold token."""

    seconds: float
    loss: float


def sides(work: Work, steps: int) -> Mapping[str, Callable[[], Stepped]]:
    """What takes the steps, by side; `peft` where peft has the method."""
    parts: dict[str, Callable[[], Stepped]] = {
        "petlab": lambda: petlab(work, steps),
        "bare": lambda: _bare(work, steps),
    }
    if work.cell.method_name in PEFT_TOO:
        parts["peft"] = lambda: _trainer(work, steps)
    return parts


def _constant(cell: Cell) -> LearningRate:
    return LearningRate(cell.rate.peak, cell.rate.peak, cell.rate.peak)


def first(cell: Cell, rows: Sequence[Row], steps: int) -> list[Row]:
    """So many rows that every batch is full; from the beginning again where there are fewer."""
    wanted = steps * cell.train.batch_size
    return (list(rows) * -(-wanted // len(rows)))[:wanted]


def petlab(work: Work, steps: int, *, precision: str = "fp32") -> Stepped:
    """Steps of petlab's loop, in one epoch, where the model is."""
    cell = work.cell
    seen: list[tuple[float, Evaluation]] = []
    with work.attached() as (attachment, family, rows):
        Trainer(
            work.model,
            family,
            attachment,
            first(cell, rows.train, steps),
            rows.validation[:1],
            settings=replace(cell.train, accumulation=1),
            rate=_constant(cell),
            scale=replace(cell.scale, epochs=1, evaluations_per_epoch=1),
            precision=precision,
            seed=cell.seed,
            watch=lambda now: seen.append((time.perf_counter(), now)),
        ).fit()
    # Between the two evaluations: every step, what the loop does about them, and a validation of one row.
    (began, _), (ended, last) = seen
    return Stepped(ended - began, last.train_loss or 0.0)


def _bare(work: Work, steps: int) -> Stepped:
    cell = work.cell
    with work.attached() as (attachment, family, rows):
        chosen = first(cell, rows.train, steps)
        order = training_steps(chosen, cell.train.batch_size, 1, cell.seed, 0, family.length)
        batches = [family.collate([chosen[number] for number in micro]) for [micro] in order]
        seconds, losses = bare.train(
            work.model, attachment.trainable.values(), family.loss_sum, batches, cell.rate.peak
        )
    return Stepped(seconds, sum(losses) / len(losses))


def _trainer(work: Work, steps: int) -> Stepped:
    cell = work.cell
    with work.attached() as (_, family, rows):
        chosen = first(cell, rows.train, steps)
        order = training_steps(chosen, cell.train.batch_size, 1, cell.seed, 0, family.length)
    ordered = dataset([chosen[number] for [micro] in order for number in micro])
    cell = replace(cell, scale=replace(cell.scale, epochs=1), train=replace(cell.train, accumulation=1))
    done = peft_trainer.fine_tune(
        cell,
        work.copy_of_base(),
        work.tokenizer,
        (ordered, dataset([]), dataset([])),
        in_order=True,
    )
    return Stepped(done.loop_s, sum(done.losses) / len(done.losses))


def dataset(rows: Sequence[Row]) -> Any:
    """Tokenised rows as a `datasets.Dataset`, which peft with Trainer trains on."""
    import datasets

    columns: dict[str, Any] = {
        "input_ids": [list(row.source) for row in rows],
        "attention_mask": [[1] * len(row.source) for row in rows],
        "labels": [[int(token) for token in row.target] for row in rows],
    }
    return datasets.Dataset.from_dict(columns)
