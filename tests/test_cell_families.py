"""One cell end to end on every family of models: encoders with a head, causal models, prompting without training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from petlab import config
from petlab.cell import run
from petlab.errors import UserError
from petlab.record import Record
from petlab.training import loop
from petlab.training.checkpoint import Checkpoint
from petlab.workshop import Workshop
from tests.tiny import overrides, write_cola, write_stsb

Words = dict[str, list[str]]


@pytest.fixture
def cells(tiny_bases: dict[str, Path], tmp_path: Path) -> Words:
    """Overrides of a cell that trains in a second, by family."""
    root = write_stsb(write_cola(tmp_path / "data"))
    return {family: overrides(base, root, tmp_path / "results", family) for family, base in tiny_bases.items()}


def done(words: list[str], folder: Path) -> Record:
    record, _ = run(config.cell(words), Workshop(folder))
    assert record.status == "done", record.convergence.reason
    return record


def losses(record: Record) -> list[float]:
    return [row[4] for row in record.convergence.evaluations]


def outputs(record: Record, folder: Path) -> list[str]:
    text = (folder / "runs" / record.id / "outputs.jsonl").read_text(encoding="utf-8")
    return [json.loads(line)["output"] for line in text.splitlines()]


@pytest.mark.parametrize("family", ["encoder", "causal"])
@pytest.mark.parametrize("method", ["full", "houlsby"])
def test_a_class_is_taught_and_scored(cells: Words, family: str, method: str, tmp_path: Path) -> None:
    words = [*cells[family], f"method={method}", "train.lr=1e-2", "scale.epochs=4", "train.patience=9"]
    record = done(words, tmp_path)
    assert set(record.metrics) == {"exact_match", "matthews", "accuracy"}
    history = (tmp_path / "runs" / record.id / "history.jsonl").read_text(encoding="utf-8").splitlines()
    taught = [json.loads(line)["train_loss"] for line in history]
    assert taught[-1] < taught[1]
    assert record.params is not None and record.params.head == (34 if family == "encoder" else 0)


def test_an_encoder_answers_with_label_words(cells: Words, tmp_path: Path) -> None:
    record = done([*cells["encoder"], "method=full", "train.lr=1e-2", "scale.epochs=6"], tmp_path)
    assert set(outputs(record, tmp_path)) <= {"acceptable", "unacceptable"}
    assert record.metrics["accuracy"] == record.metrics["exact_match"]


@pytest.mark.parametrize("family", ["seq2seq", "encoder", "causal"])
def test_a_score_is_taught_and_correlated(cells: Words, family: str, tmp_path: Path) -> None:
    record = done([*cells[family], "dataset=glue/stsb", "method=bitfit"], tmp_path)
    assert set(record.metrics) == {"pearson", "spearman", "unreadable"}
    if family == "encoder":
        assert record.params is not None and record.params.head == 17
        assert all(-5 < float(output) < 10 for output in outputs(record, tmp_path))


def test_an_encoder_that_should_write_text_says_so_before_anything_is_read(cells: Words, tmp_path: Path) -> None:
    words = [*cells["encoder"], "dataset=e2e_nlg"]
    with pytest.raises(UserError, match="an encoder answers with a label or a score, and e2e_nlg asks for text"):
        run(config.cell(words), Workshop(tmp_path))
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("family", ["encoder", "causal"])
def test_losses_are_equal_twice_alone_and_as_the_fourth_of_a_process(cells: Words, family: str, tmp_path: Path) -> None:
    wanted = [*cells[family], "method=lora"]
    alone = done(wanted, tmp_path / "alone")
    assert losses(done(wanted, tmp_path / "again")) == losses(alone)
    shared = Workshop(tmp_path / "shared")
    for before in (["method=full"], ["method=pre_embed", "dataset=glue/stsb"], ["method=houlsby", "seed=1"]):
        assert run(config.cell([*cells[family], *before]), shared)[0].status == "done"
    later, _ = run(config.cell(wanted), shared)
    assert losses(later) == losses(alone) and later.metrics == alone.metrics and later.id == alone.id
    assert outputs(later, tmp_path / "shared") == outputs(alone, tmp_path / "alone")


@pytest.mark.parametrize(("family", "company"), [("encoder", True), ("causal", False)])
def test_a_killed_cell_goes_on_to_the_same_result(
    cells: Words, family: str, company: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its seconds are of both processes, and no more comparable than those of the one that was killed."""
    wanted = [*cells[family], "method=lora", "scale.epochs=4", "train.patience=9"]
    whole = done(wanted, tmp_path / "whole")
    monkeypatch.setattr(loop, "SAVE_EVERY_S", 0.0)
    shop = Workshop(tmp_path / "killed")
    shop.in_company = lambda: company
    plain = shop.saver

    def saver(run_id: str) -> object:
        write = plain(run_id)

        def then_die(state: Checkpoint) -> None:
            write(state)
            raise KeyboardInterrupt

        return then_die

    with monkeypatch.context() as patch:
        patch.setattr(shop, "saver", saver)
        with pytest.raises(KeyboardInterrupt):
            run(config.cell(wanted), shop)
    resumed = done(wanted, tmp_path / "killed")
    assert losses(resumed) == losses(whole) and resumed.metrics == whole.metrics
    assert resumed.time.wall_s >= resumed.time.train_s + resumed.time.validate_s
    assert (whole.time.timing, resumed.time.timing) == ("exclusive", "shared" if company else "exclusive")


