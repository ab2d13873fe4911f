"""What the families' losses share: summed cross-entropy over gold tokens, and the precision of forward passes."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from petlab.training.batching import IGNORED


def cross_entropy_sum(logits: Tensor, labels: Tensor, label_smoothing: float) -> Tensor:
    """Summed cross-entropy of logits (rows, classes) and labels (rows,), `IGNORED` ones left out; a scalar in nats.

    The sum, not the mean: dividing by the gold tokens of the whole optimiser step makes the step independent of how it
    was cut into micro-batches. Logits are taken to fp32 first; bf16 cross-entropy loses digits that early stopping
    needs.
    """
    return functional.cross_entropy(
        logits.float(), labels, ignore_index=IGNORED, reduction="sum", label_smoothing=label_smoothing
    )


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """The context in which forward passes run: bf16 autocast, or nothing for fp32. Weights stay fp32 either way."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16")
