"""Prefixes: the equation, every layer's share, what a task keeps, and agreement with a cache filled beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import DynamicCache

from petlab.anatomy import describe
from petlab.attachment import Attachment, attach
from petlab.attachment.prefix_attention import put_before
from petlab.errors import UserError
from petlab.models.attention import attend
from tests.method_catalogue import attached, small_method
from tests.small_models import ARCHITECTURES, FAMILIES, batch, small_model

DECODERS = [name for name, family in FAMILIES.items() if family == "causal" and name != "bloom"]


@torch.no_grad()
def logits(model: Any, given: dict[str, Tensor]) -> Tensor:
    found: Tensor = model(**given).logits
    return found


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_prefix_of_no_tokens_changes_nothing(architecture: str) -> None:
    """The attention computed here is the architecture's own."""
    model = small_model(architecture)
    before = logits(model, batch(architecture))
    attachment = Attachment(model, describe(model))
    for site in attachment.sites.attentions:
        empty = torch.zeros(0, site.key.shape[0])
        put_before(attachment, site, lambda empty=empty: (empty, empty))  # type: ignore[misc]
    with attachment.install():
        torch.testing.assert_close(logits(model, batch(architecture)), before, rtol=1e-5, atol=1e-6)
    assert torch.equal(logits(model, batch(architecture)), before)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_selected_attention_sees_its_prefix(architecture: str) -> None:
    model = small_model(architecture)
    with attached("prefix", model, hidden=None) as attachment:
        start = logits(model, batch(architecture))
        model(**batch(architecture)).loss.backward()
        for name, parameter in attachment.trainable.items():
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name
            if name in attachment.sites.task_head:
                continue
            with torch.no_grad():
                parameter += 1.0
                assert not torch.equal(logits(model, batch(architecture)), start), name
                parameter -= 1.0
        sites = len(attachment.sites.attentions)
        assert len(attachment.trainable) - len(attachment.sites.task_head) == 2 * sites


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_written_out_attention_sees_the_same_prefix(architecture: str) -> None:
    found, ways = [], []
    for how in ("sdpa", "eager"):
        model = small_model(architecture)
        attend(model, how)  # type: ignore[arg-type]
        ways.append(model.config._attn_implementation)
        with attached("prefix", model, hidden=None, init_std=1.0):
            attend(model, "sdpa")  # who asks for the base again takes nothing from the method
            found.append(logits(model, batch(architecture)))
        assert model.config._attn_implementation == ways[-1]
    torch.testing.assert_close(*found, rtol=1e-4, atol=1e-5)
    assert ways == (["sdpa", "eager"] if model._supports_sdpa else [ways[0]] * 2)


