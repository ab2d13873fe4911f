"""One epoch of a full-size model on an accelerator: petlab's loop beside peft with Trainer, its seconds and its memory.

Rows have the lengths of a real set, each side batches them its own way, both autocast to bf16 where the device has it.
The sides share the device: each brings its model, trains, and takes it away again before the clock of the other starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import torch

from petlab.device import release_memory
from petlab.models.attention import attend, quickest
from petlab.speed import peft_trainer, steps
from petlab.speed.work import PEFT_TOO, Work

Device = Literal["cpu", "cuda"]


@dataclass(frozen=True)
class Trained:
    """Seconds of all steps, and the most bytes of the device that were taken at once, weights included; 0 on a CPU."""

    seconds: float
    peak: int


def sides(work: Work, number: int, device: Device, precision: str) -> Mapping[str, Callable[[], Trained]]:
    """What trains one epoch, by side; `peft` where peft has the method.

    Args:
        work: a cell whose base lies in host memory.
        number: optimiser steps of the epoch.
        device: "cuda", or "cpu" for the same without its memory.
        precision: "fp32" or "bf16", for both sides.
    """
    parts = {"petlab": lambda: _petlab(work, number, device, precision)}
    if work.cell.method_name in PEFT_TOO:
        parts["peft"] = lambda: _trainer(work, number, device, precision)
    return parts


def _petlab(work: Work, number: int, device: Device, precision: str) -> Trained:
    attend(work.model, quickest(work.model, device, precision))
    work.model.to(device)
    try:
        with _watched(device) as peak:
            seconds = steps.petlab(work, number, precision=precision).seconds
    finally:
        work.model.to("cpu")
    return Trained(seconds, peak[0])


def _trainer(work: Work, number: int, device: Device, precision: str) -> Trained:
    cell = replace(work.cell, train=replace(work.cell.train, device=device, accumulation=1))
    with work.attached() as (_, _, rows):
        chosen = steps.dataset(steps.first(cell, rows.train, number))
    with _watched(device) as peak:
        done = peft_trainer.fine_tune(
            replace(cell, scale=replace(cell.scale, epochs=1)),
            work.copy_of_base(),
            work.tokenizer,
            (chosen, steps.dataset([]), steps.dataset([])),
            bf16=precision == "bf16",
        )
    return Trained(done.loop_s, peak[0])


@contextmanager
def _watched(device: Device) -> Iterator[list[int]]:
    """Puts the peak of what is allocated on the device inside the block into the list that it gives."""
    peak = [0]
    release_memory()
    if device == "cpu":
        yield peak
        return
    torch.cuda.reset_peak_memory_stats()
    yield peak
    torch.cuda.synchronize()
    peak[0] = torch.cuda.max_memory_allocated()
