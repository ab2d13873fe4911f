"""Recipes that train in a second."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from transformers import PreTrainedTokenizerFast

from petlab.data.embedded import cloze, corpus
from petlab.pretrain import tokenizer
from petlab.pretrain.families import FAMILIES
from petlab.pretrain.recipe import RECIPES, Recipe, Stage

NAMES = tuple(RECIPES)
SHARES = corpus.Shares(0.3, 0.3, 0.3, writing=0.1)
CLOZE = cloze.Shares(0.4, 0.3, 0.2, 0.1)


def small(name: str) -> Recipe:
    """A recipe of the same family and width with little text, in two stages."""
    shares = CLOZE if RECIPES[name].family == "encoder" else SHARES
    return replace(
        RECIPES[name], vocabulary=600, tokenizer_items=200, copy_steps=2, batch_tokens=400, warmup_steps=2,
        stages=(Stage(0.4, shares, 100, 3e-3), Stage(1.0, shares, 120, 1e-2)),
    )  # fmt: skip


@cache
def words(name: str) -> PreTrainedTokenizerFast:
    """The tokenizer of `small(name)`."""
    recipe = small(name)
    return tokenizer.train(FAMILIES[recipe.family], recipe.vocabulary, recipe.tokenizer_items, recipe.seed)
