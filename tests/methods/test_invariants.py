"""What holds for every method on every small architecture (issue: proof; peft's list of invariants)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from petlab.attachment import Attachment
from petlab.errors import UserError
from tests.method_catalogue import CANNOT_MERGE, CHANGES_AT_ATTACH, DRAWS, NEARLY_THE_BASE, attached, pairs
from tests.small_models import FAMILIES, batch, inputs, small_model

pytestmark = pytest.mark.parametrize(
    ("method_id", "architecture"),
    [pytest.param(*pair, id="-".join(pair)) for pair in pairs()],
)


@functools.cache
def shared_model(architecture: str) -> tuple[Any, dict[str, Tensor]]:
    """One model for all tests of an architecture, as the cells of one process share theirs."""
    model = small_model(architecture)
    return model, base_values(model)


@functools.cache
def plain_texts(architecture: str, beams: int) -> Tensor:
    """What the base alone writes."""
    found: Tensor = shared_model(architecture)[0].generate(**inputs(architecture), **generation(beams))
    return found


def generation(beams: int) -> dict[str, Any]:
    return {"max_new_tokens": 6, "num_beams": beams, "do_sample": False}


@pytest.fixture
def model(architecture: str) -> Iterator[Any]:
    """The shared base; whatever a test did, detaching must have brought it back."""
    found, values = shared_model(architecture)
    try:
        yield found.eval()
        assert_same_base(found, values)
        assert all(parameter.requires_grad for parameter in found.parameters())
        assert not any("forward" in vars(module) for module in found.modules())
    except BaseException:
        shared_model.cache_clear()  # a broken base must not fail the tests after this one
        raise


def base_values(model: Any) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}


def assert_same_base(model: Any, before: dict[str, Tensor]) -> None:
    after = model.state_dict()
    assert list(after) == list(before)
    for name, tensor in before.items():
        assert torch.equal(after[name], tensor), name


def logits(model: Any, architecture: str) -> Tensor:
    with torch.no_grad():
        found: Tensor = model(**batch(architecture)).logits
    return found


def shake(attachment: Attachment, seed: int = 5) -> None:
    """Move every trained tensor away from its start, so that zero-initialised methods do something."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in attachment.trainable.values():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator)


def gradients(model: Any, attachment: Attachment, architecture: str) -> dict[str, Tensor | None]:
    for parameter in attachment.trainable.values():
        parameter.grad = None
    model(**batch(architecture)).loss.backward()
    return {name: parameter.grad for name, parameter in attachment.trainable.items()}


def test_output_at_attach(model: Any, method_id: str, architecture: str) -> None:
    before = logits(model, architecture)
    with attached(method_id, model):
        after = logits(model, architecture)
    assert torch.equal(after, before) == (method_id not in CHANGES_AT_ATTACH)
    assert (after - before).abs().max() <= NEARLY_THE_BASE.get(method_id, torch.inf)


def test_detach_restores_the_base(model: Any, method_id: str, architecture: str) -> None:
    before = logits(model, architecture)
    attachment = attached(method_id, model)
    shake(attachment)
    assert not torch.equal(logits(model, architecture), before)
    attachment.detach()
    attachment.detach()
    assert torch.equal(logits(model, architecture), before)


def test_only_declared_tensors_learn(model: Any, method_id: str, architecture: str) -> None:
    model.train()
    start = base_values(model)
    with attached(method_id, model) as attachment:
        # At the start the partner of a zero tensor has a zero gradient (LoRA's A), so gradients are looked at off it.
        shake(attachment)
        for name, gradient in gradients(model, attachment, architecture).items():
            assert gradient is not None, name
            assert gradient.abs().sum() > 0, name
            assert attachment.trainable[name].dtype == torch.float32
        optimiser = torch.optim.AdamW(attachment.trainable.values(), lr=1e-2, weight_decay=0.1)
        for _ in range(2):
            gradients(model, attachment, architecture)
            optimiser.step()
        trained = {id(parameter) for parameter in attachment.trainable.values()}
        for name, parameter in model.named_parameters():
            if id(parameter) not in trained:
                assert parameter.grad is None, name
                assert torch.equal(parameter, start[name]), name


def test_saved_tensors_give_equal_outputs(model: Any, method_id: str, architecture: str, tmp_path: Path) -> None:
    with attached(method_id, model, seed=1) as attachment:
        shake(attachment)
        expected = logits(model, architecture)
        attachment.save(tmp_path / "trained.safetensors")
    with attached(method_id, model, seed=2) as again:
        again.load(tmp_path / "trained.safetensors")
        assert torch.equal(logits(model, architecture), expected)
        head = sum(parameter.numel() for parameter in again.sites.task_head.values())
        kept = [tensor for tensor in again.export_state().values() if tensor.is_floating_point()]
        assert again.counts().stored + head == sum(tensor.numel() for tensor in kept)