@pytest.mark.parametrize("architecture", DECODERS)
@pytest.mark.parametrize("left", [False, True])
def test_shifted_prefix_is_a_filled_cache(architecture: str, left: bool) -> None:
    model = small_model(architecture)
    given = batch(architecture)
    del given["labels"]
    if left:
        given = {key: value.flip(1) for key, value in given.items()}
    with attached("prefix", model, hidden=None, init_std=1.0, shift_positions=True) as attachment:
        found = logits(model, given)
        kept = attachment.export_state()
        attentions = attachment.sites.attentions
    heads = getattr(model.config, "num_key_value_heads", None) or 4
    pairs = []
    for site in attentions:
        keys, values = (kept[f"{site.path}.prefix_{kind}"] for kind in ("keys", "values"))
        pairs.append(
            tuple(t.view(3, heads, -1).transpose(0, 1).expand(3, -1, -1, -1).contiguous() for t in (keys, values))
        )
    mask = torch.cat([torch.ones(3, 3, dtype=torch.long), given["attention_mask"]], 1)
    expected = logits(
        model, {"input_ids": given["input_ids"], "attention_mask": mask, "past_key_values": DynamicCache(pairs)}
    )
    seen = given["attention_mask"].bool()
    torch.testing.assert_close(found[seen], expected[seen], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("architecture", ["gpt2", "gpt_neo", "opt"])
def test_a_prefix_started_from_words_is_those_words(architecture: str) -> None:
    model = small_model(architecture)
    text = batch(architecture)["input_ids"][1:]
    words = torch.tensor([[11, 12, 13]]).expand(2, -1)
    expected = logits(model, {"input_ids": torch.cat([words, text], 1)})[:, 3:]
    method = small_method("prefix", hidden=None, init="text", init_text="11 12 13", shift_positions=True)
    with attach(method, model, seed=0, tokenize=lambda text: [int(word) for word in text.split()]):
        torch.testing.assert_close(logits(model, {"input_ids": text}), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("architecture", ["bart", "t5_v1_1", "bert", "deberta_v2", "bloom"])
def test_a_prefix_starts_from_words_everywhere(architecture: str) -> None:
    model = small_model(architecture)
    method = small_method("prefix", hidden=None, init="text", init_text="11 12")
    with attach(method, model, seed=0, tokenize=lambda text: [int(word) for word in text.split()]) as attachment:
        for site in attachment.sites.attentions:
            assert attachment.trainable[f"{site.path}.prefix_keys"].shape == (3, site.key.shape[0])
            assert attachment.trainable[f"{site.path}.prefix_values"].abs().sum() > 0


def test_the_network_is_folded_away(tmp_path: Path) -> None:
    model = small_model("t5_v1_1")
    attentions = len(describe(model).attentions)
    with attached("prefix", model, hidden=8) as attachment:
        kept = attachment.export_state()
        assert set(kept) == {
            f"{site.path}.prefix_{kind}" for site in attachment.sites.attentions for kind in ("keys", "values")
        }
        counts = attachment.counts()
        assert counts.stored == attentions * 2 * 3 * 16
        networks = [(2, 1), (2, 1), (2, 1)]
        assert counts.trained == sum(
            3 * 16 + 16 * 8 + 8 + (8 + 1) * layers * 2 * 16 * kinds for layers, kinds in networks
        )
        expected = logits(model, batch("t5_v1_1"))
        attachment.save(tmp_path / "prefix.safetensors")
    with attached("prefix", model, hidden=None, init="file", init_file=str(tmp_path / "prefix.safetensors")):
        assert torch.equal(logits(model, batch("t5_v1_1")), expected)


def test_a_narrowed_prefix() -> None:
    model = small_model("bart")
    with attached("prefix", model, hidden=None, stacks=["decoder"], attention=["cross"], layers="late") as attachment:
        assert {name.rpartition(".")[0] for name in attachment.trainable} == {"model.decoder.layers.1.encoder_attn"}


def test_two_prefixes_stand_one_after_the_other() -> None:
    for architecture in ("gpt2", "bloom"):
        model = small_model(architecture)
        before = logits(model, batch(architecture))
        first = attached("prefix", model, hidden=None, init_std=1.0)
        alone = logits(model, batch(architecture))
        second = attached("prefix", model, hidden=None, init_std=1.0, seed=1)
        both = logits(model, batch(architecture))
        assert not torch.equal(both, alone)
        first.detach()
        second.detach()
        assert torch.equal(logits(model, batch(architecture)), before)


@pytest.mark.parametrize(
    ("architecture", "values", "message"),
    [
        ("t5_v1_1", {"shift_positions": True}, "its positions are relative"),
        ("bart", {"shift_positions": True}, "takes no positions from outside"),
        ("gpt2", {"prefix_length": 0}, "1 long or more"),
        ("gpt2", {"init": "words"}, "not one of: file, random, text"),
        ("gpt2", {"init": "file"}, "needs method.hidden=null"),
        ("gpt2", {"init": "file", "hidden": None}, "a file of kept prefixes is needed"),
        ("gpt2", {"attention": ["cross"]}, "'cross' is not one of: self"),
    ],
)
def test_settings_that_do_not_fit(architecture: str, values: dict[str, Any], message: str) -> None:
    model = small_model(architecture)
    with pytest.raises(UserError, match=message):
        attached("prefix", model, **values)
    assert not any("forward" in vars(module) for module in model.modules())
