"""Heads that begin by looking at a neighbour, in models with learned absolute positions."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from petlab.pretrain import causal, encoder, start
from petlab.pretrain.recipe import RECIPES


def agreement(name: str) -> torch.Tensor:
    """Attention logits of the first layer between positions, (heads, 60, 60), for random words."""
    recipe = RECIPES[name]
    torch.manual_seed(0)
    ids = torch.randint(10, 4000, (1, 60))
    made: Any
    if name == "nano_gpt2":
        made = causal.Causal().build(recipe).transformer
        hidden = made.h[0].ln_1(made.wte(ids) + made.wpe(torch.arange(60)))
        query, key, _ = made.h[0].attn.c_attn(hidden).chunk(3, dim=-1)
    else:
        made = encoder.Encoder().build(recipe).roberta
        hidden = made.embeddings(ids)
        attention = made.encoder.layer[0].attention.self
        query, key = attention.query(hidden), attention.key(hidden)
    heads = [part.view(60, recipe.heads, -1).transpose(0, 1) for part in (query, key)]
    return (heads[0] @ heads[1].transpose(1, 2) / math.sqrt(heads[0].shape[-1])).detach()


@pytest.mark.parametrize("name", ["nano_gpt2", "nano_roberta"])
def test_heads_begin_by_looking_at_their_neighbour(name: str) -> None:
    offsets = {"nano_gpt2": causal.HEADS, "nano_roberta": encoder.HEADS}[name].offsets
    logits = agreement(name)
    inner = range(5, 55)
    for head, offset in enumerate(offsets):
        assert sum(int(logits[head, at].argmax()) == at - offset for at in inner) >= 0.9 * len(inner)
        there = torch.stack([logits[head, at, at - offset] for at in inner]).mean()
        far = torch.stack([logits[head, at].median() for at in inner]).mean()
        assert 2.0 < float(there - far) < 5.0  # the preference is 4; a token type takes part in the norm too
    last = logits[len(offsets)]
    assert sum(int(last[at].argmax()) == at - 1 for at in inner) < 0.2 * len(inner)


def test_near_positions_agree_only_with_themselves() -> None:
    table = start.turned(torch.arange(60), 16)
    cosine = table @ table.t() / 16
    assert torch.allclose(cosine.diagonal(), torch.ones(60, dtype=torch.float64))
    cosine.fill_diagonal_(-1)
    assert float(cosine.max()) < 0.5
