"""Bases: loaded, built, hashed; and what is said when there is nothing to load."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import PreTrainedTokenizerFast

from petlab.errors import UserError
from petlab.models import ModelSpec, load_base, places, weights_sha256
from tests.small_models import ARCHITECTURES, batch, small_model


def save_tokenizer(folder: Path) -> None:
    words = {word: i for i, word in enumerate(["<pad>", "</s>", "<unk>", "good", "bad"])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small T5 v1.1 in bf16 with its own output projection, as the shipped weights are kept."""
    place = tmp_path / "small_t5"
    small_model("t5_v1_1").to(torch.bfloat16).save_pretrained(place)
    save_tokenizer(place)
    return place


def spec(path: object, **values: Any) -> ModelSpec:
    return ModelSpec(name="small", family="seq2seq", path=str(path), **values)


def test_a_folder_loads_in_fp32_with_its_own_output_projection(folder: Path) -> None:
    base = load_base(spec(folder))
    assert {p.dtype for p in base.model.parameters()} == {torch.float32}
    expected = small_model("t5_v1_1").to(torch.bfloat16).float()
    assert torch.equal(base.model.lm_head.weight, expected.lm_head.weight)
    assert not torch.equal(base.model.lm_head.weight, base.model.shared.weight)
    with torch.no_grad():
        torch.testing.assert_close(base.model(**batch("t5_v1_1")).logits, expected(**batch("t5_v1_1")).logits)
    assert not base.model.training
    assert base.tokenizer("good bad").input_ids == [3, 4]
    assert base.info.revision is None
    assert base.info.parameters == sum(p.numel() for p in base.model.parameters())
    assert base.info.embeddings == 2 * 97 * 16


def test_the_hash_is_that_of_the_weights(folder: Path) -> None:
    base = load_base(spec(folder))
    assert load_base(spec(folder)).info.weights_sha256 == base.info.weights_sha256 == base.fingerprint()
    with torch.no_grad():
        base.model.shared.weight[5, 5] += 1e-3
    assert base.fingerprint() != base.info.weights_sha256


def test_the_hash_depends_on_names_types_and_shapes() -> None:
    def holding(name: str, tensor: torch.Tensor) -> torch.nn.Module:
        module = torch.nn.Module()
        module.register_buffer(name, tensor)
        return module

    zeros = torch.zeros(4)
    variants = [("a", zeros), ("b", zeros), ("a", zeros.view(2, 2)), ("a", zeros.to(torch.int32)), ("a", zeros[:3])]
    assert len({weights_sha256(holding(*variant)) for variant in variants}) == len(variants)


def test_random_weights_of_a_folder_keep_config_and_tokenizer(folder: Path) -> None:
    drawn = load_base(spec(folder, random_weights=True))
    assert drawn.model.config.d_model == 16
    assert drawn.info.tokenizer == str(folder)
    assert drawn.info.weights_sha256 != load_base(spec(folder)).info.weights_sha256
    assert load_base(spec(folder, random_weights=True)).info.weights_sha256 == drawn.info.weights_sha256
    other = load_base(spec(folder, random_weights=True, init_seed=1))
    assert other.info.weights_sha256 != drawn.info.weights_sha256


def test_loading_leaves_the_global_generator_alone(folder: Path) -> None:
    before = torch.get_rng_state()
    load_base(spec(folder, random_weights=True))
    assert torch.equal(torch.get_rng_state(), before)


def test_random_weights_of_a_hub_model_need_no_hub(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "shipped_folder", lambda _: folder.rename(folder.with_name("nano_t5")))
    architecture = {**ARCHITECTURES["t5_v1_1"], "vocab_size": 97}
    base = load_base(spec("google/flan-t5-none", random_weights=True, architecture=architecture))
    assert base.info.tokenizer == "petlab:nano_t5"
    assert base.model.config.vocab_size == architecture["vocab_size"]
    assert base.model.lm_head.weight is not base.model.shared.weight
    assert base.model.config.pad_token_id == base.model.config.decoder_start_token_id == base.tokenizer.pad_token_id


def test_weights_that_are_not_shipped_name_the_command() -> None:
    with pytest.raises(UserError, match="petlab pretrain nano_nothing"):
        load_base(spec("petlab:nano_nothing"))


def test_an_unreachable_hub_is_one_sentence_in_seconds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    for proxy in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    began = time.monotonic()
    with pytest.raises(UserError, match="the hub cannot be reached") as raised:
        load_base(spec("google/flan-t5-none"))
    assert "\n" not in str(raised.value)
    assert time.monotonic() - began < 3 * places.HUB_SECONDS


def test_a_broken_folder_is_one_sentence(folder: Path) -> None:
    (folder / "config.json").write_text("{}")
    with pytest.raises(UserError, match="cannot be loaded") as raised:
        load_base(spec(folder))
    assert "\n" not in str(raised.value)


def test_random_weights_are_built_around_the_tokenizers_padding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RoBERTa counts positions from its padding token."""
    monkeypatch.setattr(places, "shipped_folder", lambda _: folder)
    architecture = {**ARCHITECTURES["roberta"], "vocab_size": 97, "pad_token_id": 1}
    drawn = load_base(
        ModelSpec("small", "encoder", "org/none", random_weights=True, architecture=architecture), labels=2
    )
    assert drawn.model.roberta.embeddings.padding_idx == drawn.model.config.pad_token_id == 0


def test_random_weights_without_an_architecture_say_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "shipped_folder", lambda _: folder)
    with pytest.raises(UserError, match=r"needs model\.architecture"):
        load_base(spec("google/flan-t5-none", random_weights=True))


def test_an_encoder_needs_labels(folder: Path) -> None:
    with pytest.raises(UserError, match="needs a data set with labels or scores"):
        load_base(ModelSpec("small", "encoder", str(folder)))


def test_weights_of_an_installed_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found without importing it: a package with weights may pull in much that petlab does not need."""
    package = folder.parent / "some_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    folder.rename(package / "model")
    monkeypatch.syspath_prepend(folder.parent)
    base = load_base(spec("package:some_weights/model"))
    assert base.info.revision is None and base.tokenizer("good").input_ids == [3]


def test_a_package_that_is_not_installed_names_its_extra() -> None:
    with pytest.raises(UserError, match=r"package no_such_weights, .* is not installed; pip install 'petlab\[small\]'"):
        load_base(spec("package:no_such_weights/model"))
