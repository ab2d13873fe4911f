"""Prefixes for the architectures that compute attention themselves instead of asking transformers' registry."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from petlab.attachment.rewire import weave

KeysValues = tuple[Tensor, Tensor]
Source = Callable[[], KeysValues]
Undo = Callable[[], None]
PREFIXES = "_petlab_prefixes"  # attribute of an attention module: the sources of its prefixes


def together(sources: list[Source]) -> KeysValues:
    """Several prefixes on one attention, one after the other."""
    found = [source() for source in sources]
    if len(found) == 1:
        return found[0]
    batch = max((len(t) for pair in found for t in pair if t.dim() == 3), default=1)
    wide = [[t if t.dim() == 3 else t.expand(batch, -1, -1) for t in pair] for pair in found]
    return torch.cat([pair[0] for pair in wide], dim=1), torch.cat([pair[1] for pair in wide], dim=1)


def spread(prefix: KeysValues, like: Tensor) -> KeysValues:
    """(length, width) or (batch, length, width) to (batch, heads, length, head_dim), in the type of `like`.

    `like` is (batch, heads, seq, head_dim).
    """
    keys, values = (_heads(t, like) for t in prefix)
    return keys, values


def _heads(prefix: Tensor, like: Tensor) -> Tensor:
    batch, heads, _, each = like.shape
    whole = prefix if prefix.dim() == 3 else prefix.expand(batch, -1, -1)
    return whole.reshape(batch, -1, heads, each).transpose(1, 2).to(like.dtype)


def _mix(scores: Tensor, prefix_scores: Tensor, value: Tensor, prefix_value: Tensor, dropout: nn.Module) -> Tensor:
    """softmax([prefix_scores; scores]) [prefix_value; value], (batch, heads, seq, head_dim)."""
    whole = torch.cat([prefix_scores.to(scores.dtype), scores], dim=-1)
    weights = dropout(functional.softmax(whole, dim=-1, dtype=torch.float32).to(value.dtype))
    return torch.matmul(weights, torch.cat([prefix_value, value], dim=2))


def gpt_j(module: Any, source: Source) -> Undo:
    """GPT-J keeps causality in the mask, so its own `_attn` serves with wider keys, values and mask."""
    plain = module._attn

    def attend(query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None = None) -> Any:
        keys, values = spread(source(), value)
        if attention_mask is not None:
            attention_mask = functional.pad(attention_mask, (keys.shape[2], 0))
        whole_key = torch.cat([keys.to(key.dtype), key], dim=2)
        return plain(query, whole_key, torch.cat([values, value], dim=2), attention_mask)

    return _replace(module, "_attn", attend)


def gpt_neo(module: Any, source: Source) -> Undo:
    """GPT-Neo: scores are not scaled, causality and the local window lie in a buffer; every token sees the prefix."""

    def attend(query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None = None) -> Any:
        keys, values = spread(source(), value)
        query, key = query.float(), key.float()
        scores = query @ key.transpose(-1, -2)
        queries, seen = query.shape[-2], key.shape[-2]
        window = module.bias[:, :, seen - queries : seen, :seen]
        scores = scores.masked_fill(~window, torch.finfo(scores.dtype).min)
        if attention_mask is not None:
            scores = scores + attention_mask
        return _mix(scores, query @ keys.float().transpose(-1, -2), value, values, module.attn_dropout), None

    return _replace(module, "_attn", attend)


def bloom(module: Any, source: Source) -> Undo:
    """BLOOM: ALiBi biases the text's scores by position; the prefix has none, so its bias is zero."""

    def forward(
        inner: Any,
        hidden_states: Tensor,
        residual: Tensor,
        alibi: Tensor,
        attention_mask: Tensor | None,
        layer_past: Any = None,
        **_: Any,
    ) -> Any:
        del inner
        query, key, value = module._reshape(module.query_key_value(hidden_states))
        if layer_past is not None:
            key, value = layer_past.update(key, value, module.layer_idx)
        keys, values = spread(source(), value)
        bias = alibi.view(len(query), module.num_heads, 1, -1)
        scores = module.inv_norm_factor * (query @ key.transpose(-1, -2)) + bias
        if attention_mask is not None:
            scores = scores + attention_mask
        prefix_scores = module.inv_norm_factor * (query @ keys.transpose(-1, -2))
        context = _mix(scores, prefix_scores, value, values, module.attention_dropout)
        output = module.dense(context.transpose(1, 2).flatten(2))
        return residual + functional.dropout(output, module.hidden_dropout, module.training), None

    return weave(module, forward, innermost=True)


def deberta_v2(module: Any, source: Source) -> Undo:
    """DeBERTa-v2: scores of content and of relative positions; the prefix has content alone."""

    def forward(
        inner: Any,
        hidden_states: Tensor,
        attention_mask: Tensor,
        output_attentions: bool = False,
        query_states: Tensor | None = None,
        relative_pos: Tensor | None = None,
        rel_embeddings: Tensor | None = None,
    ) -> Any:
        del inner, output_attentions
        heads = module.num_attention_heads
        asking = hidden_states if query_states is None else query_states
        query = module.transpose_for_scores(module.query_proj(asking), heads)
        key = module.transpose_for_scores(module.key_proj(hidden_states), heads)
        value = module.transpose_for_scores(module.value_proj(hidden_states), heads)
        factor = 1 + sum(kind in module.pos_att_type for kind in ("c2p", "p2c"))
        scale = math.sqrt(query.shape[-1] * factor)
        scores = query @ key.transpose(-1, -2) / scale
        if module.relative_attention:
            scores = scores + module.disentangled_attention_bias(
                query, key, relative_pos, module.pos_dropout(rel_embeddings), factor
            )
        scores, query, value = (t.view(-1, heads, *t.shape[1:]) for t in (scores, query, value))
        scores = scores.masked_fill(~attention_mask.bool(), torch.finfo(scores.dtype).min)
        keys, values = spread(source(), value)
        context = _mix(scores, query @ keys.transpose(-1, -2) / scale, value, values, module.dropout)
        return context.transpose(1, 2).flatten(2), None

    return weave(module, forward, innermost=True)


def _replace(module: nn.Module, name: str, function: Callable[..., Any]) -> Undo:
    """Set a method on the instance, and take it off again to whatever was there before."""
    before = module.__dict__.get(name)
    module.__dict__[name] = function

    def undo() -> None:
        if before is None:
            del module.__dict__[name]
        else:
            module.__dict__[name] = before

    return undo


BY_HAND: dict[str, Callable[[Any, Source], Undo]] = {
    "gpt_neo": gpt_neo,
    "gptj": gpt_j,
    "bloom": bloom,
    "deberta-v2": deberta_v2,
}
