"""GELU in one kernel computes what transformers writes out, and can be given back."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from transformers.activations import NewGELUActivation

from petlab.models import ModelSpec, load_base
from petlab.models.activation import fuse, write_out

T5 = ModelSpec("nano_t5", "seq2seq", "petlab:nano_t5")
GPT2 = ModelSpec("nano_gpt2", "causal", "petlab:nano_gpt2")
ROBERTA = ModelSpec("nano_roberta", "encoder", "petlab:nano_roberta")


def kinds(model: nn.Module) -> set[type]:
    return {type(module) for module in model.modules() if "GELU" in type(module).__name__}


@pytest.mark.parametrize("spec", [T5, GPT2], ids=lambda spec: spec.name)
def test_both_ways_give_the_same_loss_and_gradients(spec: ModelSpec) -> None:
    model = load_base(spec).model
    ids = torch.randint(5, 1000, (3, 17), generator=torch.Generator().manual_seed(0))
    found = []
    for change, kind in ((fuse, nn.GELU), (write_out, NewGELUActivation)):
        change(model)
        assert kinds(model) == {kind}
        model.zero_grad()
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        found.append((loss.detach(), model.get_input_embeddings().weight.grad.clone()))
    torch.testing.assert_close(found[0], found[1], rtol=1e-4, atol=1e-6)


def test_exact_gelu_stays_as_it_is() -> None:
    model = load_base(ROBERTA, labels=2).model
    before = [type(module) for module in model.modules()]
    for change in (fuse, write_out):
        change(model)
        assert [type(module) for module in model.modules()] == before
