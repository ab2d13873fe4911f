"""The weights that petlab brings along: they load offline, tokenise anything, copy a name, and are quick."""

from __future__ import annotations

import time
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM, AutoTokenizer

from petlab.data.embedded import acceptability
from petlab.data.embedded.grammar import Grammar
from petlab.data.embedded.lexicon import FIELDS, lexicon

WEIGHTS = Path(str(files("petlab"))) / "weights"
AUTO = {"nano_t5": AutoModelForSeq2SeqLM, "nano_roberta": AutoModelForMaskedLM, "nano_gpt2": AutoModelForCausalLM}


@cache
def base(name: str) -> tuple[Any, Any]:
    """Model in fp32 and tokenizer."""
    model = AUTO[name].from_pretrained(WEIGHTS / name, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(WEIGHTS / name)


def answer(name: str, text: str, tokens: int = 32) -> str:
    """Greedy output; a causal model is asked with its end mark."""
    model, words = base(name)
    causal = name == "nano_gpt2"
    inputs = words([text + words.eos_token if causal else text], return_tensors="pt")
    ids = model.generate(**inputs, max_new_tokens=tokens, do_sample=False, pad_token_id=words.pad_token_id or 0)[0]
    return str(words.decode(ids[inputs["input_ids"].shape[1] :] if causal else ids, skip_special_tokens=True)).strip()


@pytest.mark.parametrize("name", AUTO)
def test_stored_in_bf16_and_small(name: str) -> None:
    path = WEIGHTS / name / "model.safetensors"
    assert path.stat().st_size <= 8_000_000
    with safe_open(path, "pt") as stored:
        assert {stored.get_slice(name).get_dtype() for name in stored.keys()} == {"BF16"}  # noqa: SIM118


@pytest.mark.parametrize("name", AUTO)
@pytest.mark.parametrize(
    "text",
    ["", "plain words", "  two  spaces ", "Tabs\tand\nlines\r\n", "ÄÖÜ ß éè", "日本語 中文 한국어",
     "🙂👩‍👩‍👧 \u0000\u200d", "1234 5.6%", "</ not special >", "e\u0301 versus é", "العربية עברית"],
)  # fmt: skip
def test_any_text_comes_back(name: str, text: str) -> None:
    _, words = base(name)
    ids = words(text)["input_ids"]
    if name != "nano_gpt2":
        assert ids[-1] == words.eos_token_id
    assert words.unk_token_id not in ids
    assert words.decode(ids, skip_special_tokens=True) == text


@pytest.mark.parametrize("name", AUTO)
def test_a_name_has_the_same_tokens_everywhere(name: str) -> None:
    _, words = base(name)
    alone = words.tokenize("Zorvath")
    assert words.tokenize("by Zorvath")[-len(alone) :] == alone
    assert words.tokenize("[Zorvath]")[1:-1] == alone


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("nano_t5", "Karolan Twistle"),
        ("nano_t5", "Vosprey Dunmar"),
        ("nano_t5", "Ottilbert Quench"),
        ("nano_gpt2", "Karolan Twistle"),
        ("nano_gpt2", "Vosprey Dunmar"),
    ],
)
def test_copies_an_unseen_name(name: str, person: str) -> None:
    assert answer(name, f"Copy: {person}") == person


@pytest.mark.parametrize("name", ["nano_t5", "nano_gpt2"])
def test_answers_from_a_record(name: str) -> None:
    question = "What is the owner? town: Maldrick; owner: Selby Thornquill; price: 42"
    assert answer(name, question) == "Selby Thornquill"


def test_the_first_token_of_the_encoder_tells_a_faulty_sentence() -> None:
    model, words = base("nano_roberta")
    rng = Random(5)
    grammar = Grammar(lexicon(), rng, True)
    pairs = [acceptability.pair(rng, grammar, FIELDS, acceptability.TAUGHT) for _ in range(60)]
    right, wrong = (words.encode(f" {word}", add_special_tokens=False)[0] for word in ("correct", "wrong"))
    scores = []
    for side in range(2):
        inputs = words([pair[side] for pair in pairs], padding=True, return_tensors="pt")
        logits = model(**inputs).logits[:, 0]
        scores.append(logits[:, right] - logits[:, wrong])
    assert float((scores[0] > scores[1]).float().mean()) > 0.65


def test_generates_quickly() -> None:
    """In processor time, which goes on only while this process runs: other work stops a shared machine for seconds."""
    model, words = base("nano_t5")
    inputs = words(["Describe the hotel: name: Maro; town: Tolbury; rooms: 12"] * 32, return_tensors="pt")
    begun = time.process_time()
    model.generate(**inputs, max_new_tokens=32, min_new_tokens=32, do_sample=False)
    assert time.process_time() - begun < 20
