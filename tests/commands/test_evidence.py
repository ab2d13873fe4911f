"""What claims are judged by: several benchmarks trained as one sweep."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from petlab.claims import Missing
from petlab.commands.common import plan_benchmark
from petlab.commands.evidence import Plan, plan_of, train
from petlab.errors import UserError
from petlab.overrides import Composer

ARGUMENTS = Namespace(train=True, quiet=True, config_dir=None, limit=None, retry_failed=False, force=False)


def test_a_cell_of_two_benchmarks_is_trained_once(tiny_base: Path, tmp_path: Path) -> None:
    cell = ["scale.rows=8", "scale.epochs=1", "limits.test=2", "limits.validation=4", "train.precision=fp32"]
    overrides = [f"model.path={tiny_base}", f"paths.results={tmp_path}", *cell]

    def plan(rows: str) -> Plan:
        given = Namespace(name="embedded", overrides=overrides, rows=rows, columns="Acceptability", config_dir=None)
        return Plan(*plan_benchmark(given, quiet=True))

    one, two = plan("LoRA"), plan("(IA)3,LoRA")
    assert train([one, two], overrides, ARGUMENTS) == 0
    [first], [_, twin] = one.planned, two.planned
    assert first.record is not None and twin.record is first.record
    assert len(list(tmp_path.glob("runs/*/record.json"))) == 2
    assert train([], overrides, ARGUMENTS) == 0


def test_what_cannot_begin_is_missing_or_the_users_mistake(tmp_path: Path) -> None:
    place, compose = [f"paths.results={tmp_path}"], Composer()
    with pytest.raises(Missing, match="needs the benchmark later, which is not there"):
        plan_of("later", (), place, ARGUMENTS, compose)
    only_judged = Namespace(**{**vars(ARGUMENTS), "train": False})
    with pytest.raises(Missing, match="needs cells that can begin; "):
        plan_of("e2e_nano_gpt2", ("data.root=nowhere",), place, only_judged, compose)
    with pytest.raises(UserError, match="nowhere"):
        plan_of("e2e_nano_gpt2", ("data.root=nowhere",), place, ARGUMENTS, compose)
    with pytest.raises(UserError, match="nano_t"):
        plan_of("embedded", (), [*place, "model=nano_t"], ARGUMENTS, compose)
