"""Products by oneDNN are those of torch: in a layer, in whole models, and in what a step teaches."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.pytorch_utils import Conv1D

from petlab.models import ModelSpec, layers, load_base, products
from petlab.models.layers import fuse, write_out
from petlab.models.products import OneDnnConv1D, OneDnnLinear, linear
from tests.taught import taught, tokens

pytestmark = pytest.mark.skipif(
    not torch.backends.mkldnn.is_available() or torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"),
    reason="this build of torch has no oneDNN, or the processor no AVX2",
)
BASES = {
    "t5": ModelSpec("nano_t5", "seq2seq", "petlab:nano_t5"),
    "gpt2": ModelSpec("nano_gpt2", "causal", "petlab:nano_gpt2"),
    "roberta": ModelSpec("nano_roberta", "encoder", "petlab:nano_roberta"),
}
OURS = {OneDnnLinear, OneDnnConv1D}


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The shapes that went to oneDNN."""
    shapes: list[tuple[int, ...]] = []
    original = products._onednn

    def noting(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        shapes.append(tuple(x.shape))
        return original(x, weight, bias)

    monkeypatch.setattr(products, "_onednn", noting)
    return shapes


@pytest.mark.parametrize("trained", ["x", "weight", "bias", "all"])
@pytest.mark.parametrize("with_bias", [True, False])
def test_a_product_and_its_gradients(taken: list[tuple[int, ...]], trained: str, with_bias: bool) -> None:
    if trained == "bias" and not with_bias:
        pytest.skip("no bias to train")
    given = {"x": drawn(4, 10, 24), "weight": drawn(16, 24, seed=1), "bias": drawn(16, seed=2)}
    if not with_bias:
        del given["bias"]
    found = []
    for compute in (linear, functional.linear):
        own = {name: tensor.clone().requires_grad_(trained in (name, "all")) for name, tensor in given.items()}
        y = compute(*own.values())
        y.backward(drawn(4, 10, 16, seed=3))
        found.append((y.detach(), {name: tensor.grad for name, tensor in own.items() if tensor.requires_grad}))
    torch.testing.assert_close(found[0], found[1], rtol=1e-5, atol=1e-5)
    assert taken[0] == (4, 10, 24)


def test_short_answers_and_other_types_are_left_to_torch(taken: list[tuple[int, ...]]) -> None:
    weight = drawn(16, 24)
    linear(drawn(80, 1, 24), weight)  # a step of an answer
    linear(drawn(8, 24), weight)
    linear(drawn(80, 24).bfloat16(), weight.bfloat16())
    with torch.autocast("cpu", torch.bfloat16):
        assert linear(drawn(80, 24), weight).dtype == torch.bfloat16
    assert not taken


@pytest.mark.parametrize("base", BASES)
def test_both_ways_give_the_same_loss_and_gradients(
    base: str, taken: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "onednn_is_quicker", lambda: True)
    model = load_base(BASES[base], labels=2 if base == "roberta" else None).model
    names = [name for name, _ in model.named_parameters()]
    kept = {name: id(weight) for name, weight in model.named_parameters()}
    ids = tokens()
    labels = torch.tensor([0, 1, 1]) if base == "roberta" else ids
    found = []
    for change, ours in ((fuse, True), (write_out, False)):
        change(model)
        there = {type(module) for module in model.modules()}
        assert bool(there & OURS) == ours
        assert bool(there & {nn.Linear, Conv1D}) != ours
        assert [name for name, _ in model.named_parameters()] == names
        assert {name: id(weight) for name, weight in model.named_parameters()} == kept
        found.append(taught(model, ids, labels))
    torch.testing.assert_close(found[0], found[1], rtol=1e-4, atol=2e-6)
    assert taken
