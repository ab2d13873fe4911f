"""GELU in one kernel and T5's norm with its own backward pass: what transformers writes out, and back again."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from transformers.activations import NewGELUActivation
from transformers.models.t5.modeling_t5 import T5LayerNorm

from petlab.models import ModelSpec, load_base
from petlab.models.layers import fuse, write_out
from petlab.models.norm import Norm, rms_norm
from tests.taught import taught, tokens

T5 = ModelSpec("nano_t5", "seq2seq", "petlab:nano_t5")
GPT2 = ModelSpec("nano_gpt2", "causal", "petlab:nano_gpt2")
ROBERTA = ModelSpec("nano_roberta", "encoder", "petlab:nano_roberta")
OWN, WRITTEN_OUT = {nn.GELU, Norm}, {NewGELUActivation, T5LayerNorm}


BOTH_WAYS = [(T5, OWN, WRITTEN_OUT), (GPT2, {nn.GELU}, {NewGELUActivation})]


def kinds(model: nn.Module) -> set[type]:
    return {type(module) for module in model.modules()} & (OWN | WRITTEN_OUT)


@pytest.mark.parametrize(("spec", "own", "written_out"), BOTH_WAYS, ids=["t5", "gpt2"])
def test_both_ways_give_the_same_loss_and_gradients(spec: ModelSpec, own: set[type], written_out: set[type]) -> None:
    model = load_base(spec).model
    names = [name for name, _ in model.named_parameters()]
    ids = tokens()
    found = []
    for change, there in ((fuse, own), (write_out, written_out)):
        change(model)
        assert kinds(model) == there
        assert [name for name, _ in model.named_parameters()] == names
        found.append(taught(model, ids, ids))
    torch.testing.assert_close(found[0], found[1], rtol=1e-4, atol=1e-6)


def test_exact_gelu_stays_as_it_is() -> None:
    model = load_base(ROBERTA, labels=2).model
    before = [type(module) for module in model.modules() if not isinstance(module, nn.Linear)]
    for change in (fuse, write_out):
        change(model)
        assert [type(module) for module in model.modules() if not isinstance(module, nn.Linear)] == before


def test_the_norms_gradients_are_those_of_its_equation() -> None:
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 5, dtype=torch.float64, generator=draw, requires_grad=True)
    weight = torch.randn(5, dtype=torch.float64, generator=draw, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, weight: rms_norm(x, weight, 1e-6), (x, weight))


@pytest.mark.parametrize("given", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("kept", [torch.float32, torch.bfloat16])
def test_the_norm_gives_the_type_that_transformers_gives(given: torch.dtype, kept: torch.dtype) -> None:
    theirs, ours = (kind(8).to(kept) for kind in (T5LayerNorm, Norm))
    x = torch.randn(4, 8, generator=torch.Generator().manual_seed(0)).to(given)
    torch.testing.assert_close(ours(x), theirs(x))
