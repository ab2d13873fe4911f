"""Pretraining's state on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from petlab.errors import UserError
from petlab.pretrain import checkpoint, loop
from petlab.pretrain.checkpoint import Position
from petlab.pretrain.families import FAMILIES
from petlab.pretrain.recipe import optimisers
from tests.pretrain.small import NAMES, small


@pytest.mark.parametrize("name", NAMES)
def test_a_restored_state_takes_the_same_steps(name: str, tmp_path: Path) -> None:
    recipe = small(name)
    family = FAMILIES[recipe.family]
    model = family.build(recipe)
    used = optimisers(model, recipe)
    loop.step(model, family, used, family.copying(recipe, 0), 1.0)
    path = tmp_path / "checkpoint.safetensors"
    checkpoint.save(path, recipe, model, used, Position(step=1, tokens=7))
    other = family.build(replace(recipe, seed=1))
    again = optimisers(other, recipe)
    assert checkpoint.restore(path, recipe, other, again) == Position(step=1, tokens=7)
    losses = [
        [loop.step(each, family, opts, family.copying(recipe, at), 1.0) for at in (1, 2)]
        for each, opts in ((model, used), (other, again))
    ]
    assert losses[0] == losses[1]
    assert all(torch.equal(one, two) for one, two in zip(model.parameters(), other.parameters(), strict=True))


def test_no_pickle_and_nothing_half_written(tmp_path: Path) -> None:
    recipe = small("nano_gpt2")
    model = FAMILIES["causal"].build(recipe)
    path = tmp_path / "work" / "checkpoint.safetensors"
    checkpoint.save(path, recipe, model, [], Position())
    with safe_open(path, "pt") as stored:
        assert "model/transformer.wte.weight" in stored.keys()  # noqa: SIM118
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_another_recipe_or_a_broken_file_is_refused(tmp_path: Path) -> None:
    recipe = small("nano_gpt2")
    model = FAMILIES["causal"].build(recipe)
    path = tmp_path / "checkpoint.safetensors"
    checkpoint.save(path, recipe, model, [], Position())
    with pytest.raises(UserError, match="another recipe"):
        checkpoint.restore(path, replace(recipe, seed=4), model)
    path.write_bytes(path.read_bytes()[:1_000])
    with pytest.raises(UserError, match="cannot be read"):
        checkpoint.restore(path, recipe, model)
