"""What is written for Hugging Face `peft` loads there, and gives the same logits."""

from __future__ import annotations

import copy
import itertools
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from petlab.attachment import Attachment, Method, attach
from petlab.errors import UserError
from petlab.export.peft import to_peft
from petlab.methods.combo import Combo
from tests.method_catalogue import method_ids, small_method
from tests.small_models import ARCHITECTURES, FAMILIES, batch, small_model

peft = pytest.importorskip("peft")

ALL = ["q", "k", "v", "o", "ffn_in", "ffn_out"]
CLOSE = {"rtol": 1e-5, "atol": 1e-5}


def shaken(attachment: Attachment) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in attachment.trainable.values():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator)
    return attachment.export_state()


def given(architecture: str) -> dict[str, Tensor]:
    """A batch whose labels do not reach peft: it would widen them for its own virtual tokens."""
    found = batch(architecture)
    labels = found.pop("labels")
    return {**found, "decoder_input_ids": labels} if FAMILIES[architecture] == "seq2seq" else found


@torch.no_grad()
def logits(model: Any, architecture: str) -> Tensor:
    found: Tensor = model(**given(architecture)).logits
    return found


def write(folder: Path, architecture: str, method: Method, **values: Any) -> Tensor:
    """Train nothing, but move every tensor; write the adapter; return what petlab computes with it."""
    model = small_model(architecture, **values)
    with attach(method, model, seed=0) as attachment:
        state = shaken(attachment)
        expected = logits(model, architecture)
    twin = small_model(architecture, **values).to("meta")
    with attach(method, twin, seed=0) as attachment:  # the weights are not needed to write
        config, tensors = to_peft("it", method, attachment, state, FAMILIES[architecture])
    (folder / "adapter_config.json").write_text(json.dumps(config))
    save_file(tensors, folder / "adapter_model.safetensors")
    return expected


