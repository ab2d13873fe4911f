"""How a base computes its small layers: in few passes over memory, where transformers writes them out in many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from transformers.activations import NewGELUActivation
from transformers.models.t5.modeling_t5 import T5LayerNorm
from transformers.pytorch_utils import Conv1D

from petlab.models.norm import Norm
from petlab.models.products import OneDnnConv1D, OneDnnLinear, onednn_is_quicker

Replacements = dict[type[nn.Module], Callable[[Any], nn.Module]]


def fuse(model: Any) -> None:
    """Let torch's kernel compute what T5 v1.1 and GPT-2 call `gelu_new`, `Norm` T5's norm, oneDNN products; in place.

    Written out, the activation is eight operations over the widest tensor of a layer, four of which are kept for the
    backward pass. The kernel gives the same function (Hendrycks and Gimpel 2016, section 2) to rounding, as do `Norm`
    and, where it is the quicker one, oneDNN.
    """
    by: Replacements = {
        NewGELUActivation: lambda _: nn.GELU(approximate="tanh"),
        T5LayerNorm: lambda old: _norm(Norm, old),
    }
    if onednn_is_quicker():
        by |= {nn.Linear: lambda old: _linear(OneDnnLinear, old), Conv1D: lambda old: _conv(OneDnnConv1D, old)}
    _replace(model, by)


def write_out(model: Any) -> None:
    """As transformers loads it; in place."""
    by: Replacements = {
        nn.GELU: _gelu_written_out,
        Norm: lambda old: _norm(T5LayerNorm, old),
        OneDnnLinear: lambda old: _linear(nn.Linear, old),
        OneDnnConv1D: lambda old: _conv(Conv1D, old),
    }
    _replace(model, by)


def _replace(model: Any, by: Replacements) -> None:
    """Put another module in the place of each of a class, with the same weights."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) in by:
                with torch.device("meta"):  # the weights are the old ones: none are to be made, or drawn
                    new = by[type(child)](child)
                for own, weight in child.named_parameters(recurse=False):
                    setattr(new, own, weight)
                setattr(module, name, new.train(child.training))


def _gelu_written_out(old: nn.GELU) -> nn.Module:
    return NewGELUActivation() if old.approximate == "tanh" else old


def _norm(kind: type[T5LayerNorm], old: T5LayerNorm) -> nn.Module:
    new: nn.Module = kind(len(old.weight), old.variance_epsilon)
    return new


def _linear(kind: type[nn.Linear], old: nn.Linear) -> nn.Module:
    return kind(old.in_features, old.out_features, old.bias is not None)


def _conv(kind: type[Conv1D], old: Conv1D) -> nn.Module:
    new: nn.Module = kind(old.nf, old.nx)
    return new
