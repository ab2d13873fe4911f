"""One cell end to end on a tiny base: recorded once, the same alone or in company, failures kept with their reason."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from safetensors import safe_open

from petlab import cell as story
from petlab import config
from petlab.cell import run
from petlab.errors import UserError
from petlab.record import Record
from petlab.workshop import Workshop


def losses(record: Record) -> list[float]:
    assert record.convergence is not None
    return [row[4] for row in record.convergence.evaluations]


def workshop(tmp_path: Path, name: str = "results") -> Workshop:
    return Workshop(tmp_path / name)


def test_a_cell_leaves_a_record_and_is_found_the_second_time(tiny_cell: list[str], tmp_path: Path) -> None:
    cell = config.cell(tiny_cell)
    record, found = run(cell, workshop(tmp_path))
    assert record.status == "done" and not found
    folder = tmp_path / "results" / "runs" / record.id
    assert {path.name for path in folder.iterdir()} == {
        "record.json", "config.json", "history.jsonl", "outputs.jsonl", "trained.safetensors",
    }  # fmt: skip
    assert len((folder / "outputs.jsonl").read_text().splitlines()) == 6
    assert len((folder / "history.jsonl").read_text().splitlines()) == len(losses(record))
    again, found = run(config.cell(tiny_cell), workshop(tmp_path))
    assert found and again == record


def test_the_record_tells_what_was_run(tiny_cell: list[str], tmp_path: Path) -> None:
    record, _ = run(config.cell([*tiny_cell, "method=bitfit", "seed=3"]), workshop(tmp_path))
    assert record.config["method"]["name"] == "bitfit" and record.config["seed"] == 3
    assert record.data is not None and record.data.train_rows == 32 and record.data.origin == "files"
    assert record.params is not None and 0 < record.params.stored < record.params.base
    assert set(record.metrics) == {"exact_match", "matthews", "accuracy"}
    assert record.time.timing == "exclusive" and record.time.threads == 1
    assert "data" not in record.config and str(tmp_path / "data") not in record.to_json()


def test_the_kept_file_holds_what_a_task_must_keep(tiny_cell: list[str], tmp_path: Path) -> None:
    record, _ = run(config.cell([*tiny_cell, "method=ia3"]), workshop(tmp_path))
    path = tmp_path / "results" / "runs" / record.id / "trained.safetensors"
    with safe_open(path, "pt") as file:  # type: ignore[no-untyped-call]
        kept = sum(file.get_tensor(name).numel() for name in file.keys())  # noqa: SIM118
    assert record.params is not None and kept == record.params.stored


def test_losses_are_equal_alone_and_in_company(tiny_cell: list[str], tmp_path: Path) -> None:
    wanted = [*tiny_cell, "method=lora"]
    alone, _ = run(config.cell(wanted), workshop(tmp_path, "alone"))
    shared = workshop(tmp_path, "shared")
    for before in ("full", "prompt", "bitfit"):
        run(config.cell([*tiny_cell, f"method={before}"]), shared)
    later, _ = run(config.cell(wanted), shared)
    assert losses(later) == losses(alone) and later.metrics == alone.metrics and later.id == alone.id


def test_the_id_follows_what_changes_results_and_nothing_else(tiny_cell: list[str], tmp_path: Path) -> None:
    def ident(*extra: str) -> str:
        return workshop(tmp_path).seat(config.cell([*tiny_cell, *extra])).run

    same = ident()
    assert ident("train.threads=2", "tracker=wandb", "train.lr=3e-3", "method.learning_rate.trials=4") == same
    different = {
        ident(word)
        for word in ("seed=1", "data_seed=1", "method=ia3", "method.rank=4", "train.lr=1e-3", "limits.test=5",
                     "train.precision=bf16", "dataset.generation.beams=2", "scale.epochs=3")
    }  # fmt: skip
    assert len(different) == 9 and same not in different


def test_a_score_of_the_validation_rows_may_choose_the_best(tiny_cell: list[str], tmp_path: Path) -> None:
    by_loss, _ = run(config.cell(tiny_cell), workshop(tmp_path))
    record, _ = run(config.cell([*tiny_cell, "train.select=accuracy", "train.patience=9"]), workshop(tmp_path))
    assert record.id != by_loss.id
    history = tmp_path / "results" / "runs" / record.id / "history.jsonl"
    entries = [json.loads(line) for line in history.read_text().splitlines()]
    scores = [entry["score"] for entry in entries]
    assert scores[0] is None and all(0 <= score <= 1 for score in scores[1:])
    best = next(entry for entry in entries if entry["score"] == max(scores[1:]))  # the first of equal ones
    assert record.convergence is not None and record.convergence.step == best["step"]


def test_content_of_the_data_decides_not_its_place(tiny_cell: list[str], tmp_path: Path) -> None:
    from tests.tiny import write_cola

    first = workshop(tmp_path).seat(config.cell(tiny_cell)).run
    moved = write_cola(tmp_path / "elsewhere")
    assert workshop(tmp_path).seat(config.cell([*tiny_cell, f"data.root={moved}"])).run == first
    path = moved / "glue" / "CoLA" / "train.tsv"
    path.write_text(path.read_text().replace("red", "rot"))
    assert workshop(tmp_path).seat(config.cell([*tiny_cell, f"data.root={moved}"])).run != first


def test_a_failure_is_a_record_with_its_reason(
    tiny_cell: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> list[str]:
        raise RuntimeError("out of paper\nsecond line")

    shop = workshop(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(story, "generate", broken)
        record, _ = run(config.cell(tiny_cell), shop)
    assert record.status == "failed" and record.convergence.reason == "RuntimeError: out of paper"
    assert record.metrics == {}
    assert "out of paper" in (tmp_path / "results" / "runs" / record.id / "error.txt").read_text()
    assert run(config.cell(tiny_cell), shop)[0].status == "done"


def test_a_loss_that_is_not_finite_is_recorded_as_diverged(tiny_cell: list[str], tmp_path: Path) -> None:
    words = [*tiny_cell, "method=full", "train.lr=1e30", "train.warmup=0"]
    record, _ = run(config.cell(words), workshop(tmp_path))
    assert record.status == "diverged" and "not finite at step" in str(record.convergence.reason)
    json.loads(record.to_json())


def test_stopping_in_the_middle_leaves_no_record_and_the_base_as_it_was(
    tiny_cell: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> list[str]:
        raise KeyboardInterrupt

    shop = workshop(tmp_path)
    cell = config.cell([*tiny_cell, "method=full"])
    with monkeypatch.context() as patch:
        patch.setattr(story, "generate", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(cell, shop)
    assert shop.store.find(shop.seat(cell).run) is None
    base = shop.base(cell.model, "cpu")
    assert base.fingerprint() == base.info.weights_sha256


def test_what_cannot_begin_writes_nothing(tiny_cell: list[str], tmp_path: Path) -> None:
    for words, said in (
        ([f"data.root={tmp_path / 'nowhere'}"], "nowhere"),
        ([f"model.path={tmp_path / 'nothing'}"], "nothing"),
    ):
        with pytest.raises(UserError, match=said):
            run(config.cell([*tiny_cell, *words]), workshop(tmp_path))
    assert not (tmp_path / "results" / "runs").exists()


def test_a_tracker_that_breaks_breaks_no_cell(
    tiny_cell: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wandb

    def no_network(**_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(wandb, "init", no_network)
    record, _ = run(config.cell([*tiny_cell, "tracker=wandb"]), workshop(tmp_path))
    assert record.status == "done"


def test_a_cell_is_frozen(tiny_cell: list[str]) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.cell(tiny_cell).seed = 4  # type: ignore[misc]
