"""What one batch teaches a model: two ways of computing it must agree on that."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

Taught = tuple[Tensor, dict[str, Tensor]]


def tokens() -> Tensor:
    """Token ids of a shipped base, (3, 17)."""
    return torch.randint(5, 1000, (3, 17), generator=torch.Generator().manual_seed(0))


def taught(model: Any, ids: Tensor, labels: Tensor) -> Taught:
    """The loss, and each parameter's gradient by name."""
    model.zero_grad()
    loss = model(input_ids=ids, labels=labels).loss
    loss.backward()
    return loss.detach(), {name: weight.grad.clone() for name, weight in model.named_parameters()}
