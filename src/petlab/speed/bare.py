"""The limit: forward, backward and optimiser over batches that lie ready, in a plain torch loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from petlab.training.batching import Batch


def train(
    model: Any,
    parameters: Iterable[nn.Parameter],
    loss_sum: Callable[[Any, Batch], Tensor],
    batches: Sequence[Batch],
    rate: float,
) -> tuple[float, list[float]]:
    """Train on each batch once.

    Args:
        model: with the method in it, on the CPU.
        parameters: what is trained.
        loss_sum: the family's loss.
        batches: padded, in order.
        rate: learning rate of AdamW.

    Returns:
        Seconds, and the mean loss a gold token of each batch.
    """
    optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0, fused=True)
    model.train()
    losses = []
    started = time.perf_counter()
    for batch in batches:
        loss = loss_sum(model, batch) / batch.golds
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        losses.append(float(loss.detach()))
    return time.perf_counter() - started, losses
