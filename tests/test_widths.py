"""Other widths of a shipped base: sizes, where they are found, pretraining for a second, and a cell on one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from petlab import config, pretrain
from petlab.cli import main
from petlab.errors import UserError
from petlab.identity import identity
from petlab.measure.skeleton import skeleton
from petlab.models import ModelSpec, load_base, widths
from petlab.models.widths import Size
from petlab.pretrain.recipe import RECIPES, at_width
from petlab.record import read
from petlab.report.command import of_record
from petlab.store import run_id
from tests.pretrain.small import small
from tests.tiny import write_cola

SHIPPED = Size(160, 6, 448)
SPEC = ModelSpec("nano_t5", "seq2seq", "petlab:nano_t5")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's cache without any base."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_heads_and_feed_forward_follow_the_width() -> None:
    assert [SHIPPED.at(width) for width in (64, 128, 256)] == [Size(64, 4, 192), Size(128, 5, 352), Size(256, 10, 704)]
    assert at_width(RECIPES["nano_t5"], 160) == RECIPES["nano_t5"]
    wide = at_width(RECIPES["nano_t5"], 256)
    assert (wide.width, wide.heads, wide.inner) == (256, 10, 704)
    assert replace(wide, width=160, heads=6, inner=448) == RECIPES["nano_t5"]


def test_random_weights_of_a_width_need_no_pretraining() -> None:
    base = load_base(replace(SPEC, width=64, random_weights=True))
    shape = base.model.config
    assert (shape.d_model, shape.num_heads, shape.d_kv, shape.d_ff, shape.num_layers) == (64, 4, 32, 192, 4)
    assert base.model.shared.weight.shape == (4096, 64) and len(base.tokenizer) == 4096
    assert base.info.tokenizer == "petlab:nano_t5"
    counted = sum(parameter.numel() for parameter in skeleton(replace(SPEC, width=64)).parameters())
    assert counted == base.info.parameters < load_base(SPEC).info.parameters


def test_a_width_that_was_not_pretrained_names_the_command(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="make it with: petlab pretrain nano_t5 --width 96"):
        load_base(replace(SPEC, width=96))
    root = write_cola(cache.parent / "data")
    words = ["dataset=glue/cola", f"data.root={root}", f"paths.results={cache.parent / 'results'}", "scale.rows=16"]
    assert main(["run", "model.width=96", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith("petlab: model.width=96: ") and str(cache) in said and said.count("\n") == 1
    assert not list((cache.parent / "results").rglob("record.json"))


@pytest.mark.parametrize("width", [0, -32, 70, 2048])
def test_a_width_that_cannot_be(width: int) -> None:
    with pytest.raises(UserError, match="a multiple of 32 from 32 to 1,024 is needed"):
        config.cell([f"model.width={width}"])
    with pytest.raises(UserError, match="a multiple of 32"):
        pretrain.run("nano_t5", width=width)


def test_other_bases_have_one_width(tmp_path: Path) -> None:
    for path in ("petlab:nano_gpt2", "google/flan-t5-small", str(tmp_path)):
        with pytest.raises(UserError, match="is of one width only; petlab:nano_t5 is made at others"):
            replace(SPEC, path=path, width=64)
    with pytest.raises(UserError, match="petlab:nano_roberta is of one width only"):
        pretrain.run("nano_roberta", width=64)


def test_the_shipped_width_keeps_its_run_ids() -> None:
    """A width of its own has a name of its own; without one the identity says nothing of widths."""

    def known(*words: str) -> str:
        return run_id(identity(config.cell(list(words)), "fp32", "data", "weights"))

    assert config.cell([]).model == SPEC
    assert "width" not in identity(config.cell([]), "fp32", "data", "weights")["model"]
    assert config.cell(["model.width=64"]).model.name == "nano_t5_w64"
    assert len({known(), known("model.width=64"), known("model.width=128")}) == 3
    assert config.cell(["model.width=160"]) == config.cell([])
    assert load_base(SPEC).model.config.d_model == widths.OWN[SPEC.path] == RECIPES["nano_t5"].width
    with pytest.raises(UserError, match="width 160 is nano_t5's own; petlab pretrain nano_t5 makes it"):
        pretrain.run("nano_t5", width=160)


def test_pretrained_on_demand_and_found_by_width(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tokenizer is the shipped one, and the text of the first width serves the second."""
    monkeypatch.setitem(RECIPES, "nano_t5", replace(small("nano_t5"), vocabulary=4096))
    monkeypatch.setattr(pretrain, "CACHE", tmp_path / "work")
    assert main(["pretrain", "nano_t5", "--width", "32", "--tokens", "2000"]) == 0
    folder = cache / "petlab" / "bases" / "nano_t5_w32"
    assert capsys.readouterr().out.splitlines()[-1] == f"nano_t5 -> {folder}"
    texts = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("items-*.npz")}
    assert {path.parent.name for path in texts} == {"nano_t5"} and len(texts) == 2
    assert main(["pretrain", "nano_t5", "--width", "96", "--tokens", "2000"]) == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("items-*.npz")} == texts
    assert sorted(path.parent.name for path in (tmp_path / "work").rglob("checkpoint.safetensors")) == [
        "nano_t5_w32",
        "nano_t5_w96",
    ]
    bases = {width: load_base(replace(SPEC, width=width)) for width in (32, 96)}
    for width, base in bases.items():
        assert base.model.config.d_model == width == base.model.shared.weight.shape[1]
        assert base.tokenizer.get_vocab() == load_base(SPEC).tokenizer.get_vocab()
        drawn = load_base(replace(SPEC, width=width, random_weights=True))
        assert drawn.info.parameters == base.info.parameters
        assert drawn.info.weights_sha256 != base.info.weights_sha256
    root = write_cola(tmp_path / "data")
    words = ["dataset=glue/cola", f"data.root={root}", f"paths.results={tmp_path / 'results'}", "scale.rows=16"]
    capsys.readouterr()
    assert main(["run", "model.width=32", *words, "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 missing"
    widths.folder("nano_t5", 32).joinpath("tokenizer.json").unlink()
    with pytest.raises(UserError, match="petlab pretrain nano_t5 --width 32"):
        load_base(replace(SPEC, width=32))


def test_a_cell_on_a_width(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It trains, and its record gives the command that repeats it."""
    root = write_cola(tmp_path / "data")
    words = [
        "model.random_weights=true", "model.width=32", "method=bitfit", "dataset=glue/cola", f"data.root={root}",
        f"paths.results={tmp_path}", "scale.rows=16", "scale.epochs=1", "limits.test=4", "limits.validation=4",
    ]  # fmt: skip
    assert main(["run", *words, "-q"]) == 0
    assert "nano_t5_w32 · bitfit" in capsys.readouterr().out
    [path] = tmp_path.rglob("record.json")
    record = read(path)
    assert record.params is not None
    assert record.params.base == sum(each.numel() for each in skeleton(replace(SPEC, width=32)).parameters())
    command = of_record(record)
    assert command.startswith("petlab run model=nano_t5 method=bitfit ")
    assert "model.width=32" in command and "model.random_weights=true" in command
    again = config.cell([word for word in command.split()[2:] if not word.startswith("data.root")])
    assert (again.model.name, again.model.width) == ("nano_t5_w32", 32)
