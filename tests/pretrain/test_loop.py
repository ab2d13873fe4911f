"""Pretraining for a second: it trains, survives a signal, goes on, and writes a folder that loads."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM, AutoTokenizer

from petlab.errors import UserError
from petlab.pretrain import batches, checkpoint, loop, produce, run
from petlab.pretrain.families import FAMILIES
from petlab.pretrain.recipe import Budget
from tests.pretrain.small import NAMES, small, words

AUTO = {"nano_t5": AutoModelForSeq2SeqLM, "nano_roberta": AutoModelForMaskedLM, "nano_gpt2": AutoModelForCausalLM}


@pytest.mark.parametrize("name", NAMES)
def test_produces_a_model_that_loads(name: str, tmp_path: Path) -> None:
    out = produce.produce(small(name), tmp_path / "work", tmp_path / "model", Budget(tokens=4_000))
    made = AutoTokenizer.from_pretrained(out)
    model = AUTO[name].from_pretrained(out, dtype=torch.float32)
    assert model.config.vocab_size == len(made) == 600
    ids = made(["Copy: Maro"], return_tensors="pt")["input_ids"]
    if name == "nano_roberta":
        assert model(input_ids=ids).logits.shape[-1] == 600
    else:
        assert model.generate(ids, max_new_tokens=3, do_sample=False).shape[0] == 1
    trained = FAMILIES[small(name).family].build(small(name))
    checkpoint.restore(tmp_path / "work" / produce.CHECKPOINT, small(name), trained)
    assert all(
        torch.equal(one.to(torch.bfloat16).float(), two)
        for one, two in zip(trained.parameters(), model.parameters(), strict=True)
    )


def test_a_signal_saves_and_the_next_run_goes_on(tmp_path: Path) -> None:
    lines: list[str] = []
    recipe = small("nano_gpt2")
    family = FAMILIES[recipe.family]
    asked = False

    def items_of(stage: int) -> batches.Items:
        nonlocal asked
        if stage == 1 and not asked:
            asked = True
            os.kill(os.getpid(), signal.SIGINT)
        return batches.load_or_make(recipe, family, stage, words("nano_gpt2"), tmp_path, lines.append)

    path, budget = tmp_path / "checkpoint.safetensors", Budget(tokens=6_000)
    with pytest.raises(KeyboardInterrupt):
        loop.train(recipe, family, items_of, path, budget, lines.append)
    stopped = checkpoint.restore(path, recipe, family.build(recipe))
    assert stopped.stage == 1
    resumed, position = loop.train(recipe, family, items_of, path, budget, lines.append)
    assert any(line.startswith("resumed at step") for line in lines)
    assert position.step > stopped.step
    assert position.tokens >= 6_000
    whole, _ = loop.train(recipe, family, items_of, tmp_path / "other.safetensors", budget, lines.append)
    assert all(torch.equal(one, two) for one, two in zip(resumed.parameters(), whole.parameters(), strict=True))


def test_user_mistakes() -> None:
    with pytest.raises(UserError, match="nano_t5"):
        run("nano_t6")
    with pytest.raises(UserError, match="budget"):
        run("nano_t5", minutes=0)
    with pytest.raises(UserError, match="one of them"):
        run("nano_gpt2", minutes=1, tokens=100)