def test_the_head_follows_the_seed_and_leaves_the_base_as_it_was(cells: Words, tmp_path: Path) -> None:
    shop = Workshop(tmp_path)
    first, again, other = (
        run(config.cell([*cells["encoder"], "method=head", f"seed={seed}"]), shop, force=True)[0] for seed in (0, 0, 1)
    )
    assert losses(first)[0] == losses(again)[0] != losses(other)[0]
    base = shop.base(config.cell(cells["encoder"]).model, "cpu")
    assert base.fingerprint() == base.info.weights_sha256


@pytest.mark.parametrize("family", ["seq2seq", "causal"])
@pytest.mark.parametrize("method", ["zero_shot", "few_shot"])
def test_prompting_asks_the_base_and_trains_nothing(cells: Words, family: str, method: str, tmp_path: Path) -> None:
    record = done([*cells[family], f"method={method}"], tmp_path)
    fit = record.convergence
    assert (fit.stopped, fit.epoch, fit.steps_run, fit.evaluations) == ("untrained", None, 0, [])
    assert record.params is not None and (record.params.trained, record.params.stored) == (0, 0)
    assert "exact_match" in record.metrics and len(outputs(record, tmp_path)) == 6


def test_prompting_an_encoder_is_refused(cells: Words, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="untrained head"):
        run(config.cell([*cells["encoder"], "method=few_shot"]), Workshop(tmp_path))
    assert not (tmp_path / "runs").exists()


def test_a_prompt_that_leaves_no_room_is_refused(cells: Words, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="positions for 10 tokens beside those of the method"):
        run(config.cell([*cells["causal"], "method=prompt", "method.tokens=150"]), Workshop(tmp_path))


def test_texts_longer_than_the_positions_are_cut_to_them(cells: Words, tmp_path: Path) -> None:
    for family, tokens in (("causal", 100), ("encoder", 60)):
        record = done([*cells[family], "method=prompt", f"method.tokens={tokens}", "scale.epochs=1"], tmp_path)
        assert len(losses(record)) == 2


def test_the_id_follows_the_text_that_the_family_reads(cells: Words, tmp_path: Path) -> None:
    def ident(family: str, *extra: str) -> str:
        return Workshop(tmp_path).seat(config.cell([*cells[family], *extra])).run

    assert ident("encoder", 'dataset.encoder=["so: {sentence}"]') != ident("encoder")
    assert ident("seq2seq", 'dataset.encoder=["so: {sentence}"]') == ident("seq2seq")
    other = 'dataset.causal={format: mine, formats: {mine: {source: "{sentence}", target: "{target}{eos}"}}}'
    assert ident("causal", f"+{other}") != ident("causal")
    assert ident("seq2seq", f"+{other}") == ident("seq2seq")
