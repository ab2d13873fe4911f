"""Planning and running many cells, with the training itself made up."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest

from petlab import cell as story
from petlab.cell import Cell
from petlab.record import Record
from petlab.sweep.claims import Claims
from petlab.sweep.execute import Outcome, Queue, Wanted, execute
from petlab.sweep.plan import Planned, composed, grouped, look_up
from petlab.workshop import Workshop
from tests.records import made_up


@pytest.fixture
def planned(tiny_cell: list[str]) -> list[Planned[int]]:
    words = [[f"method={method}", f"seed={seed}"] for seed in (0, 1) for method in ("ia3", "bitfit")]
    return composed([(number, [*tiny_cell, *word]) for number, word in enumerate(words)])


@pytest.fixture
def workshop(planned: list[Planned[int]], monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop whose cells take no time: the record is made up, stored under the cell's own id."""
    shop = Workshop(planned[0].cell.results)

    def run(cell: Cell, shop: Workshop, *, force: bool = False) -> tuple[Record, bool]:
        assert force
        record = dataclasses.replace(made_up(shop.seat(cell).run), metrics={"exact_match": 0.5})
        shop.store.save(record)
        return record, False

    monkeypatch.setattr(story, "run", run)
    return shop


def states(planned: list[Planned[int]], shop: Workshop) -> list[str]:
    look_up(planned, shop)
    return [entry.state for entry in planned]


def test_only_what_is_missing_is_trained(planned: list[Planned[int]], workshop: Workshop) -> None:
    assert states(planned, workshop) == ["missing"] * 4
    first = execute(planned, workshop, Wanted(limit=3))
    assert (len(first.trained), len(first.left)) == (3, 1)
    look_up(planned, workshop)
    second = execute(planned, workshop, Wanted())
    assert (len(second.trained), len(second.reused)) == (1, 3)
    assert states(planned, workshop) == ["done"] * 4
    assert len(execute(planned, workshop, Wanted(force=True)).trained) == 4


def test_cells_that_others_train_are_not_in_the_time_that_is_left(
    planned: list[Planned[int]], workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells of ten seconds, every other one of four claimed by another sweep: three are passed after the first."""
    look_up(planned, workshop)
    now, said, theirs = [0.0], [], []
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda _: theirs.clear())
    real = story.run

    def run(cell: Cell, shop: Workshop, *, force: bool = False) -> tuple[Record, bool]:
        said.append(shop.prefix)
        now[0] += 10
        return real(cell, shop, force=force)

    def take(claims: Claims, folder: Path) -> object | None:
        return None if folder.name in theirs else taken(claims, folder)

    taken = Claims.take
    monkeypatch.setattr(Claims, "take", take)
    monkeypatch.setattr(story, "run", run)
    queue = Queue(planned, workshop, Outcome())
    theirs += [entry.seat.run for entry in planned[::2] if entry.seat is not None]
    queue.run()
    assert said[:2] == ["[1/4] ", "[2/4, about 3 s left] "]


def test_ctrl_c_keeps_what_is_finished(
    planned: list[Planned[int]], workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up(planned, workshop)
    real = story.run
    begun: list[Cell] = []

    def run(cell: Cell, shop: Workshop, *, force: bool = False) -> tuple[Record, bool]:
        begun.append(cell)
        if len(begun) == 3:
            raise KeyboardInterrupt
        return real(cell, shop, force=force)

    monkeypatch.setattr(story, "run", run)
    outcome = execute(planned, workshop, Wanted())
    assert outcome.stopped and len(outcome.trained) == 2 and len(outcome.left) == 2
    assert states(planned, workshop).count("done") == 2


def test_a_cell_that_cannot_begin_is_named_and_the_others_run(
    planned: list[Planned[int]], workshop: Workshop, tmp_path: Path
) -> None:
    planned[1].cell = dataclasses.replace(planned[1].cell, data_root=tmp_path / "nowhere")
    look_up(planned, workshop)
    assert planned[1].state == "blocked" and "nowhere" in str(planned[1].problem)
    outcome = execute(planned, workshop, Wanted())
    assert len(outcome.trained) == 3 and outcome.failed == [planned[1]]


def test_cells_of_one_base_and_data_set_run_together(tiny_cell: list[str]) -> None:
    words = [[f"seed={seed}", f"method={method}"] for seed in (0, 1) for method in ("ia3", "bitfit")]
    tiny_cell = [word for word in tiny_cell if not word.startswith("scale.")]
    mixed = composed(
        [
            (number, [*tiny_cell, *word, f"scale={scale}"])
            for number, word in enumerate(words)
            for scale in ("high", "low")
        ]
    )
    order = [entry.cell.scale.name for entry in grouped(mixed)]
    assert order == ["low"] * 4 + ["high"] * 4


def test_a_result_is_discarded_when_another_sweep_took_the_cell_over(
    planned: list[Planned[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from petlab.sweep import claims

    shop = Workshop(planned[0].cell.results)
    look_up(planned[:1], shop)
    monkeypatch.setattr(claims.Claim, "held", lambda _: False)
    outcome = execute(planned[:1], shop, Wanted())
    assert len(outcome.failed) == 1 and "another sweep took this cell over" in str(planned[0].problem)
    assert planned[0].seat is not None and shop.store.find(planned[0].seat.run) is None
