"""The models that are measured: each holds its method as a task serves it, all of them one set of weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from petlab.attachment.prefix_bank import NetworkBank
from petlab.errors import UserError
from petlab.latency import forward
from petlab.latency.ways import METHODS, Way, cells, split, ways
from petlab.models import Base, Family, ModelSpec, load_base
from tests import tiny

FAMILIES: dict[Family, Any] = {"causal": tiny.write_decoder, "seq2seq": tiny.write_base, "encoder": tiny.write_encoder}


@pytest.fixture(scope="module", params=FAMILIES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Base:
    return loaded(request.param, tmp_path_factory.mktemp(request.param))


def loaded(family: Family, folder: Path, dtype: str = "float32") -> Base:
    spec = ModelSpec("tiny", family, str(FAMILIES[family](folder)), dtype=dtype)  # type: ignore[arg-type]
    return load_base(spec, labels=2 if family == "encoder" else None)


def made(base: Base, *words: str, methods: tuple[str, ...] = METHODS) -> dict[str, Way]:
    given = [f"model.family={base.info.family}", f"model.path={base.info.path}", *words]
    return {way.name: way for way in ways(base, methods, cells(given, methods, base))}


@torch.inference_mode()
def logits(way: Way, base: Base, length: int = 12) -> Tensor:
    found: Tensor = way.model(**forward.inputs(base.model, base.info.family, 2, length)).logits  # type: ignore[arg-type]
    return found


def test_every_way_computes_its_method_on_weights_that_stay(base: Base) -> None:
    before = base.fingerprint()
    found = made(base)
    assert list(found) == ["base", *METHODS]
    plain = logits(found["base"], base)
    with torch.inference_mode():
        given = forward.inputs(base.model, base.info.family, 2, 12)  # type: ignore[arg-type]
        assert torch.equal(plain, base.model(**given).logits)
    for method in METHODS:
        assert (logits(found[method], base) - plain).abs().max() > 1e-4, method
    assert base.fingerprint() == before


def test_merged_lora_computes_the_same_with_the_modules_of_the_base(base: Base) -> None:
    found = made(base)
    torch.testing.assert_close(logits(found["lora_merged"], base), logits(found["lora"], base), rtol=1e-4, atol=1e-5)

    def woven(way: str) -> int:
        return sum("forward" in vars(module) for module in found[way].model.modules())

    assert woven("base") == woven("lora_merged") == 0 < woven("lora")


def test_memory_holds_one_base(base: Base) -> None:
    found = made(base)

    def places(way: str) -> set[int]:
        return {parameter.data_ptr() for parameter in found[way].model.parameters()}

    assert places("houlsby") >= places("base")
    merged = len(places("base") - places("lora_merged"))
    assert 0 < merged < len(places("base")) / 2  # q and v alone were computed anew


def test_a_prefix_serves_without_its_network(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    found = made(base, methods=("prefix",))

    def compute(_: NetworkBank) -> list[Tensor]:
        raise AssertionError("the network ran")

    monkeypatch.setattr(NetworkBank, "compute", compute)
    assert logits(found["prefix"], base).isfinite().all()


def test_a_prefix_takes_positions_where_they_are_limited(tmp_path: Path) -> None:
    base = loaded("causal", tmp_path)
    prefix = made(base, "method.prefix.prefix_length=7", methods=("prefix",))["prefix"]
    assert prefix.taken == 7
    assert logits(prefix, base, 160 - 7).shape[1] == 153
    with pytest.raises(IndexError):
        logits(prefix, base, 160 - 6)
    left = made(base, "method.prefix.shift_positions=false", methods=("prefix",))["prefix"]
    assert left.taken == 0 and logits(left, base, 160).shape[1] == 160


def test_a_prefix_takes_none_where_positions_are_relative(tmp_path: Path) -> None:
    assert made(loaded("seq2seq", tmp_path), methods=("prefix",))["prefix"].taken == 0


def test_weights_in_bf16(tmp_path: Path) -> None:
    base = loaded("causal", tmp_path, "bfloat16")
    for way in made(base).values():
        assert logits(way, base).dtype == torch.bfloat16, way.name


def test_what_does_not_fit_says_why(tmp_path: Path) -> None:
    found = made(loaded("causal", tmp_path), "method.lora.targets=[ffn_gate]", methods=("houlsby_merged", "lora"))
    assert "cannot be merged" in found["houlsby_merged"].problem
    assert "ffn_gate" in found["lora"].problem
    assert found["lora"].model is None and not found["base"].problem


def test_settings_go_to_their_method() -> None:
    words = ["model=minilm", "method.lora.rank=4", "method.prefix.prefix_length=3"]
    others, own = split(words, ("lora", "lora_merged", "prefix"))
    assert others == ["model=minilm"]
    assert own == {"lora": ["method.rank=4"], "prefix": ["method.prefix_length=3"]}


@pytest.mark.parametrize("word", ["method.rank=4", "method.ia3.targets=[q]", "method=lora"])
def test_settings_without_their_method_are_refused(word: str) -> None:
    with pytest.raises(UserError, match=r"method\.lora\.KEY=VALUE|--methods NAME,NAME"):
        split([word], ("lora",))
