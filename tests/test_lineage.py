"""Cells that go on from others, or are trained together with others, on a tiny base."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from petlab import cell as story
from petlab import config, heads
from petlab.attachment import attach
from petlab.cell import Cell
from petlab.errors import UserError
from petlab.lineage import Asked
from petlab.methods.bitfit import BitFit
from petlab.models import load_base
from petlab.record import Record
from petlab.sweep.execute import Outcome, Wanted, execute
from petlab.sweep.plan import Planned, composed, earlier, look_up
from petlab.workshop import Workshop
from tests.tiny import write_stsb

COLA, STSB = "glue/cola", "glue/stsb"
STILL = [f"method.learning_rate.{point}=0" for point in ("initial", "peak", "final")]


@pytest.fixture
def words(tiny_cell: list[str], tmp_path: Path) -> list[str]:
    """A cell on `COLA` of a data root that also has `STSB`, one epoch."""
    write_stsb(tmp_path / "data")
    return [*tiny_cell, "method=lora", "scale.epochs=1"]


def on(words: list[str], dataset: str, *more: str) -> list[str]:
    return [*(word for word in words if not word.startswith("dataset=")), f"dataset={dataset}", *more]


def swept(shop: Workshop, *cells: list[str], wanted: Wanted | None = None) -> tuple[list[Planned[int]], Outcome[int]]:
    planned = composed(list(enumerate(cells)))
    look_up(planned, shop)
    return planned, execute(planned, shop, wanted or Wanted())


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "results")


def no_luck(*_: object, **__: object) -> None:
    raise RuntimeError("no luck")


def names(outcome: Outcome[int]) -> list[str]:
    return [entry.cell.dataset.name for entry in outcome.trained]


def test_the_earlier_cell_is_trained_first_and_once(words: list[str], shop: Workshop) -> None:
    child = on(words, STSB, f"after=[{COLA}]")
    other = [*child, "dataset.max_source_tokens=40"]  # of its own data set: both start from the same cell
    planned = composed(list(enumerate([child, other])))
    look_up(planned, shop)
    assert [entry.cell.dataset.name for entry in earlier(planned)] == [COLA]
    outcome = execute(planned, shop, Wanted())
    assert names(outcome) == [COLA, STSB, STSB] and not outcome.failed
    assert planned[0].record is not None and planned[0].record.config["after"] == [COLA]
    parent = outcome.trained[0]
    assert parent.seat is not None and parent.seat.run == shop.seat(config.cell(words)).run  # the plain cell itself
    assert {record.config["parent"] for entry in planned if (record := entry.record)} == {parent.seat.run}
    again, outcome = swept(shop, child, other)
    assert not outcome.trained and [entry.state for entry in again] == ["done", "done"] and not earlier(again)


def test_training_begins_with_the_tensors_of_the_earlier_cell(words: list[str], shop: Workshop) -> None:
    """At a rate of 0 nothing moves: what is left is what it began with."""
    still = Asked((*on(words, STSB, f"after=[{COLA}]"), *STILL), (Asked((*words, "train.lr=1e-2")),))
    [entry] = planned = composed([(0, still)])
    look_up(planned, shop)
    execute(planned, shop, Wanted())
    assert entry.seat and entry.parent and entry.parent.seat
    before, after = (load_file(shop.store.tensors(seat.run)) for seat in (entry.parent.seat, entry.seat))
    assert before.keys() == after.keys() and all(torch.equal(before[name], after[name]) for name in before)
    assert any(value.abs().max() > 1e-4 for name, value in before.items() if name.endswith("lora_b"))


def test_scores_of_the_earlier_task_stand_beside_the_own_ones(words: list[str], shop: Workshop) -> None:
    [child], _ = swept(shop, on(words, STSB, f"after=[{COLA}]"))
    own = {"exact_match", "pearson", "spearman", "unreadable"}
    old = {f"{COLA}:{name}" for name in ("exact_match", "matthews", "accuracy")}
    assert child.record is not None and old < set(child.record.metrics) and set(child.record.metrics) - old <= own
    assert child.record.params is not None and child.parent and child.parent.record
    assert child.record.params == child.parent.record.params


def test_the_old_tasks_scores_are_those_of_the_tensors_as_they_are(words: list[str], shop: Workshop) -> None:
    """At a rate of 0 the old task's score is the one it had."""
    asked = Asked((*on(words, STSB, f"after=[{COLA}]"), *STILL), (Asked((*words, "train.lr=1e-2")),))
    planned = composed([(0, asked)])
    look_up(planned, shop)
    execute(planned, shop, Wanted())
    child, parent = planned[0].record, shop.store.find(planned[0].parent.seat.run)  # type: ignore[union-attr]
    assert child is not None and parent is not None
    assert {f"{COLA}:{name}": value for name, value in parent.metrics.items()}.items() <= child.metrics.items()


