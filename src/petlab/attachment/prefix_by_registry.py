"""Prefixes for the architectures that call attention through transformers' registry: functions for it.

The model is switched to a registered function which puts the prefix in front and widens mask and position bias by as
many zeros; a prefix is thus seen with and without a cache, by beams and under checkpointing, and no cache has to be
prepared.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import eager_mask, sdpa_mask

from petlab.attachment.prefix_by_hand import PREFIXES, Source, spread, together
from petlab.models.attention import BIASED, written_out

REGISTERED = "petlab_prefix"
WRITTEN_OUT = "petlab_prefix_eager"  # for models whose attention is products and softmax, not a fused kernel
_BEFORE = "_petlab_attention_before"


def switch(model: nn.Module) -> None:
    """Turn every config of the model to a registered function, and remember what they said."""
    if _BEFORE in vars(model):
        return
    configs = {id(config): config for m in model.modules() if (config := getattr(m, "config", None)) is not None}
    model.__dict__[_BEFORE] = [(config, config._attn_implementation) for config in configs.values()]
    for config, before in model.__dict__[_BEFORE]:
        config._attn_implementation = WRITTEN_OUT if before in ("eager", BIASED) else REGISTERED


def switch_back(model: nn.Module) -> None:
    """Let every config say again what it said, once no attention of the model has a prefix."""
    if not any(PREFIXES in vars(m) for m in model.modules()):
        for config, before in model.__dict__.pop(_BEFORE):
            config._attn_implementation = before


def _behind(
    module: nn.Module, key: Tensor, value: Tensor, mask: Tensor | None, rest: dict[str, Any]
) -> tuple[Tensor, Tensor, Tensor | None, dict[str, Any]]:
    """Keys and values behind the prefix, (batch, heads, length + seq, head_dim); mask and bias let all see it."""
    sources: list[Source] = module.__dict__.get(PREFIXES, [])
    if not sources:
        return key, value, mask, rest
    keys, values = spread(together(sources), key)
    length = keys.shape[2]
    if mask is None:
        # Without a mask the text is seen in both directions: masks are always made here where attention is causal.
        rest = {**rest, "is_causal": False}
    else:
        mask = functional.pad(mask, (length, 0), value=True if mask.dtype == torch.bool else 0.0)
    if (bias := rest.get("position_bias")) is not None:
        rest = {**rest, "position_bias": functional.pad(bias, (length, 0))}
    return torch.cat([keys, key], dim=2), torch.cat([values, value], dim=2), mask, rest


def _attend(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **rest: Any
) -> tuple[Tensor, None]:
    """Scaled dot-product attention over [prefix; text], shapes (batch, heads, seq, head_dim), by torch's kernel."""
    key, value, mask, rest = _behind(module, key, value, attention_mask, rest)
    output: tuple[Tensor, None] = sdpa_attention_forward(module, query, key, value, mask, **rest)
    return output


def _attend_written_out(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **rest: Any
) -> tuple[Tensor, Tensor]:
    """The same by products and softmax."""
    key, value, mask, rest = _behind(module, key, value, attention_mask, rest)
    return written_out(module)(module, query, key, value, mask, **rest)


def _mask(*args: Any, **kwargs: Any) -> Tensor | None:
    """transformers' mask for scaled dot-product attention, never left out in favour of the kernel's causal flag."""
    mask: Tensor | None = sdpa_mask(*args, **{**kwargs, "allow_is_causal_skip": False})
    return mask


AttentionInterface.register(REGISTERED, _attend)
AttentionMaskInterface.register(REGISTERED, _mask)
AttentionInterface.register(WRITTEN_OUT, _attend_written_out)
AttentionMaskInterface.register(WRITTEN_OUT, eager_mask)
