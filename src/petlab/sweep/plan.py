"""Benchmark or overrides to cells, and which of them are missing from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from petlab import config
from petlab.cell import Cell
from petlab.errors import UserError
from petlab.record import Record
from petlab.workshop import Seat, Workshop

Key = TypeVar("Key")


@dataclass
class Planned(Generic[Key]):
    """One cell of a plan.

    `record` is what the store holds; `problem` says why the cell cannot begin (a missing file, say).
    """

    key: Key
    cell: Cell
    seat: Seat | None = None
    record: Record | None = None
    problem: str | None = None

    @property
    def state(self) -> str:
        """done, failed, diverged, missing, or blocked."""
        if self.problem is not None:
            return "blocked"
        return self.record.status if self.record else "missing"


def composed(
    requests: Sequence[tuple[Key, Mapping[str, str] | Sequence[str]]], config_dir: Path | None = None
) -> list[Planned[Key]]:
    """Compose every request: a key and the Hydra overrides of a cell, plus the user's own groups in `config_dir`.

    Raises:
        UserError: an override that cannot be composed; nothing was begun.
    """
    planned: list[Planned[Key]] = []
    for key, given in requests:
        words = [f"{name}={value}" for name, value in given.items()] if isinstance(given, Mapping) else list(given)
        planned.append(Planned(key, config.cell(words, config_dir)))
    return planned


def look_up(planned: Sequence[Planned[Key]], workshop: Workshop) -> None:
    """Find every cell's run id and record. A cell whose data or base is not to be had keeps its problem instead."""
    for entry in planned:
        if entry.problem is not None:
            continue
        try:
            entry.seat = workshop.seat(entry.cell)
            entry.record = workshop.store.find(entry.seat.run)
        except UserError as problem:
            entry.problem = str(problem)


def grouped(planned: Sequence[Planned[Key]]) -> list[Planned[Key]]:
    """In the order that loads each base and each data set as few times as can be."""
    return sorted(
        planned,
        key=lambda entry: (
            entry.cell.model.name,
            entry.cell.dataset.name,
            entry.cell.scale.rows or 0,
            entry.cell.data_seed,
        ),
    )
