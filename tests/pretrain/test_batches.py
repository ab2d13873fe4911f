"""Span corruption, length batches, kept items."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from petlab.data.embedded.corpus import corrupt
from petlab.pretrain import batches
from petlab.pretrain.families import FAMILIES
from petlab.pretrain.family import Family
from petlab.pretrain.recipe import Recipe
from tests.pretrain.small import NAMES, small, words

Made = tuple[Recipe, Family, batches.Items]


@pytest.fixture(scope="module", params=NAMES)
def made(request: pytest.FixtureRequest) -> Made:
    """A small tokenised mixture of each family."""
    recipe = small(request.param)
    family = FAMILIES[recipe.family]
    return recipe, family, batches.make(recipe, family, 0, words(request.param), lambda _: None)


@pytest.mark.parametrize("length", [4, 9, 40, 150])
def test_corruption_loses_nothing(length: int) -> None:
    sentinels = list(range(1_000, 1_032))
    tokens = list(range(length))
    source, target = corrupt(tokens, sentinels, Random(length))
    spans: dict[int, list[int]] = {}
    for token in target:
        if token >= 1_000:
            spans[token] = []
        else:
            spans[max(spans)].append(token)
    filled = [each for token in source for each in (spans[token] if token >= 1_000 else [token])]
    assert filled == tokens
    assert list(spans) == sentinels[: len(spans)]


def test_every_item_is_in_one_batch_within_the_budget(made: Made) -> None:
    recipe, family, items = made
    lengths = family.lengths(items)
    plan = batches.plan(lengths, recipe, 0)
    assert sorted(np.concatenate(plan).tolist()) == list(range(len(items)))
    for chosen in plan:
        batch = batches.collate(family, items, chosen)
        parts = 2 if recipe.family == "seq2seq" else 1
        padded = batch["input_ids"].numel() + (batch["labels"].numel() if parts == 2 else 0)
        assert padded == len(chosen) * int(lengths[chosen].max(axis=0).sum())
        assert padded <= recipe.batch_tokens or len(chosen) == 1
        assert family.seen(batch) == int(lengths[chosen].sum())
    assert [each.tolist() for each in plan] == [each.tolist() for each in batches.plan(lengths, recipe, 0)]
    assert [each.tolist() for each in plan] != [each.tolist() for each in batches.plan(lengths, recipe, 1)]


def test_items_are_kept(tmp_path: Path) -> None:
    recipe = small("nano_t5")
    family = FAMILIES[recipe.family]
    made = batches.load_or_make(recipe, family, 0, words("nano_t5"), tmp_path, lambda _: None)
    kept = batches.load_or_make(recipe, family, 0, words("nano_t5"), tmp_path, lambda _: None)
    assert len(list(tmp_path.iterdir())) == 1
    assert np.array_equal(made.sources, kept.sources)
    assert np.array_equal(made.targets, kept.targets)
