"""Every choice composes; what a user gets wrong is one sentence that says what there is."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from petlab import config
from petlab.errors import UserError
from petlab.identity import identity
from petlab.methods.combo import Combo
from petlab.methods.pre_layer import PreLayer
from petlab.overrides import compose, sweep

CONF = Path(__file__).resolve().parents[1] / "conf"


def choices(group: str) -> list[str]:
    return sorted(path.relative_to(CONF / group).with_suffix("").as_posix() for path in (CONF / group).rglob("*.yaml"))


@pytest.mark.parametrize("group", ["model", "method", "dataset", "scale", "train", "tracker"])
def test_every_choice_of_every_group_makes_a_cell(group: str) -> None:
    for choice in choices(group):
        cell = config.cell([f"{group}={choice}"])
        if group in ("model", "dataset", "scale"):
            assert getattr(cell, group).name == choice, "a choice carries its own name"
        if group == "method":
            assert cell.method_name == choice


@pytest.mark.parametrize("choice", choices("method"))
def test_a_method_shows_all_its_settings(choice: str) -> None:
    """Every field of the dataclass stands in the YAML, so that a user sees it and may override it."""
    plain, chosen = compose([f"method={choice}"])
    shown, method = plain["method"], config.from_plain(plain, chosen).method
    assert set(shown.pop("learning_rate")) == {"initial", "peak", "final", "trials"}
    groups = [(shown, method)]
    if isinstance(method, Combo):
        assert set(shown) == {"_target_", "parts", *method.names}
        groups = [(shown[name], part) for name, part in zip(method.names, method.parts, strict=True)]
    for given, made in groups:
        fields = {field.name for field in dataclasses.fields(made)}  # type: ignore[arg-type]
        assert set(given) == fields | {"_target_"}


def test_a_combination_is_made_of_its_parts() -> None:
    words = ["method=combo", "method.parts=[lora,pre_layer]", "method.lora.rank=4", "method.pre_layer.infix_length=1"]
    cell = config.cell(words)
    method = cell.method
    assert isinstance(method, Combo) and method.names == ("lora", "pre_layer")
    lora, pre_layer = config.cell(["method=lora", "method.rank=4"]), config.cell(["method=pre_layer"])
    assert isinstance(pre_layer.method, PreLayer)
    assert method.parts == (lora.method, dataclasses.replace(pre_layer.method, infix_length=1))
    own_rate = compose(["method=combo"])[0]["method"]["learning_rate"]
    assert dataclasses.asdict(cell.rate) == own_rate
    assert config.cell([*words, "method.learning_rate.peak=0.5"]).rate.peak == 0.5


def test_a_later_field_stays_out_of_the_identity_until_it_is_used() -> None:
    def fields(*words: str) -> dict[str, Any]:
        method: dict[str, Any] = identity(config.cell(list(words)), "fp32", "data", "weights")["method"]
        return method

    assert set(fields("method=intrinsic")) == {"name", "dimension", "learning_rate"}
    assert fields("method=intrinsic", "method.structure=plain")["structure"] == "plain"
    parts = ("method=combo", "method.parts=[lora,intrinsic]")
    assert fields(*parts)["parts"][1] == {"dimension": 20_000}
    assert fields(*parts, "method.intrinsic.structure=plain")["parts"][1]["structure"] == "plain"


def test_a_combination_is_known_by_its_names_and_every_field_of_its_parts() -> None:
    def kept(*words: str) -> str:
        return json.dumps(identity(config.cell(["method=combo", *words]), "fp32", "data", "weights"), sort_keys=True)

    same = kept("method.parts=[lora,pre_embed]")
    assert kept() == same
    different = {
        kept("method.parts=[pre_embed,lora]"),
        kept("method.parts=[lora,pre_layer]"),
        kept("method.lora.rank=4"),
        kept("method.pre_embed.init_std=0.5"),
        kept("method.learning_rate.peak=0.5"),
    }
    assert len(different | {same}) == 6


def test_a_combination_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "method").mkdir()
    text = "defaults: [/method@lora: lora, /method@ia3: ia3, _self_]\n_target_: petlab.methods.combo.Combo\n"
    text += "parts: [lora, ia3]\nlora: {rank: 3}\nlearning_rate: {initial: 0.0, peak: 1.0e-3, final: 0.0, trials: 1}\n"
    (tmp_path / "method" / "mine.yaml").write_text(text)
    method = config.cell(["method=mine"], tmp_path).method
    assert isinstance(method, Combo) and method.names == ("lora", "ia3")
    assert method.parts[0] == config.cell(["method=lora", "method.rank=3"]).method


@pytest.mark.parametrize("choice", choices("dataset"))
def test_decoding_can_be_overridden(choice: str) -> None:
    words = ["beams=4", "length_penalty=0.9", "no_repeat_ngram=4", "max_new_tokens=7"]
    cell = config.cell([f"dataset={choice}", *(f"dataset.generation.{word}" for word in words)])
    decoding = cell.dataset.generation
    assert (decoding.beams, decoding.length_penalty, decoding.no_repeat_ngram, decoding.max_new_tokens) == (
        4,
        0.9,
        4,
        7,
    )


def test_a_rate_of_the_user_keeps_the_shape_of_the_schedule() -> None:
    cell = config.cell(["method=lora", "train.lr=1e-2"])
    assert cell.rate.peak == 1e-2 and cell.rate.initial == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["method=lorra"], "'lorra' is not one of: .*lora"),
        (["dataset=glue/nothing"], "glue/cola"),
        (["method.rnak=4"], r"method.rnak: no such key; method takes: rank"),
        (["optimiser=sgd"], "optimiser: no such key; a cell takes: .*train"),
        (["method=[lora,ia3]"], "method=combo method.parts="),
        (["method.rank=large"], "method.rank: 'large' is not allowed"),
        (["train.batch_size=0"], "train.batch_size: 0 is not allowed"),
        (["train.select=bleu", "dataset=glue/cola"], "train.select with glue/cola: 'bleu' is not one of: .*matthews"),
        (["train.precision=fp8"], "train.precision: 'fp8' is not allowed"),
        (["seed=-1"], "seed=-1: a whole number from 0"),
        (["nonsense"], "nonsense"),
        (["+method._target_=os.system"], "_target_"),
        (["method._target_=os.system"], r"must name a class of petlab.methods"),
        (["method._target_=petlab.methods.lora.Nothing"], "there is no petlab.methods.lora.Nothing"),
        (["method=combo", "method.parts=[lora,lorra]"], "method.parts: 'lorra' is not one of: .*pre_embed"),
        (["method=combo", "method.parts=[lora,combo]"], "method.parts: 'combo' is not one of"),
        (["method=combo", "method.parts=[lora,lora]"], "lora is named twice"),
        (["method=combo", "method.parts=[lora]"], r"method.parts=\[lora\]: a list of two methods or more"),
        (["method=combo", "method.parts=lora"], "method.parts=lora: a list of two methods or more"),
        (["method=combo", "method.parts=[lora,few_shot]"], "few_shot trains nothing"),
        (["method=combo", "method.lora.rnak=4"], r"method.lora.rnak: no such key; method.lora takes: rank"),
        (["method=combo", "method.ia3.layers=late"], r"method.ia3.layers: no such key"),
        (["method=combo", "method.rank=4"], r"method.rank: no such key; method takes: parts, .*lora"),
        (["method=combo", "method.lora.learning_rate.peak=1"], "a combination trains at one rate"),
    ],
)
def test_mistakes_are_one_sentence(words: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said) as raised:
        config.cell(words)
    assert "\n" not in str(raised.value)


def test_a_sweep_is_every_combination_in_the_order_written() -> None:
    assert sweep(["method=lora,ia3", "seed=0,1", "scale=low"]) == [
        ["method=lora", "seed=0", "scale=low"],
        ["method=lora", "seed=1", "scale=low"],
        ["method=ia3", "seed=0", "scale=low"],
        ["method=ia3", "seed=1", "scale=low"],
    ]
    assert sweep(["method.targets=[q,v]"]) == [["method.targets=[q,v]"]]


def test_groups_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "scale").mkdir()
    (tmp_path / "scale" / "tiny.yaml").write_text("name: tiny\nrows: 8\nepochs: 1\nevaluations_per_epoch: 1\n")
    assert config.cell(["scale=tiny"], tmp_path).scale.rows == 8
    with pytest.raises(UserError, match="no such folder"):
        config.cell([], tmp_path / "nowhere")
