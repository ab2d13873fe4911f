"""Rows to padded batches: of similar length, in an order fixed by the seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from petlab.data.tokens import Row

Work = Literal["training", "validation", "answers"]

IGNORED = -100  # label of a position without a gold token; cross-entropy skips it
POOL = 16  # optimiser steps whose rows are sorted by length together
# Padded tokens that a CPU takes at once; a step of an answer is one token of each row.
CPU_TOKENS: dict[Work, int] = {"training": 4096, "validation": 1536, "answers": 16_384}

Length = Callable[[Row], tuple[int, int]]  # what a row costs, and what decides between rows that cost the same


@dataclass(frozen=True)
class Batch:
    """Padded tensors.

    Attributes:
        input_ids, attention_mask: (batch, seq).
        labels: gold tokens (batch, target) with `IGNORED` where there is none; for an encoder with a head label
            numbers (batch,) int64 or scores (batch,) float32.
        golds: gold tokens in the batch, or its rows where each has one gold answer: what its summed loss is shared by.
        token_type_ids: segments (batch, seq), for models that know them.
    """

    input_ids: Tensor
    attention_mask: Tensor
    labels: Tensor
    golds: int
    token_type_ids: Tensor | None = None

    def to(self, device: torch.device) -> Batch:
        kinds = self.token_type_ids
        return Batch(
            self.input_ids.to(device),
            self.attention_mask.to(device),
            self.labels.to(device),
            self.golds,
            None if kinds is None else kinds.to(device),
        )


def padded(rows: Sequence[Sequence[float]], value: int, *, left: bool = False) -> Tensor:
    """Rows of ids as one int64 tensor (batch, longest), filled up with `value` on the right or on the left."""
    width = max(len(row) for row in rows)
    filling = [[value] * (width - len(row)) for row in rows]
    filled = [[*fill, *row] if left else [*row, *fill] for row, fill in zip(rows, filling, strict=True)]
    return torch.tensor(filled, dtype=torch.long)


def mask(rows: Sequence[Sequence[float]], *, left: bool = False) -> Tensor:
    """1 where `padded` has a token and 0 where it filled up, (batch, longest) int64."""
    lengths = torch.tensor([len(row) for row in rows])[:, None]
    width = int(lengths.max())
    along = torch.arange(width)[None, :]
    return (along >= width - lengths if left else along < lengths).long()


def source_and_target(row: Row) -> tuple[int, int]:
    """The length of a row whose source and target go into stacks of their own."""
    return len(row.source), len(row.target)


def training_steps(
    rows: Sequence[Row],
    batch: int,
    accumulation: int,
    seed: int,
    epoch: int,
    length: Length = source_and_target,
    tokens: int | None = None,
) -> list[list[list[int]]]:
    """The row numbers of one epoch: steps of `accumulation` micro-batches of at most `batch` rows.

    Rows are shuffled, sorted by length within pools of `POOL` steps, cut into steps, and the steps shuffled, so that
    padding is little and the order still random. The last step of an epoch may be smaller; every row is seen once.
    The order depends on the seed and the epoch only, not on what ran before in the process. `tokens` cuts micro-batches
    further, longest rows first, so that none has more with padding, though never less than a row: a step's rows, and
    what they teach, stay the same.
    """
    draw = random.Random(seed * 1_000_003 + epoch)
    order = list(range(len(rows)))
    draw.shuffle(order)
    effective = batch * accumulation
    steps: list[list[list[int]]] = []
    for start in range(0, len(order), effective * POOL):
        pool = sorted(order[start : start + effective * POOL], key=lambda index: (length(rows[index]), index))
        for first in range(0, len(pool), effective):
            step = pool[first : first + effective]
            micros = (step[micro : micro + batch] for micro in range(0, len(step), batch))
            steps.append([part for micro in micros for part in _cut(micro, rows, length, tokens)])
    draw.shuffle(steps)
    return steps


def _cut(micro: list[int], rows: Sequence[Row], length: Length, tokens: int | None) -> list[list[int]]:
    own = [rows[index] for index in micro]
    if tokens is None or len(own) * max(length(row)[0] for row in own) <= tokens:
        return [micro]
    return [[micro[place] for place in part] for part in evaluation_batches(own, len(own), length, tokens)]


def evaluation_batches(
    rows: Sequence[Row], batch: int, length: Length = source_and_target, tokens: int | None = None
) -> Iterator[list[int]]:
    """Row numbers in batches, longest first: the largest batch comes first, so that a lack of memory shows at once.

    Args:
        rows: all that is asked.
        batch: rows at most.
        length: of a row; its first number counts as its tokens.
        tokens: at most so many with padding, though never less than a row; None: as many as the rows have.
    """
    order = sorted(range(len(rows)), key=lambda index: (length(rows[index]), index), reverse=True)
    first = 0
    while first < len(order):
        widest = max(1, length(rows[order[first]])[0])
        last = first + (batch if tokens is None else max(1, min(batch, tokens // widest)))
        yield order[first:last]
        first = last


def tokens_at_once(device: torch.device, work: Work) -> int | None:
    """Padded tokens of a batch that a device computes best, whatever the rows.

    A CPU's caches hold no more (docs/performance.md has what was measured). An accelerator takes as many rows as it is
    given.
    """
    return CPU_TOKENS[work] if device.type == "cpu" else None
