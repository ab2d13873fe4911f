"""Trained keys and values in front of those of the text, inside the attention computation of each architecture.

Most architectures call attention through transformers' registry. There the model is switched to a registered
function which puts the prefix in front and widens mask and position bias by as many zeros; a prefix is thus seen
with and without a cache, by beams and under checkpointing, and no cache has to be prepared. GPT-Neo, GPT-J, BLOOM
and DeBERTa-v2 never ask the registry: `petlab.attachment.prefix_by_hand` computes theirs.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import eager_mask, sdpa_mask

from petlab.anatomy import AttentionSite
from petlab.attachment.attachment import Attachment
from petlab.attachment.prefix_by_hand import BY_HAND, KeysValues, Source, Undo, spread
from petlab.models.attention import BIASED, written_out

REGISTERED = "petlab_prefix"
WRITTEN_OUT = "petlab_prefix_eager"  # for models whose attention is products and softmax, not a fused kernel
_PREFIXES = "_petlab_prefixes"
_BEFORE = "_petlab_attention_before"


def put_before(attachment: Attachment, site: AttentionSite, source: Source) -> None:
    """Let one attention see the keys and values that `source` gives, each (length, width) or (batch, length, width).

    `width` is that of all key heads together. Several prefixes on one attention stand one after the other.
    """
    attachment.place(lambda: _hang(attachment, site.module, source))


def _hang(attachment: Attachment, module: nn.Module, source: Source) -> Undo:
    sources: list[Source] = module.__dict__.setdefault(_PREFIXES, [])
    sources.append(source)
    by_hand = BY_HAND.get(attachment.sites.model_type)
    # The first prefix prepares the module (or the whole model), the last one to go clears up.
    if by_hand is None:
        _switch(attachment.model)
    elif len(sources) == 1:
        module.__dict__[_BEFORE] = by_hand(module, lambda: _all(sources))

    def undo() -> None:
        sources.remove(source)
        if not sources:
            del module.__dict__[_PREFIXES]
            if by_hand is not None:
                module.__dict__.pop(_BEFORE)()
        if by_hand is None and not any(_PREFIXES in vars(m) for m in attachment.model.modules()):
            for config, implementation in attachment.model.__dict__.pop(_BEFORE):
                config._attn_implementation = implementation

    return undo


def _all(sources: list[Source]) -> KeysValues:
    found = [source() for source in sources]
    if len(found) == 1:
        return found[0]
    batch = max((len(t) for pair in found for t in pair if t.dim() == 3), default=1)
    wide = [[t if t.dim() == 3 else t.expand(batch, -1, -1) for t in pair] for pair in found]
    return torch.cat([pair[0] for pair in wide], dim=1), torch.cat([pair[1] for pair in wide], dim=1)


def _switch(model: nn.Module) -> None:
    """Turn every config of the model to a registered function, and remember what they said."""
    if _BEFORE in vars(model):
        return
    configs = {id(config): config for m in model.modules() if (config := getattr(m, "config", None)) is not None}
    model.__dict__[_BEFORE] = [(config, config._attn_implementation) for config in configs.values()]
    for config, before in model.__dict__[_BEFORE]:
        config._attn_implementation = WRITTEN_OUT if before in ("eager", BIASED) else REGISTERED


def _behind(
    module: nn.Module, key: Tensor, value: Tensor, mask: Tensor | None, rest: dict[str, Any]
) -> tuple[Tensor, Tensor, Tensor | None, dict[str, Any]]:
    """Keys and values behind the prefix, (batch, heads, length + seq, head_dim); mask and bias let all see it."""
    sources: list[Source] = module.__dict__.get(_PREFIXES, [])
    if not sources:
        return key, value, mask, rest
    keys, values = spread(_all(sources), key)
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
