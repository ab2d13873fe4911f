"""The head of a cell: drawn from its seed, as wide as its labels, what no checkpoint brings, and gone after it."""

from __future__ import annotations

import pytest
import torch

from petlab.anatomy import describe
from petlab.attachment import attach
from petlab.heads import drawn
from petlab.measure.parameters import count
from petlab.methods.lora import Lora
from petlab.models import weights_sha256
from tests.small_models import batch, small_model

# d = 16. BERT's pooler comes with its checkpoint; RoBERTa and DeBERTa have a layer of their own before the last one.
HEADS = {"bert": 16 * 3 + 3, "roberta": 16 * 16 + 16 + 16 * 3 + 3, "deberta_v2": 16 * 16 + 16 + 16 * 3 + 3}


def head_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().clone() for name, tensor in describe(model).task_head.items()}


@pytest.mark.parametrize("name", HEADS)
def test_one_seed_repeats_and_two_differ(name: str) -> None:
    model = small_model(name)
    heads = []
    for seed in (5, 5, 6):
        with drawn(model, 3, seed):
            heads.append(head_of(model))
    assert all(torch.equal(tensor, heads[1][key]) for key, tensor in heads[0].items())
    assert any(not torch.equal(tensor, heads[2][key]) for key, tensor in heads[0].items())


@pytest.mark.parametrize("name", HEADS)
def test_widths_share_the_base_and_leave_it_as_it_was(name: str) -> None:
    model = small_model(name)
    before, logits = weights_sha256(model), model(**batch(name)).logits
    generator = torch.get_rng_state()
    for width in (3, 1):
        with drawn(model, width, 0):
            assert model(input_ids=batch(name)["input_ids"]).logits.shape == (3, width)
            assert model.config.num_labels == width
    assert weights_sha256(model) == before and model.config.num_labels == 2
    assert torch.equal(model(**batch(name)).logits, logits)
    assert torch.equal(torch.get_rng_state(), generator)


@pytest.mark.parametrize(("name", "size"), HEADS.items())
def test_every_method_trains_it_and_none_counts_it_as_its_own(name: str, size: int) -> None:
    model = small_model(name)
    without = sum(parameter.numel() for parameter in model.base_model.parameters())
    with drawn(model, 3, 0), attach(Lora(rank=1, targets=("q",)), model, seed=0) as attachment:
        found = count(model, attachment)
        assert found.head == size and found.trained == found.stored == 2 * (16 + 16)
        assert found.base == without
        assert set(head_of(model)) <= set(attachment.trainable) and set(head_of(model)) <= set(
            attachment.export_state()
        )


def test_it_starts_as_its_architecture_starts_layers() -> None:
    model = small_model("roberta", hidden_size=64, initializer_range=0.02)
    with drawn(model, 3, 0):
        assert model.classifier.dense.weight.std().item() == pytest.approx(0.02, rel=0.05)
        assert not model.classifier.dense.bias.any()


def test_models_that_write_text_have_none() -> None:
    model = small_model("t5_v1_1")
    before = list(model.state_dict())
    with drawn(model, None, 0):
        assert list(model.state_dict()) == before