def read(folder: Path, architecture: str, **values: Any) -> Tensor:
    """What peft computes with the folder on an equal base."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Found missing adapter keys")
        # T5's layers without bias get one from a part that peft can then not merge: known, and right.
        warnings.filterwarnings("ignore", message="`lora_bias=True` was passed")
        model = peft.PeftModel.from_pretrained(copy.deepcopy(small_model(architecture, **values)), folder)
    return logits(model.eval(), architecture)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("targets", [["q", "v"], ["v"], ALL])
def test_lora(tmp_path: Path, architecture: str, targets: list[str]) -> None:
    expected = write(tmp_path, architecture, small_method("lora", rank=2, alpha=6, targets=targets, dropout=0.1))
    torch.testing.assert_close(read(tmp_path, architecture), expected, **CLOSE)
    assert json.loads((tmp_path / "adapter_config.json").read_text())["lora_dropout"] == 0.1


@pytest.mark.parametrize("values", [{"rslora": True}, {"layers": "late"}, {"layers": [0]}])
def test_lora_with_other_settings(tmp_path: Path, values: dict[str, Any]) -> None:
    for architecture in ("gpt2", "t5_v1_1"):
        (folder := tmp_path / architecture).mkdir()
        expected = write(folder, architecture, small_method("lora", rank=2, alpha=6, **values))
        torch.testing.assert_close(read(folder, architecture), expected, **CLOSE)


def test_lora_on_a_fused_matrix_has_the_ranks_of_its_roles(tmp_path: Path) -> None:
    write(tmp_path, "gpt2", small_method("lora", rank=2, alpha=6, targets=["q", "v", "o"]))
    config = json.loads((tmp_path / "adapter_config.json").read_text())
    attn = "transformer.h.{}.attn.c_{}"
    assert (config["r"], config["lora_alpha"]) == (4, 12)
    assert config["rank_pattern"] == {attn.format(block, "proj"): 2 for block in range(2)}
    assert config["alpha_pattern"] == {attn.format(block, "proj"): 6 for block in range(2)}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_ia3(tmp_path: Path, architecture: str) -> None:
    expected = write(tmp_path, architecture, small_method("ia3"))
    torch.testing.assert_close(read(tmp_path, architecture), expected, **CLOSE)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("targets", [[*ALL, "norm"], ["q"]])
def test_bitfit(tmp_path: Path, architecture: str, targets: list[str]) -> None:
    expected = write(tmp_path, architecture, small_method("bitfit", targets=targets))
    torch.testing.assert_close(read(tmp_path, architecture), expected, **CLOSE)


@pytest.mark.parametrize("architecture", ["t5_v1_1", "gpt2", "bert"])
def test_lora_with_bitfit(tmp_path: Path, architecture: str) -> None:
    parts: Any = (small_method("lora", rank=2, alpha=6), small_method("bitfit"))
    expected = write(tmp_path, architecture, Combo(("lora", "bitfit"), parts))
    torch.testing.assert_close(read(tmp_path, architecture), expected, **CLOSE)


@pytest.mark.parametrize("architecture", [name for name, family in FAMILIES.items() if family != "encoder"])
def test_prompt(tmp_path: Path, architecture: str) -> None:
    expected = write(tmp_path, architecture, small_method("prompt"))
    found = read(tmp_path, architecture)
    if FAMILIES[architecture] == "causal":  # peft returns the prompt's own logits, too
        seen = given(architecture)["attention_mask"].bool()
        found, expected = found[:, 3:][seen], expected[seen]
    torch.testing.assert_close(found, expected, **CLOSE)


@pytest.mark.parametrize("hidden", [None, 8])
@pytest.mark.parametrize("architecture", ["gpt2", "gpt_neo", "gpt_j", "gpt_neox", "opt", "llama"])
def test_prefix(tmp_path: Path, architecture: str, hidden: int | None) -> None:
    expected = write(tmp_path, architecture, small_method("prefix", hidden=hidden, init_std=1.0, shift_positions=True))
    seen = given(architecture)["attention_mask"].bool()
    torch.testing.assert_close(read(tmp_path, architecture)[seen], expected[seen], **CLOSE)


HAS = {"lora", "ia3", "bitfit", "prompt", "prefix"}


@pytest.mark.parametrize("method_id", sorted(set(method_ids()) - HAS))
def test_methods_that_peft_lacks(tmp_path: Path, method_id: str) -> None:
    architecture = "bert" if method_id in ("head", "unipelt") else "t5_v1_1"
    with pytest.raises(UserError, match="peft has no such method; --format peft takes: bitfit, ia3, lora"):
        write(tmp_path, architecture, small_method(method_id))


def test_combinations_that_peft_lacks(tmp_path: Path) -> None:
    for names in itertools.combinations(("lora", "ia3", "prompt"), 2):
        parts: Any = tuple(small_method(name) for name in names)
        with pytest.raises(UserError, match="peft has no such method"):
            write(tmp_path, "t5_v1_1", Combo(names, parts))


@pytest.mark.parametrize(
    ("architecture", "method_id", "values", "said"),
    [
        ("gpt2", "prefix", {"shift_positions": False}, "with method.shift_positions=true"),
        ("gpt2", "prefix", {"shift_positions": True, "layers": "late"}, "in every layer"),
        ("t5_v1_1", "prefix", {}, "decoder-only"),
        ("bert", "prompt", {}, "before an encoder's first token"),
        ("t5_v1_1", "prompt", {"decoder_tokens": 2}, "method.decoder_tokens=0"),
        ("gpt2", "ia3", {"targets": ["q", "ffn_in"]}, None),
    ],
)
def test_forms_that_peft_lacks(
    tmp_path: Path, architecture: str, method_id: str, values: dict[str, Any], said: str | None
) -> None:
    method = small_method(method_id, **values)
    if said is None:
        expected = write(tmp_path, architecture, method)
        torch.testing.assert_close(read(tmp_path, architecture), expected, **CLOSE)
        return
    with pytest.raises(UserError, match=said):
        write(tmp_path, architecture, method)
