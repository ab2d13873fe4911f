"""T5's norm (root mean square, Zhang and Sennrich 2019) with a backward pass of its own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers.models.t5.modeling_t5 import T5LayerNorm


def rms_norm(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """w · x / √(mean(x²) + ε) over the last dimension, for x (…, width) and w (width,)."""
    normed: Tensor = RootMeanSquare.apply(x, weight, epsilon)  # type: ignore[no-untyped-call]  # torch's
    return normed


class RootMeanSquare(torch.autograd.Function):
    """y = w · x · r with r = 1 / √(mean(x²) + ε), over the last dimension."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
        square = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_()
        r = square.div_(x.shape[-1]).add_(epsilon).rsqrt_()
        ctx.save_for_backward(x, weight, r)
        normed: Tensor = (x * r).mul_(weight)
        return normed

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        """dx = r · (g w) − x · r³ · mean(g w x); dw = the sum over rows of g · x · r."""
        (g,) = gradients
        x, weight, r = ctx.saved_tensors
        dx = dw = None
        if ctx.needs_input_grad[0]:
            dx = g * weight
            mean = (dx * x).mean(-1, keepdim=True)
            dx = dx.mul_(r).addcmul_(x, mean.mul_(r.pow(3)), value=-1.0)
        if ctx.needs_input_grad[1]:
            dw = (g * x).mul_(r).flatten(0, -2).sum(0)
        return dx, dw, None


class Norm(T5LayerNorm):  # type: ignore[misc]  # transformers is untyped to mypy
    """As transformers' T5LayerNorm in fp32, in fewer passes over memory; in other types it is that."""

    def forward(self, hidden_states: Tensor) -> Tensor:
        if hidden_states.dtype != torch.float32 or self.weight.dtype != torch.float32:
            written_out: Tensor = super().forward(hidden_states)
            return written_out
        return rms_norm(hidden_states, self.weight, self.variance_epsilon)
