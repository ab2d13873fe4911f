"""Products with weight matrices in fp32 on a CPU, by the library that computes them quicker there."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional
from transformers.pytorch_utils import Conv1D

FEW = 32  # rows, below which MKL is as quick


@functools.cache
def onednn_is_quicker() -> bool:
    """Whether oneDNN multiplies fp32 matrices quicker than MKL, torch's default, on this processor.

    MKL keeps to AVX2 on processors that are not Intel's. oneDNN uses AVX-512 wherever there is some: twice as quick.
    """
    has_onednn: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch's
    if not has_onednn or torch.backends.cpu.get_cpu_capability() != "AVX512":
        return False
    try:
        return "GenuineIntel" not in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x Wᵀ + b for x (…, in), weight (out, in) and bias (out,): torch's `linear`, to rounding, by oneDNN where it can.

    One token a row is a step of an answer and is left to torch: oneDNN rearranges the weight for each product, which
    takes what it gains on so few rows. It also takes 2 ms to prepare for a shape that it has not met.
    """
    rows = 0 if x.dim() > 2 and x.shape[-2] == 1 else x.numel() // max(1, x.shape[-1])
    given = (x, weight) if bias is None else (x, weight, bias)
    if rows < FEW or torch.is_autocast_enabled("cpu") or not all(map(_plain, given)):
        return functional.linear(x, weight, bias)
    product: Tensor = Product.apply(*given)  # type: ignore[no-untyped-call]  # torch's
    return product


def _plain(tensor: Tensor) -> bool:
    """An fp32 tensor in this machine's memory, all of it: no part of one that is spread over processes."""
    return type(tensor) in (Tensor, nn.Parameter) and tensor.dtype == torch.float32 and tensor.device.type == "cpu"


class Product(torch.autograd.Function):
    """y = x Wᵀ + b."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        ctx.save_for_backward(x if weight.requires_grad else None, weight)
        return _onednn(x, weight, bias)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        """dx = g W; dW = gᵀ x and db = the sum of g, over all rows."""
        x, weight = ctx.saved_tensors
        rows = g.reshape(-1, g.shape[-1])
        wanted = (*ctx.needs_input_grad, False)
        dx = _onednn(rows, weight.t()).view(*g.shape[:-1], -1) if wanted[0] else None
        dw = _onednn(rows.t(), x.reshape(-1, x.shape[-1]).t()) if wanted[1] else None
        db = rows.sum(0) if wanted[2] else None
        return (dx, dw, db)[: len(ctx.needs_input_grad)]


def _onednn(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    product: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return product


class OneDnnLinear(nn.Linear):
    """torch's Linear, computed by `linear`."""

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self.weight, self.bias)


class OneDnnConv1D(Conv1D):  # type: ignore[misc]  # transformers is untyped to mypy
    """GPT-2's Conv1D, a product with a weight that is kept as (in, out), computed by `linear`."""

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self.weight.t(), self.bias)
