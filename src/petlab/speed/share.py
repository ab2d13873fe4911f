"""How much of a sweep's wall-clock lies inside forward, backward, optimiser and generation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from petlab.training import families


@dataclass
class Inside:
    """Seconds that were spent inside."""

    seconds: float = 0.0
    depth: int = 0  # what is called inside something that counts is not counted twice


@contextmanager
def measured() -> Iterator[Inside]:
    """Count the seconds inside losses, answers, backward passes and optimiser steps, of every family."""
    inside = Inside()
    places: list[tuple[Any, str]] = [(torch.Tensor, "backward"), (torch.optim.AdamW, "step")]
    for family in (families.Seq2Seq, families.Causal, families.Encoder):
        places += [(family, "loss_sum"), (family, "answers")]
    originals = [(owner, name, getattr(owner, name)) for owner, name in places]
    for owner, name, original in originals:
        setattr(owner, name, _counting(original, inside))
    try:
        yield inside
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)


def _counting(original: Callable[..., Any], inside: Inside) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:
        started = time.perf_counter()
        inside.depth += 1
        try:
            return original(*given, **named)
        finally:
            inside.depth -= 1
            if inside.depth == 0:
                inside.seconds += time.perf_counter() - started

    return call
