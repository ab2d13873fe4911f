"""What a user may choose about training; one frozen dataclass, filled from conf/train and conf/scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

Positive = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class LearningRate:
    """Three points of the schedule: at step 0, after warm-up, after the last planned step."""

    initial: Annotated[float, Field(ge=0)]
    peak: Annotated[float, Field(ge=0)]
    final: Annotated[float, Field(ge=0)]
    trials: int = 1  # rates that were tried for this method before this one was taken

    def with_peak(self, peak: float) -> LearningRate:
        """The same shape with another peak."""
        factor = peak / self.peak if self.peak else 0.0
        return LearningRate(self.initial * factor, peak, self.final * factor, self.trials)


@dataclass(frozen=True)
class Scale:
    """How much data, how long, how often validated."""

    name: str
    rows: Positive | None
    epochs: Positive
    evaluations_per_epoch: Positive


@dataclass(frozen=True)
class Train:
    """The loop's settings; units: rows, steps, shares of the planned steps."""

    lr: Annotated[float, Field(gt=0)] | None = None
    warmup: Share = 0.1
    batch_size: Positive = 16
    accumulation: Positive = 1
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    clip: Annotated[float, Field(gt=0)] | None = None
    label_smoothing: Share = 0.0
    patience: Positive = 1
    min_delta: Annotated[float, Field(ge=0)] = 0.0
    select: str = "loss"
    """What makes the best evaluation: the lowest validation loss, or the highest of a score that the data set has."""
    precision: Literal["fp32", "bf16", "auto"] = "auto"
    device: Literal["cpu", "cuda", "auto"] = "auto"
    threads: Positive | None = None
    evaluation_batch: Positive = 64
    strategy: Literal["none", "ddp", "fsdp"] = "none"

    def in_less_memory(self) -> Train | None:
        """The same optimiser steps with half the rows at a time (the smallest factor of an odd number), and half the
        rows in validation and test; None where that is one row already."""
        if self.batch_size == self.evaluation_batch == 1:
            return None
        factor = next((number for number in range(2, self.batch_size + 1) if self.batch_size % number == 0), 1)
        return replace(
            self,
            batch_size=self.batch_size // factor,
            accumulation=self.accumulation * factor,
            evaluation_batch=-(-self.evaluation_batch // 2),
        )
