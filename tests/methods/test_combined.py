"""Kronecker adapters, MAM, UniPELT, intrinsic dimensions and combinations, against their equations."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from petlab.attachment import Attachment, Technique, attach
from petlab.attachment.fastfood import Kept, fastfood, hadamard
from petlab.errors import UserError
from petlab.methods.combo import Combo
from petlab.methods.few_shot import FewShot
from petlab.methods.intrinsic import Subspace
from petlab.methods.lora import Lora
from petlab.methods.pre_embed import PreEmbed
from petlab.methods.pre_layer import PreLayer
from petlab.methods.prompt import Prompt
from petlab.methods.zero_shot import ZeroShot
from tests.method_catalogue import attached
from tests.small_models import batch, inputs, small_model


def randomised(attachment: Attachment) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in attachment.trainable.values():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return {name: parameter.detach() for name, parameter in attachment.trainable.items()}


@pytest.mark.parametrize("method_id", ["phm", "compacter"])
@torch.no_grad()
def test_matrices_are_sums_of_kronecker_products(method_id: str) -> None:
    model = small_model("bert")
    dense = model.bert.encoder.layer[0].output.dense
    x = torch.randn(2, 5, 24, generator=torch.Generator().manual_seed(3))
    before = dense(x)
    with attached(method_id, model, division=2, layer_norm=False) as attachment:
        trained = randomised(attachment)
        name = "bert.encoder.layer.0.output.dense.adapter"

        def matrix(which: str) -> Tensor:
            if method_id == "phm":
                rule, whole = trained[f"{name}.{which}_rule"], trained[f"{name}.{which}"]
            else:
                rule = trained["kronecker_rule"]
                whole = trained[f"{name}.{which}_left"] @ trained[f"{name}.{which}_right"]
            return torch.stack([torch.kron(a, b) for a, b in zip(rule, whole, strict=True)]).sum(0)

        narrow = functional.linear(before, matrix("down"), trained[f"{name}.down_bias"])
        wide = functional.linear(functional.gelu(narrow, approximate="tanh"), matrix("up"), trained[f"{name}.up_bias"])
        torch.testing.assert_close(dense(x), before + wide, rtol=1e-4, atol=1e-4)


def test_counts_of_kronecker_adapters() -> None:
    model, n, m, d = small_model("bert"), 2, 4, 16
    for values, stored in [
        ({}, n**3 + 4 * (2 * (m + d) + m + d)),
        ({"after_attention": False}, n**3 + 2 * (2 * (m + d) + m + d)),
        ({"rank": 3}, n**3 + 4 * (6 * (m + d) + m + d)),
    ]:
        with attached("compacter", model, division=n, layer_norm=False, **values) as attachment:
            assert attachment.counts().stored == stored
    with attached("phm", model, division=n, layer_norm=False) as attachment:
        assert attachment.counts().stored == 4 * (2 * n**3 + 2 * m * d // n + m + d)
    with pytest.raises(UserError, match="must be multiples of 3"):
        attached("phm", model, division=3)


@torch.no_grad()
def test_mam_is_a_prefix_and_parallel_adapters() -> None:
    model = small_model("bart")
    values = {"hidden": 8, "prefix_length": 3}
    with attached("mam", model) as attachment:
        trained = randomised(attachment)
        together = model(**batch("bart")).logits
    one, two = attached("prefix", model, **values), attached("parallel", model)
    for part in (one, two):
        for name, parameter in part.trainable.items():
            parameter.copy_(trained[name])
    torch.testing.assert_close(model(**batch("bart")).logits, together)
    assert len(one.trainable) + len(two.trainable) == len(trained)
    two.detach()
    one.detach()


@torch.no_grad()
def test_unipelt_with_closed_gates_is_the_base() -> None:
    """A closed gate still leaves a prefix of zero keys and values, so the lengths of attention are compared apart."""
    model = small_model("bert")
    before = model(**batch("bert")).logits
    with attached("unipelt", model) as attachment:
        randomised(attachment)
        for name, parameter in attachment.trainable.items():
            if name in attachment.sites.task_head:
                parameter.copy_(model.get_parameter(name))
            elif name.endswith("_gate"):
                parameter.zero_()
            elif name.endswith("_gate_bias"):
                parameter.fill_(0.0 if "prefix" in name else -100.0)
        half = model(**batch("bert")).logits
        for name, parameter in attachment.trainable.items():
            if name.endswith("_gate_bias"):
                parameter.fill_(-100.0)
        closed = model(**batch("bert")).logits
    assert not torch.equal(half, closed)
    assert torch.isfinite(closed).all()
    assert torch.equal(model(**batch("bert")).logits, before)


@torch.no_grad()
def test_unipelt_gates_are_means_over_tokens_that_are_no_padding() -> None:
    model = small_model("bert")
    gated: list[Tensor] = []
    with attached("unipelt", model) as attachment:
        trained = randomised(attachment)
        dense = model.bert.encoder.layer[0].intermediate.dense
        leaves = model.bert.encoder.layer[0].output.dense
        plain = torch.nn.functional.linear
        hook = dense.register_forward_hook(lambda _, given, __: gated.append(given[0]))
        outputs: list[tuple[Tensor, Tensor]] = []
        other = leaves.register_forward_hook(lambda _, given, output: outputs.append((given[0], output)))
        model(**batch("bert"))
        hook.remove()
        other.remove()
        name = "bert.encoder.layer.0.output.dense.adapter"
        mask = batch("bert")["attention_mask"][:, :, None].float()
        each = torch.sigmoid(plain(gated[0], trained[f"{name}_gate"], trained[f"{name}_gate_bias"]))
        gate = (each * mask).sum(1, keepdim=True) / mask.sum(1, keepdim=True)
        y = plain(outputs[0][0], leaves.weight, leaves.bias)
        narrow = torch.relu(plain(y, trained[f"{name}.down"], trained[f"{name}.down_bias"]))
        expected = y + gate * plain(narrow, trained[f"{name}.up"], trained[f"{name}.up_bias"])
        torch.testing.assert_close(outputs[0][1], expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("power", [1, 5, 6, 7, 13])
def test_the_hadamard_transform_is_that_of_sylvesters_matrix(power: int) -> None:
    # H is symmetric and its own inverse but for its length; its entry (i, j) is -1 to the number of common ones.
    length = 2**power
    x = torch.randn(length, generator=torch.Generator().manual_seed(power))
    torch.testing.assert_close(hadamard(hadamard(x)) / length, x, rtol=1e-4, atol=1e-5)
    row = length - 1 if power < 6 else 5
    signs = torch.tensor([(-1.0) ** (row & column).bit_count() for column in range(length)])
    torch.testing.assert_close(hadamard(x)[row], signs @ x, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("length", [4, 64, 128, 8192])
@pytest.mark.parametrize("given", [1, 3, 70, 5000])
def test_what_is_zero_or_not_asked_for_is_left_out_of_the_transform(length: int, given: int) -> None:
    x = torch.randn(min(given, length), generator=torch.Generator().manual_seed(length + given))
    whole = hadamard(torch.cat([x, torch.zeros(length - len(x))]))
    for size in (1, 2, 100, length):
        torch.testing.assert_close(hadamard(x, length, min(size, length)), whole[:size], rtol=1e-4, atol=1e-3)


def test_fastfood_is_the_product_of_its_matrices() -> None:
    for dimensions, size in ((5, 100), (130, 100), (8, 8)):
        x = torch.randn(dimensions, generator=torch.Generator().manual_seed(size))
        length = 2 ** math.ceil(math.log2(max(dimensions, size)))
        generator = torch.Generator().manual_seed(9)
        signs = torch.randint(0, 2, (length,), generator=generator) * 2.0 - 1
        order = torch.randperm(length, generator=generator)
        gauss = torch.randn(length, generator=generator)
        padded = torch.cat([x, torch.zeros(length - dimensions)])
        expected = hadamard(hadamard(padded * signs)[order] * gauss)[:size]
        expected /= gauss.norm() * math.sqrt(size)
        torch.testing.assert_close(fastfood(x, size, 9), expected, rtol=1e-4, atol=1e-5)


def test_moved_weights_are_kept_only_while_nothing_changes() -> None:
    theta = torch.nn.Parameter(torch.randn(20, generator=torch.Generator().manual_seed(0)))
    subspace = Subspace(theta, None, 3, 50)
    weight = torch.zeros(5, 10)
    with torch.no_grad():
        before = subspace.moved(weight, 0, -1)
        assert subspace.moved(weight, 0, -1) is before
        theta.mul_(2)
        torch.testing.assert_close(subspace.moved(weight, 0, -1), 2 * before)
    assert subspace.moved(weight, 0, -1).requires_grad
    assert not subspace.still.found


def test_fastfood_is_linear_keeps_lengths_and_has_its_adjoint() -> None:
    x = torch.randn(30, generator=torch.Generator().manual_seed(1)).requires_grad_()
    generator = torch.Generator().manual_seed(0)
    for size in (7, 64, 1000):
        y = fastfood(x, size, 5)
        assert torch.equal(y, fastfood(x, size, 5))
        assert not torch.equal(y, fastfood(x, size, 6))
        torch.testing.assert_close(fastfood(2 * x, size, 5), 2 * y)
        direction = torch.randn(size, generator=generator)
        (gradient,) = torch.autograd.grad(y @ direction, x)
        torch.testing.assert_close(gradient @ x, y @ direction, rtol=1e-4, atol=1e-4)
        kept = Kept(10**9)
        assert torch.equal(y, fastfood(x, size, 5, kept))
        assert torch.equal(y, fastfood(x, size, 5, kept))
        assert len(kept.found) == 1
    assert 0.5 < float(fastfood(x.detach(), 4096, 1).norm() / x.detach().norm()) < 2.0


@pytest.mark.parametrize("architecture", ["t5_v1_1", "deberta_v2"])
@torch.no_grad()
def test_intrinsic_moves_every_tensor_of_the_base(architecture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, step, seen = small_model(architecture), Subspace.step, set()

    def watched(self: Subspace, parameter: Tensor, number: int, group: int) -> Tensor:
        seen.add(number)
        return step(self, parameter, number, group)

    monkeypatch.setattr(Subspace, "step", watched)
    with attached("intrinsic", model) as attachment:
        assert attachment.counts() == (60, 60)
        model(**batch(architecture))
        head = {id(p) for p in attachment.sites.task_head.values()}
        assert seen == {number for number, p in enumerate(model.parameters()) if id(p) not in head}


@torch.no_grad()
def test_plain_intrinsic_moves_all_weights_by_one_projection(monkeypatch: pytest.MonkeyPatch) -> None:
    """θ's length is that of all steps together, each weight's share the same; the model is the one moved by them."""
    model, moved, steps = small_model("t5_v1_1"), small_model("t5_v1_1"), {}
    step = Subspace.step

    def watched(self: Subspace, parameter: Tensor, number: int, group: int) -> Tensor:
        steps[number] = step(self, parameter, number, group)
        return steps[number]

    monkeypatch.setattr(Subspace, "step", watched)
    with attached("intrinsic", model, structure="plain", dimension=500) as attachment:
        assert list(attachment.trainable) == ["intrinsic.theta"]
        [theta] = randomised(attachment).values()
        together = model(**batch("t5_v1_1")).logits
    for number, parameter in enumerate(moved.parameters()):
        parameter += steps[number]
    torch.testing.assert_close(together, moved(**batch("t5_v1_1")).logits)
    length = torch.cat([each.flatten() for each in steps.values()]).norm()
    assert length.item() == pytest.approx(theta.norm().item(), rel=0.05)
    large = [each.square().mean() for each in steps.values() if each.numel() >= 256]
    assert max(large) < 1.5 * min(large)


def test_intrinsic_needs_more_dimensions_than_groups() -> None:
    with pytest.raises(UserError, match="needs more than 3"):
        attached("intrinsic", small_model("gpt2"), dimension=3)
    assert attached("intrinsic", small_model("gpt2"), dimension=3, structure="plain").counts().stored == 3
    with pytest.raises(UserError, match="needs more than 0"):
        attached("intrinsic", small_model("gpt2"), dimension=0, structure="plain")


@pytest.mark.parametrize(
    ("prefix", "tokens"),
    [(PreEmbed(prefix_length=2, infix_length=1), 3), (PreLayer(prefix_length=2, infix_length=1), 2 * 3)],
)
@torch.no_grad()
def test_a_combination_is_its_parts(prefix: Technique, tokens: int) -> None:
    """The two that Hu et al. 2021, appendix E, report."""
    model = small_model("gpt2")
    parts = (Lora(rank=2), prefix)
    with attach(Combo(("lora", "prefix"), parts), model, seed=0) as attachment:
        assert attachment.counts().stored == 2 * 2 * 2 * (16 + 16) + tokens * 16
        trained = randomised(attachment)
        together = model(**batch("gpt2")).logits
    first, second = attach(parts[0], model, seed=0), attach(parts[1], model, seed=0)
    for part in (first, second):
        for name, parameter in part.trainable.items():
            parameter.copy_(trained[name])
    torch.testing.assert_close(model(**batch("gpt2")).logits, together)
    second.detach()
    first.detach()


def test_combinations_that_cannot_be() -> None:
    model = small_model("gpt2")
    for parts, message in [
        ((Lora(),), "two parts or more"),
        ((Lora(), Lora(rank=2)), "two of the combined methods train a tensor called"),
        ((Prompt(tokens=2, vocabulary=40), PreEmbed()), "want to change the text of the decoder"),
    ]:
        with pytest.raises(UserError, match=message):
            attach(Combo(tuple("ab"), parts), model, seed=0)
        assert all(parameter.requires_grad for parameter in model.parameters())
    assert Combo(("a", "b"), (Lora(), Prompt())).version == 3


@torch.no_grad()
def test_prompting_leaves_the_base_alone() -> None:
    model = small_model("t5_v1_1")
    before = model.generate(**inputs("t5_v1_1"), max_new_tokens=4)
    for method in (ZeroShot(), FewShot(shots=2)):
        with attach(method, model, seed=0) as attachment:
            assert attachment.counts() == (0, 0)
            assert torch.equal(model.generate(**inputs("t5_v1_1"), max_new_tokens=4), before)
    with pytest.raises(UserError, match="untrained head"):
        attach(ZeroShot(), small_model("bert"), seed=0)


def test_few_shot_prompt() -> None:
    examples = [("two plus two", "four"), ("one plus one", "two"), ("left out", "yes")]
    assert FewShot(shots=2, separator=" | ").prompt(examples, "three plus one") == (
        "two plus two\nfour | one plus one\ntwo | three plus one"
    )
