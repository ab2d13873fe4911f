"""Models without weights have the shapes of those with weights."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from petlab.config import cell
from petlab.measure.skeleton import skeleton
from petlab.models import load_base


@pytest.mark.parametrize("words", [["model=nano_t5"], ["model=nano_t5", "model.random_weights=true"]])
def test_an_embedded_base_without_its_weights(words: list[str]) -> None:
    spec = cell(words).model
    made, loaded = skeleton(spec), load_base(spec).model
    assert {name: p.shape for name, p in made.named_parameters()} == {
        name: p.shape for name, p in loaded.named_parameters()
    }
    assert all(parameter.device.type == "meta" for parameter in made.parameters())


def test_a_folder_says_the_sizes(tiny_base: Path) -> None:
    spec = cell([f"model.path={tiny_base}"]).model
    assert skeleton(spec).config.d_model == 16
    large = dataclasses.replace(cell(["model=flan_t5_small"]).model, path=str(tiny_base))
    assert skeleton(large).config.d_model == 16, "the folder, not the YAML, is what would be loaded"


def test_an_encoder_has_a_head_of_the_asked_width() -> None:
    spec = cell(["model=roberta_base"]).model
    assert skeleton(spec).num_labels == 2
    assert skeleton(spec, 3).classifier.out_proj.weight.shape == (3, 768)
