"""How a base computes its attention: by what is quickest where it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

Implementation = Literal["eager", "sdpa", "petlab_biased"]
BIASED: Implementation = "petlab_biased"


def quickest(model: Any, device: str, precision: str) -> Implementation:
    """Products and softmax written out (`eager`, T5's by `biased`), or torch's fused kernel (`sdpa`).

    The kernel saves the matrix of scores. On a CPU it computes bf16 slower than fp32, and where positions are a bias on
    the scores (T5) that matrix is there anyway: written out, a step takes 0.65 to 1.0 of the time.
    """
    if device != "cpu":
        return "sdpa"
    if model.config.model_type == "t5":
        return BIASED
    return "eager" if precision == "bf16" else "sdpa"


def attend(model: Any, how: Implementation) -> None:
    """Let a model compute its attention so, if its architecture gives the choice; in place.

    A model whose attention a method has taken over (`petlab.attachment.prefix_attention`) stays as it is.
    """
    now = model.config._attn_implementation
    if now in get_args(Implementation) and now != how and model._supports_sdpa and model._can_set_attn_implementation():
        model.set_attn_implementation(how)


def written_out(module: nn.Module) -> Callable[..., tuple[Tensor, Tensor]]:
    """What computes a module's attention by products and softmax: `biased` for T5, else its own file's function."""
    config: Any = module.config
    own: Callable[..., tuple[Tensor, Tensor]] = vars(sys.modules[type(module).__module__])["eager_attention_forward"]
    return biased if config.model_type == "t5" else own


def biased(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float = 1.0,
    dropout: float = 0.0,
    position_bias: Tensor | None = None,
    **_: Any,
) -> tuple[Tensor, Tensor]:
    """softmax(q kᵀ + bias + mask) v, shapes (batch, heads, seq, head_dim); T5 does not scale (Raffel et al. 2020, 2.1).

    As transformers writes it, to the last bit, without what it does to the matrix of scores, the widest tensor of a
    step, for nothing: a product with a scale of 1, forward and backward, and a new matrix for each sum.

    Returns:
        The attended values (batch, seq, heads, head_dim) and the weights (batch, heads, seq, seq of keys).
    """
    scores = (query if scaling == 1.0 else query * scaling) @ key.transpose(2, 3)
    for more in (position_bias, attention_mask):
        if more is not None:
            # A wider type stays: under autocast the scores are bf16 and the bias is fp32.
            fits = torch.result_type(scores, more) == scores.dtype
            scores = scores.add_(more) if fits else scores + more
    weights = functional.dropout(functional.softmax(scores, dim=-1), p=dropout, training=module.training)
    return (weights @ value).transpose(1, 2).contiguous(), weights


AttentionInterface.register(BIASED, biased)
AttentionMaskInterface.register(BIASED, eager_mask)