def test_training_state_returns(model: Any, method_id: str, architecture: str) -> None:
    with attached(method_id, model) as attachment:
        shake(attachment, seed=3)
        state, expected = attachment.training_state(), logits(model, architecture)
        shake(attachment, seed=4)
        assert not torch.equal(logits(model, architecture), expected)
        attachment.load_training_state(state)
        assert torch.equal(logits(model, architecture), expected)


@pytest.mark.parametrize("beams", [1, 3])
def test_generation_with_and_without_cache_agree(model: Any, method_id: str, architecture: str, beams: int) -> None:
    if FAMILIES[architecture] == "encoder":
        return
    given, settings = inputs(architecture), generation(beams)
    plain = plain_texts(architecture, beams)
    with attached(method_id, model) as attachment:
        shake(attachment)
        cached = model.generate(**given, **settings, use_cache=True)
        assert torch.equal(cached, model.generate(**given, **settings, use_cache=False))
        if beams == 1:
            assert torch.equal(cached[1:, -6], first_token(model, architecture)[1:])
            if FAMILIES[architecture] == "causal":  # the first row has padding on its left
                alone = model.generate(given["input_ids"][:1, 2:], **settings)
                assert torch.equal(cached[:1, 2:], alone)
    assert torch.equal(model.generate(**given, **settings), plain)


def first_token(model: Any, architecture: str) -> Tensor:
    """The token that a plain forward finds best, (rows,)."""
    given = inputs(architecture)
    if FAMILIES[architecture] == "seq2seq":
        given["decoder_input_ids"] = torch.zeros((len(given["input_ids"]), 1), dtype=torch.long)
    with torch.no_grad():
        return torch.argmax(model(**given).logits[:, -1], dim=-1)


def test_padding_does_not_leak(model: Any, method_id: str, architecture: str) -> None:
    padded = {key: value[:1] for key, value in batch(architecture).items()}
    cut = {
        key: value if FAMILIES[architecture] != "causal" and key == "labels" else value[:, :5]
        for key, value in padded.items()
    }
    with attached(method_id, model) as attachment, torch.no_grad():
        shake(attachment)
        found, expected = model(**padded).logits, model(**cut).logits
        if FAMILIES[architecture] == "causal":
            found = found[:, :5]
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_checkpointing_gives_equal_gradients(model: Any, method_id: str, architecture: str) -> None:
    model.train()
    with attached(method_id, model) as attachment:
        shake(attachment)
        plain = gradients(model, attachment, architecture)
        model.activation_checkpointing_enable()
        try:
            found = gradients(model, attachment, architecture)
        finally:
            model.activation_checkpointing_disable()
        for name, expected in plain.items():
            gradient = found[name]
            assert gradient is not None and expected is not None, name
            torch.testing.assert_close(gradient, expected, rtol=1e-4, atol=1e-5)


def test_merge_equals_unmerged(model: Any, method_id: str, architecture: str) -> None:
    with attached(method_id, model) as attachment:
        shake(attachment)
        beside, values = logits(model, architecture), base_values(model)
        if method_id in CANNOT_MERGE:
            with pytest.raises(UserError, match="cannot be merged"):
                attachment.merge()
            return
        with attachment.merged():
            torch.testing.assert_close(logits(model, architecture), beside, rtol=1e-5, atol=1e-5)
        assert_same_base(model, values)
        assert torch.equal(logits(model, architecture), beside)


def test_bf16_autocast_runs(model: Any, method_id: str, architecture: str) -> None:
    model.train()
    with attached(method_id, model) as attachment:
        with torch.autocast("cpu", torch.bfloat16):
            loss = model(**batch(architecture)).loss
        loss.backward()
        assert torch.isfinite(loss)
        assert all(parameter.dtype == torch.float32 for parameter in attachment.trainable.values())


def test_seeds(model: Any, method_id: str, architecture: str) -> None:
    del architecture

    def starts(seed: int) -> list[Tensor]:
        with attached(method_id, model, seed=seed) as attachment:
            return list(attachment.training_state().values())

    global_state = torch.get_rng_state()
    first, again, other = starts(0), starts(0), starts(1)
    assert torch.equal(torch.get_rng_state(), global_state)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert (method_id in DRAWS) == any(not torch.equal(a, b) for a, b in zip(first, other, strict=True))
