"""Size, schedule, stages and start values of the embedded bases."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from petlab.pretrain.families import FAMILIES
from petlab.pretrain.recipe import RECIPES, Budget, optimisers, rate, stage_at

T5 = RECIPES["nano_t5"]


def test_the_recipe_of_the_shipped_nano_t5_stays() -> None:
    assert {key: value for key, value in asdict(T5).items() if key not in ("stages", "family")} == {
        "budget": {"minutes": None, "tokens": 22e6}, "width": 160, "layers": 4, "heads": 6, "inner": 448, "seed": 2023,
        "vocabulary": 4096, "tokenizer_items": 60_000, "copy_steps": 300, "batch_tokens": 5_000, "max_source": 160,
        "max_target": 96, "matrix_rate": 0.005, "weight_decay": 0.05, "warmup_steps": 100, "decay_from": 0.6,
        "clip": 1.0,
    }  # fmt: skip
    assert [(stage.until, stage.items, stage.vector_rate) for stage in T5.stages] == [
        (0.38, 420_000, 3e-3),
        (1.0, 420_000, 1e-2),
    ]


@pytest.mark.parametrize("name", list(RECIPES))
def test_size_and_tied_embeddings(name: str) -> None:
    model = FAMILIES[RECIPES[name].family].build(RECIPES[name])
    assert 2_000_000 <= sum(tensor.numel() for tensor in model.parameters()) <= 4_000_000
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


@pytest.mark.parametrize("name", list(RECIPES))
def test_every_parameter_has_one_optimiser(name: str) -> None:
    model = FAMILIES[RECIPES[name].family].build(RECIPES[name])
    matrices, others = optimisers(model, RECIPES[name])
    held = [id(tensor) for each in (matrices, others) for group in each.param_groups for tensor in group["params"]]
    assert sorted(held) == sorted(id(tensor) for tensor in model.parameters())
    assert id(model.get_input_embeddings().weight) in {id(t) for g in others.param_groups for t in g["params"]}


def test_heads_begin_by_looking_at_neighbours() -> None:
    bias = FAMILIES["seq2seq"].build(T5).encoder.block[0].layer[0].SelfAttention
    values = bias.compute_bias(9, 9)[0]
    assert int(values[0, 5].argmax()) == 4
    assert int(values[1, 5].argmax()) == 6


def test_rate_warms_up_and_falls_to_zero() -> None:
    assert rate(T5, 0, 0.0) == pytest.approx(1 / T5.warmup_steps)
    assert rate(T5, 10_000, T5.decay_from) == 1.0
    assert rate(T5, 10_000, 1.0) == 0.0


def test_stages_follow_each_other() -> None:
    assert stage_at(T5, 0.0) == 0
    assert stage_at(T5, 0.999) == len(T5.stages) - 1
    assert stage_at(T5, 1.5) == len(T5.stages) - 1


def test_a_budget_is_minutes_or_tokens() -> None:
    assert Budget(minutes=2).used(60, 10**9) == 0.5
    assert Budget(tokens=1e6).used(10**9, 250_000) == 0.25
