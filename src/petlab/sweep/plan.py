"""Benchmark or overrides to cells, and which of them are missing from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from petlab import config, lineage
from petlab.cell import Cell
from petlab.errors import UserError
from petlab.lineage import Asked, Source
from petlab.overrides import Composer
from petlab.record import Record
from petlab.workshop import Seat, Workshop

Key = TypeVar("Key")


@dataclass
class Planned(Generic[Key]):
    """One cell of a plan.

    Attributes:
        key: how whoever asked calls the cell.
        cell: the checked configuration.
        source: what the cell was made of, as plain containers: how it is handed to another process.
        parent: the cell that this one starts from, under the same key.
        seat: run id and what was resolved with it; None before `look_up` or where that failed.
        record: what the store holds.
        problem: why the cell cannot begin (a missing file, say).
        mistake: whether the problem is the user's to mend, rather than petlab's.
    """

    key: Key
    cell: Cell
    source: Source
    parent: Planned[Key] | None = None
    seat: Seat | None = None
    record: Record | None = None
    problem: str | None = None
    mistake: bool = True

    @property
    def state(self) -> str:
        """done, failed, diverged, missing, or blocked."""
        if self.problem is not None:
            return "blocked"
        if self.record is not None:
            return self.record.status
        return "blocked" if self.obstacle() else "missing"

    @property
    def ancestors(self) -> list[Planned[Key]]:
        """The cells before this one, the first one first."""
        return [] if self.parent is None else [*self.parent.ancestors, self.parent]

    def obstacle(self, *, retry_failed: bool = False) -> str | None:
        """Which cell before this one left no tensors to start from, and why; one that will be tried again is none."""
        for one in self.ancestors:
            if one.record is not None and one.record.status != "done" and not (retry_failed and one.state == "failed"):
                return f"starts from {one.cell.title}, which {one.record.status}: {one.record.convergence.reason}"
        return None


def earlier(entries: Sequence[Planned[Key]]) -> list[Planned[Key]]:
    """What must be trained before these cells can begin and is not among them: each once, those that go first first."""
    known = {entry.seat.run for entry in entries if entry.seat is not None}
    found: dict[str, Planned[Key]] = {}
    for one in (one for entry in entries for one in entry.ancestors):
        if one.seat is not None and one.seat.run not in known and (one.record is None or one.record.status != "done"):
            found.setdefault(one.seat.run, one)
    return list(found.values())


def composed(
    requests: Sequence[tuple[Key, Asked | Sequence[str]]], compose: Composer | None = None
) -> list[Planned[Key]]:
    """Compose every request: a key and the Hydra overrides of a cell.

    Args:
        requests: by key, the words of a cell.
        compose: one that knows the user's own groups, or has composed the cells of other benchmarks already.

    Raises:
        UserError: an override that cannot be composed; nothing was begun.
    """
    compose = compose or Composer()
    planned: list[Planned[Key]] = []
    for key, given in requests:
        asked = given if isinstance(given, Asked) else Asked(tuple(given))
        planned.append(made(key, lineage.source(compose, asked)))
    return planned


def made(key: Key, source: Source) -> Planned[Key]:
    """The cell of a composed configuration, and the cells before it."""
    parent = made(key, source["parent"]) if "parent" in source else None
    return Planned(key, config.from_source(source), source, parent)


def look_up(planned: Sequence[Planned[Key]], workshop: Workshop) -> None:
    """Find every cell's run id and record. A cell whose data or base is not to be had keeps its problem instead."""
    for entry in planned:
        if entry.problem is not None:
            continue
        try:
            entry.seat = workshop.seat(entry.cell)
            entry.record = workshop.store.find(entry.seat.run)
            look_up(entry.ancestors, workshop)
            for one in entry.ancestors:
                if one.seat is not None and one.state == "done" and not workshop.store.tensors(one.seat.run).is_file():
                    one.record = None  # its tensors were removed: it is trained again
        except UserError as problem:
            entry.problem = str(problem)


def grouped(planned: Sequence[Planned[Key]]) -> list[Planned[Key]]:
    """In the order that loads each base and each data set as few times as can be, no cell before one it starts from."""
    return sorted(
        planned,
        key=lambda entry: (
            entry.cell.model.name,
            len(entry.ancestors),
            entry.cell.dataset.name,
            entry.cell.scale.rows or 0,
            entry.cell.data_seed,
        ),
    )
