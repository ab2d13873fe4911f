"""Several processes at one cell: the losses of one process, what really ran in the record, mistakes in a sentence.

Those that torchrun starts need half a minute each: `make test-slow`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from petlab import cli, config
from petlab.cell import run
from petlab.errors import UserError
from petlab.training import parallel
from petlab.workshop import Workshop
from tests.tiny import overrides, write_base, write_cola

BATCHES = ["train.batch_size=5", "train.accumulation=2", "train.evaluation_batch=3", "scale.evaluations_per_epoch=2"]


@pytest.fixture
def cell(tmp_path: Path) -> list[str]:
    """A cell without dropout, whose draws differ between processes."""
    base = write_base(tmp_path / "base", dropout=0.0)
    return [*overrides(base, write_cola(tmp_path / "data"), tmp_path / "results"), *BATCHES]


def torchrun(words: list[str]) -> subprocess.CompletedProcess[str]:
    """`petlab run -m` in two processes of this machine."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr=127.0.0.1"]
    return subprocess.run(
        [*command, "--nproc_per_node=2", "-m", "petlab.cli", "run", "-m", "--json", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strategy", "cells"),
    [
        ("ddp", ["method=full,lora,prompt"]),
        ("fsdp", ["method=full", "seed=0,1"]),
        ("fsdp", ["method=ft_top2", "method.blocks=1", "seed=0,1"]),
    ],
)
def test_losses_are_those_of_one_process(
    cell: list[str], tmp_path: Path, strategy: str, cells: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*cell, *cells, "train.clip=1"]
    assert cli.main(["run", "-m", "-q", "--json", *words, f"paths.results={tmp_path / 'alone'}"]) == 0
    alone = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    done = torchrun([*words, f"train.strategy={strategy}"])
    assert done.returncode == 0, done.stderr
    shared = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["id"] for record in shared] == [record["id"] for record in alone] and len(alone) > 1
    for one, several in zip(alone, shared, strict=True):
        assert losses(several) == pytest.approx(losses(one), abs=1e-5)
        assert several["metrics"] == one["metrics"] and several["params"] == one["params"]
        ran = several["environment"]
        assert ran["parallel"] == {"strategy": strategy, "processes": 2, "backend": "gloo"}
        assert ran["hardware"] == f"2 x {one['environment']['hardware']}" and one["environment"]["parallel"] is None
        kept = [tmp_path / place / "runs" / one["id"] / "outputs.jsonl" for place in ("alone", "results")]
        assert kept[0].read_text() == kept[1].read_text()
        same_tensors(*(path.with_name("trained.safetensors") for path in kept))


def losses(record: dict[str, Any]) -> list[float]:
    return [row[4] for row in record["convergence"]["evaluations"]]


def same_tensors(one: Path, other: Path) -> None:
    from safetensors.torch import load_file

    first, second = load_file(one), load_file(other)
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.allclose(tensor, second[name], atol=1e-4), name


@pytest.mark.slow
def test_a_fit_that_another_process_began_goes_on_to_the_same_losses(
    cell: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint of one process is what two sharded ones go on from: nothing of the sharding is in it."""
    from petlab.training import loop

    monkeypatch.setattr(loop, "SAVE_EVERY_S", 0.0)
    saved: list[bytes] = []

    class Keeps(Workshop):
        def saver(self, run: str) -> Any:
            write = super().saver(run)

            def save(state: Any) -> None:
                write(state)
                saved.append(self._checkpoint(run).read_bytes())

            return save

    words = [*cell, "method=full"]
    whole, _ = run(config.cell([*words, f"paths.results={tmp_path / 'alone'}"]), Keeps(tmp_path / "alone"))
    assert len(saved) == 4, "one an evaluation"
    place = tmp_path / "results" / "runs" / whole.id / "training.safetensors"
    place.parent.mkdir(parents=True)
    place.write_bytes(saved[1])
    done = torchrun([*words, "train.strategy=fsdp"])
    assert done.returncode == 0, done.stderr
    [record] = [json.loads(line) for line in done.stdout.splitlines()]
    assert losses(record) == pytest.approx([row[4] for row in whole.convergence.evaluations], abs=1e-5)
    assert losses(record)[:3] == [row[4] for row in whole.convergence.evaluations][:3], "these were in the checkpoint"


def test_a_wrong_start_is_one_sentence(
    cell: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert cli.main(["run", "-q", *cell, "train.strategy=ddp"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("petlab: train.strategy=ddp is for several processes") and said.count("\n") == 1
    assert "torchrun --nproc_per_node" in said
    monkeypatch.setenv("WORLD_SIZE", "1")
    with pytest.raises(UserError, match="torchrun started one process"):
        parallel.check("fsdp")
    monkeypatch.setenv("WORLD_SIZE", "4")
    with pytest.raises(UserError, match="4 processes were started together"):
        parallel.check("none")
    parallel.check("fsdp")


@pytest.mark.slow
def test_fsdp_is_for_methods_that_train_the_base(cell: list[str]) -> None:
    done = torchrun([*cell, "method=lora", "train.strategy=fsdp"])
    assert done.returncode == 1
    said, _, _ = done.stderr.partition("Traceback")  # torchrun's own, on the process that ended with 1
    assert "take train.strategy=ddp" in said
