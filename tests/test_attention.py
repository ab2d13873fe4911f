"""Attention written out on a CPU, where that is quicker, computes what the fused kernel computes."""

from __future__ import annotations

import pytest
import torch

from petlab.models import ModelSpec, load_base
from petlab.models.attention import BIASED, attend, quickest

T5 = ModelSpec("nano_t5", "seq2seq", "petlab:nano_t5")
GPT2 = ModelSpec("nano_gpt2", "causal", "petlab:nano_gpt2")


def test_written_out_on_a_cpu_for_a_position_bias_and_for_bf16() -> None:
    t5, gpt2 = load_base(T5).model, load_base(GPT2).model
    assert quickest(t5, "cpu", "fp32") == quickest(t5, "cpu", "bf16") == BIASED
    assert quickest(gpt2, "cpu", "bf16") == "eager"
    assert quickest(gpt2, "cpu", "fp32") == quickest(t5, "cuda:0", "bf16") == "sdpa"


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("padded", [True, False])
def test_t5s_attention_is_the_same_to_the_last_bit_as_its_own_file_writes_it(precision: str, padded: bool) -> None:
    model = load_base(T5).model
    ids = torch.randint(5, 1000, (3, 17), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    mask[0, 9:] = not padded
    found = []
    for how in ("eager", BIASED):
        attend(model, how)  # type: ignore[arg-type]
        model.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            loss = model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, -100)).loss
        loss.backward()
        found.append([loss.detach(), *(tensor.grad.clone() for tensor in model.parameters())])
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


@pytest.mark.parametrize("spec", [T5, GPT2], ids=lambda spec: spec.name)
def test_both_ways_give_the_same_gradients(spec: ModelSpec) -> None:
    model = load_base(spec).model
    ids = torch.randint(5, 1000, (3, 17), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    mask[0, 9:] = 0
    found = {}
    for how in ("sdpa", BIASED if spec is T5 else "eager", "sdpa"):
        attend(model, how)  # type: ignore[arg-type]
        assert model.config._attn_implementation == how
        model.zero_grad()
        model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, -100)).loss.backward()
        found[how] = model.get_input_embeddings().weight.grad.clone()
    one, other = found.values()
    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_an_architecture_without_the_choice_stays_as_it_is() -> None:
    from transformers import BloomConfig, BloomForCausalLM

    model = BloomForCausalLM(BloomConfig(vocab_size=32, hidden_size=16, n_layer=1, n_head=2))
    before = model.config._attn_implementation
    for how in ("sdpa", "eager"):
        attend(model, how)  # type: ignore[arg-type]
        assert model.config._attn_implementation == before
