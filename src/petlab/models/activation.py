"""How a base computes its activation: GELU's tanh form in one kernel, where transformers writes it out."""

from __future__ import annotations

from typing import Any

from torch import nn
from transformers.activations import NewGELUActivation


def fuse(model: Any) -> None:
    """Let torch's kernel compute what T5 v1.1 and GPT-2 call `gelu_new`; in place.

    Written out it is eight operations, each over the widest tensor of a layer, four of which are kept for the backward
    pass. The kernel gives the same function (Hendrycks and Gimpel 2016, section 2) to rounding.
    """
    _replace(model, NewGELUActivation, lambda: nn.GELU(approximate="tanh"))


def write_out(model: Any) -> None:
    """As transformers loads it; in place."""
    _replace(model, nn.GELU, NewGELUActivation)


def _replace(model: Any, kind: type[nn.Module], by: Any) -> None:
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, kind) and getattr(child, "approximate", "tanh") == "tanh":
                setattr(module, name, by())
