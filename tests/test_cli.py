"""The commands as a user types them: exit codes, one sentence for a mistake, a second run that trains nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from petlab import cli


def petlab(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "petlab.cli", *words], capture_output=True, text=True, check=False)


def test_help_is_fast_and_loads_nothing_heavy() -> None:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        done = petlab("--help")
        seconds.append(time.perf_counter() - started)
        assert done.returncode == 0 and "run" in done.stdout and "bench" in done.stdout
    assert min(seconds) < 0.5
    heavy = "print([name for name in ('torch', 'hydra', 'pandas') if name in sys.modules])"
    code = f"import sys; from petlab import cli; cli.parser(); {heavy}"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_a_plan_loads_no_model_code(tmp_path: Path) -> None:
    words = ["run", "-m", "method=lora,prefix", "dataset=embedded/topics", f"paths.results={tmp_path}", "--dry-run"]
    loaded = "'transformers.modeling_utils' in sys.modules"
    code = f"import sys; from petlab.cli import main; sys.exit(main({words}) or {loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "2 missing" in done.stdout


def test_one_cell_then_the_same_again(tiny_cell: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "--json", *tiny_cell]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["status"] == "done" and first["metrics"]["exact_match"] >= 0
    assert cli.main(["run", *tiny_cell]) == 0
    said = capsys.readouterr().out
    assert "(done before)" in said and first["id"] in said


def test_a_sweep_shares_its_store(tiny_cell: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "-m", "method=ia3,bitfit", "seed=0,1", *tiny_cell, "--limit", "3"]) == 0
    capsys.readouterr()
    assert cli.main(["run", "-m", "method=ia3,bitfit", "seed=0,1", *tiny_cell, "--dry-run"]) == 0
    assert "3 done, 1 missing" in capsys.readouterr().out


def test_a_mistake_is_one_line_and_exit_code_2(
    tiny_cell: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ["run", "method=lorra"],
        ["run", "method=lora,ia3", *tiny_cell],
        ["run", "-q", "method=combo", "method.parts=[prompt,pre_embed]", *tiny_cell],
        ["run", *tiny_cell, f"data.root={tmp_path / 'nowhere'}"],
        ["bench", "pu2023_table99"],
        ["bench", "embedded", "--rows", "nobody"],
        ["bench", "embedded", "model"],
        ["pretrain", "nano_t6"],
    ):
        assert cli.main(words) == 2, words
        captured = capsys.readouterr()
        assert captured.out == "" and captured.err.startswith("petlab: ") and captured.err.count("\n") == 1, words


def test_a_place_where_nothing_can_be_written_is_refused_before_the_work(
    tiny_cell: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    there = str(tmp_path / "file")
    for words in (
        ["run", *tiny_cell, f"paths.results={there}"],
        ["run", "-m", "seed=0,1", *tiny_cell, f"paths.results={there}/below", "hydra/launcher=joblib"],
        ["latency", "--out", there],
        ["latency", f"paths.results={there}"],
        ["speed", "--out", there],
        ["pretrain", "nano_t5", "--out", there],
    ):
        assert cli.main(words) == 2, words
        captured = capsys.readouterr()
        assert captured.out == "" and there in captured.err and "name another folder" in captured.err, words
    assert cli.main(["speed", "--threads", "0"]) == 2
    assert "--threads 0: a whole number from 1" in capsys.readouterr().err


def test_a_failed_cell_does_not_end_a_sweep_and_shows_in_the_exit_code(
    tiny_cell: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from petlab.training import loop

    real = loop.Trainer.fit

    def broken_once(self: loop.Trainer) -> loop.Fit:
        if self.seed == 1:
            raise RuntimeError("the lights went out")
        return real(self)

    with monkeypatch.context() as patch:
        patch.setattr(loop.Trainer, "fit", broken_once)
        assert cli.main(["run", "-m", "seed=0,1,2", *tiny_cell]) == 1
    assert "the lights went out" in capsys.readouterr().err
    assert cli.main(["run", "-m", "seed=0,1,2", *tiny_cell]) == 1, "a failed cell is not tried again unasked"
    assert cli.main(["run", "-m", "seed=0,1,2", *tiny_cell, "--retry-failed"]) == 0