def test_none_before_it_is_the_plain_cell(words: list[str], shop: Workshop) -> None:
    plain = shop.seat(config.cell(words))
    assert shop.seat(config.cell([*words, "after=[]", "together=[]"])).run == plain.run
    assert not {"after", "together", "parent", "companions"} & set(plain.config)


def test_the_id_follows_that_of_the_earlier_cell(words: list[str], shop: Workshop) -> None:
    child = tuple(on(words, STSB, f"after=[{COLA}]"))

    def ident(*parents: Asked) -> str:
        [entry] = composed([(0, Asked(child, parents or None))])
        return shop.seat(entry.cell).run

    same = ident()
    assert ident(Asked(tuple(words))) == same
    changed = {ident(Asked((*words, word))) for word in ("train.lr=5e-3", "scale.rows=30", "limits.test=5")}
    assert len(changed | {same, shop.seat(config.cell(on(words, STSB))).run}) == 5


def test_a_stop_between_the_two_is_taken_up(words: list[str], shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    child = on(words, STSB, f"after=[{COLA}]")
    real = story.run

    def run(cell: Cell, shop: Workshop, *, force: bool = False) -> tuple[Record, bool]:
        if cell.parent is not None:
            raise KeyboardInterrupt
        return real(cell, shop, force=force)

    with monkeypatch.context() as patch:
        patch.setattr(story, "run", run)
        _, outcome = swept(shop, child)
    assert outcome.stopped and names(outcome) == [COLA] and len(outcome.left) == 1
    [entry], outcome = swept(shop, child)
    assert names(outcome) == [STSB] and entry.state == "done"
    straight, _ = swept(Workshop(shop.store.results.with_name("straight")), child)
    assert entry.record and straight[0].record and straight[0].record.metrics == entry.record.metrics


def test_a_cell_after_a_failed_one_is_blocked_until_that_is_tried_again(
    words: list[str], shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = on(words, STSB, f"after=[{COLA}]")
    with monkeypatch.context() as patch:
        patch.setattr(story, "Trainer", no_luck)
        [entry], outcome = swept(shop, child)
    assert [one.cell.dataset.name for one in outcome.failed] == [COLA, STSB]
    assert entry.state == "blocked" and "which failed: RuntimeError: no luck" in str(entry.problem)
    [entry], outcome = swept(shop, child)
    assert entry.problem is not None and not outcome.trained
    [entry], outcome = swept(shop, child, wanted=Wanted(retry_failed=True))
    assert names(outcome) == [COLA, STSB] and entry.state == "done"


def test_tensors_that_were_removed_are_trained_again(words: list[str], shop: Workshop) -> None:
    _, outcome = swept(shop, words)
    parent = outcome.trained[0].seat
    assert parent is not None
    before = shop.store.tensors(parent.run).read_bytes()
    shop.store.tensors(parent.run).unlink()
    _, outcome = swept(shop, on(words, STSB, f"after=[{COLA}]"))
    assert names(outcome) == [COLA, STSB] and shop.store.tensors(parent.run).read_bytes() == before


def test_a_cell_alone_says_what_it_lacks(words: list[str], shop: Workshop) -> None:
    with pytest.raises(UserError, match=r"glue/cola · .* is not trained here"):
        story.run(config.cell(on(words, STSB, f"after=[{COLA}]")), shop)


def test_a_head_of_another_width_is_drawn_anew(tiny_bases: dict[str, Path]) -> None:
    spec = config.cell([f"model.path={tiny_bases['encoder']}", "model.family=encoder"]).model
    base = load_base(spec, labels=2)

    def began(outputs: int, seed: int, before: dict[str, torch.Tensor] | None) -> dict[str, torch.Tensor]:
        with heads.drawn(base.model, outputs, seed), attach(BitFit(), base.model, seed=seed) as attachment:
            if before is not None:
                attachment.start_from(before)
            return attachment.export_state()

    before = {name: value + 1 for name, value in began(2, 0, None).items()}
    fresh, wider = began(3, 1, None), began(3, 1, before)
    head = {name for name in fresh if name.startswith("classifier")}
    assert head and all(torch.equal(wider[name], fresh[name] if name in head else before[name]) for name in fresh)
    same = began(2, 1, before)
    assert all(torch.equal(same[name], before[name]) for name in before)


def test_an_encoder_goes_on_with_a_new_head(words: list[str], tiny_bases: dict[str, Path], shop: Workshop) -> None:
    own = [word for word in words if not word.startswith("model.")]
    encoder = ["model.family=encoder", f"model.path={tiny_bases['encoder']}", *own]
    [child], outcome = swept(shop, on(encoder, STSB, f"after=[{COLA}]"))
    assert names(outcome) == [COLA, STSB] and child.record is not None
    assert not any(":" in name for name in child.record.metrics)  # its head answers one task


def test_what_cannot_go_on_is_refused(words: list[str], shop: Workshop) -> None:
    child = on(words, STSB, f"after=[{COLA}]")
    for bad, sentence in (
        (["method=zero_shot"], "zero_shot trains nothing"),
        ([f"together=[{COLA}]"], "a cell takes one of them"),
        ([f"after=[{COLA},{COLA}]"], "named twice"),
        ([f"after={COLA}"], "a list of data sets is needed"),
        (["after=[]", f"together=[{STSB}]"], "named twice"),
    ):
        with pytest.raises(UserError, match=sentence):
            config.cell([*child, *bad])
    for other in ("seed=1", "method=ia3"):
        with pytest.raises(UserError, match="differ in base, method or seed"):
            composed([(0, Asked(tuple(child), (Asked((*words, other)),)))])
    _, outcome = swept(shop, [*child, "method=prefix", "method.prefix_length=2", "method.hidden=4"])
    assert names(outcome) == [COLA] and "method.hidden=null" in str(outcome.failed[0].problem)


def test_together_trains_on_the_rows_of_all(words: list[str], shop: Workshop) -> None:
    [alone, both, around], _ = swept(shop, words, [*words, f"together=[{STSB}]"], on(words, STSB, f"together=[{COLA}]"))
    assert alone.record and both.record and around.record and alone.record.data and both.record.data
    assert both.record.data.train_rows == 2 * alone.record.data.train_rows == 64
    assert both.record.data.test_rows == alone.record.data.test_rows
    assert f"{STSB}:pearson" in both.record.metrics and "matthews" in both.record.metrics
    assert both.record.convergence.steps_run == 2 * alone.record.convergence.steps_run
    assert len({alone.record.id, both.record.id, around.record.id}) == 3
    assert both.record.config["together"] == [STSB] and "trained together with" in str(both.record.data.note)


def test_titles_tell_what_came_before(words: list[str]) -> None:
    assert "· glue/stsb after glue/cola ·" in config.cell(on(words, STSB, f"after=[{COLA}]")).title
    assert "· glue/cola + glue/stsb ·" in config.cell([*words, f"together=[{STSB}]"]).title
