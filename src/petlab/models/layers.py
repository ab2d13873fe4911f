"""How a base computes its small layers: in few passes over memory, where transformers writes them out in many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn
from transformers.activations import NewGELUActivation
from transformers.models.t5.modeling_t5 import T5LayerNorm

from petlab.models.norm import Norm


def fuse(model: Any) -> None:
    """Let torch's kernel compute what T5 v1.1 and GPT-2 call `gelu_new`, and `Norm` T5's norm; in place.

    Written out, the activation is eight operations over the widest tensor of a layer, four of which are kept for the
    backward pass. The kernel gives the same function (Hendrycks and Gimpel 2016, section 2) to rounding, as does
    `Norm`.
    """
    _replace(model, {NewGELUActivation: lambda _: nn.GELU(approximate="tanh"), T5LayerNorm: lambda old: _of(Norm, old)})


def write_out(model: Any) -> None:
    """As transformers loads it; in place."""
    _replace(model, {nn.GELU: _gelu_written_out, Norm: lambda old: _of(T5LayerNorm, old)})


def _replace(model: Any, by: Mapping[type[nn.Module], Callable[[Any], nn.Module]]) -> None:
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) in by:
                setattr(module, name, by[type(child)](child))


def _gelu_written_out(old: nn.GELU) -> nn.Module:
    return NewGELUActivation() if old.approximate == "tanh" else old


def _of(kind: type[T5LayerNorm], old: T5LayerNorm) -> nn.Module:
    """A norm of another class around the same weight."""
    new: nn.Module = kind(len(old.weight), old.variance_epsilon)
    new.weight = old.weight
    return new.train(old.training)
