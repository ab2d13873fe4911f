"""`petlab export` on runs that were trained: what lies in the folder does what the run did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from petlab import cli
from petlab.errors import UserError
from petlab.export import attached, export, find, load
from petlab.models import load_base
from tests.tiny import overrides, write_cola, write_stsb

LORA = ["method=lora", "method.rank=2", "method.targets=[q,k,v]"]


def trained(cell: list[str], *words: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, Path]:
    """A run's id and its results folder."""
    assert cli.main(["run", "--json", *cell, *words]) == 0
    [results] = [word.partition("=")[2] for word in cell if word.startswith("paths.results=")]
    return json.loads(capsys.readouterr().out)["id"], Path(results)


@torch.no_grad()
def logits(model: Any, family: str = "seq2seq") -> torch.Tensor:
    ids = torch.randint(5, 250, (2, 6), generator=torch.Generator().manual_seed(1))
    given = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if family == "seq2seq":
        given["decoder_input_ids"] = ids[:, :4]
    found: torch.Tensor = model.eval()(**given).logits
    return found


@pytest.mark.parametrize("words", [LORA, ["method=prompt", "method.tokens=3", "method.init=labels"]])
def test_peft_loads_a_run(tiny_cell: list[str], words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    peft = pytest.importorskip("peft")
    run, results = trained(tiny_cell, *words, capsys=capsys)
    assert cli.main(["export", run[:10], f"paths.results={results}", "--format", "peft"]) == 0
    folder = results / "exports" / f"{run}-peft"
    assert capsys.readouterr().out.endswith(f"-> {folder}\n")
    finished = find(results, run)
    plain, ours = load_base(finished.model).model, load_base(finished.model).model
    with attached(finished, ours):
        expected = logits(ours)
    assert not torch.allclose(expected, logits(plain), atol=1e-4), "the run has learnt something"
    found = logits(peft.PeftModel.from_pretrained(plain, folder))
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    config = json.loads((folder / "adapter_config.json").read_text())
    assert load_base(finished.model).model.config.d_model == 16 and config["base_model_name_or_path"]


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("encoder", ["method=bitfit"]),
        ("encoder", ["method=lora", "dataset=glue/stsb"]),
        ("causal", ["method=prefix", "method.prefix_length=2", "method.shift_positions=true"]),
    ],
)
def test_peft_loads_runs_of_every_family(
    tiny_bases: dict[str, Path], tmp_path: Path, family: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A new head goes along, with as many outputs as the data set has labels."""
    peft = pytest.importorskip("peft")
    root = write_stsb(write_cola(tmp_path / "data"))
    cell = [*overrides(tiny_bases[family], root, tmp_path / "results", family), *words]
    run, results = trained(cell, capsys=capsys)
    finished = find(results, run)
    folder = export(finished, "peft", tmp_path / "out")
    ours, theirs = (load_base(finished.model, labels=finished.labels).model for _ in range(2))
    assert finished.labels == {"method=bitfit": 2, "method=lora": 1}.get(words[0])
    with attached(finished, ours):
        expected = logits(ours, family)
    assert not torch.allclose(expected, logits(theirs, family), atol=1e-4)
    found = logits(peft.PeftModel.from_pretrained(theirs, folder), family)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_petlab_loads_a_run(tiny_cell: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["method=combo", "method.parts=[ia3,prompt]", "method.prompt.tokens=2"]
    run, results = trained(tiny_cell, *words, capsys=capsys)
    out = tmp_path / "out"
    assert cli.main(["export", run, f"paths.results={results}", "--format", "petlab", "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["config.json", "trained.safetensors"]
    finished = find(results, run)
    base, attachment = load(out)
    assert attachment.export_state().keys() == finished.state.keys()
    again = load_base(finished.model).model
    with attached(finished, again):
        assert torch.equal(logits(base.model), logits(again))


def test_a_prefix_that_started_from_a_file_needs_it_no_more(
    tiny_cell: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prefix = ["method=prefix", "method.hidden=null", "method.prefix_length=2"]
    first, results = trained(tiny_cell, *prefix, capsys=capsys)
    kept = tmp_path / "kept.safetensors"
    kept.write_bytes((results / "runs" / first / "trained.safetensors").read_bytes())
    second, _ = trained(tiny_cell, *prefix, "method.init=file", f"method.init_file={kept}", "seed=1", capsys=capsys)
    kept.unlink()
    assert export(find(results, second), "petlab", tmp_path / "out").is_dir()
    load(tmp_path / "out")


def test_what_cannot_be_exported(tiny_cell: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, results = trained(tiny_cell, "method=houlsby", "method.bottleneck=2", capsys=capsys)
    there = tmp_path / "there"
    there.mkdir()
    for words, said in [
        ([run, "--out", str(tmp_path / "out")], "method houlsby: peft has no such method"),
        (["ffff" + run], "no run under"),
        ([run, "--format", "petlab", "--out", str(there)], "there already"),
    ]:
        assert cli.main(["export", *words, f"paths.results={results}"]) == 2
        captured = capsys.readouterr()
        assert captured.out == "" and captured.err.count("\n") == 1 and said in captured.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "results", "there"]
    assert not (results / "exports").exists()
    (results / "runs" / run / "trained.safetensors").unlink()
    with pytest.raises(UserError, match="is missing; train it again"):
        find(results, run)
    (results / "runs" / (run[:4] + "x")).mkdir()
    with pytest.raises(UserError, match="2 runs begin so"):
        find(results, run[:4])
    with pytest.raises(UserError, match="unfinished"):
        find(results, run[:4] + "x")
    with pytest.raises(UserError, match="no such file; a folder written by petlab export"):
        load(there)
