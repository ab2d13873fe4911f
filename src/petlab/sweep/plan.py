"""Benchmark or overrides to cells, and which of them are missing from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from petlab import config
from petlab.cell import Cell
from petlab.errors import UserError
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
        seat: run id and what was resolved with it; None before `look_up` or where that failed.
        record: what the store holds.
        problem: why the cell cannot begin (a missing file, say).
        mistake: whether the problem is the user's to mend, rather than petlab's.
    """

    key: Key
    cell: Cell
    source: dict[str, Any]
    seat: Seat | None = None
    record: Record | None = None
    problem: str | None = None
    mistake: bool = True

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
    compose = Composer(config_dir)
    planned: list[Planned[Key]] = []
    for key, given in requests:
        words = [f"{name}={value}" for name, value in given.items()] if isinstance(given, Mapping) else list(given)
        plain, choices = compose(words)
        planned.append(made(key, {"config": plain, "choices": choices}))
    return planned


def made(key: Key, source: dict[str, Any]) -> Planned[Key]:
    """The cell of a composed configuration: its `config` and the `choices` of its groups."""
    return Planned(key, config.from_plain(source["config"], source["choices"]), source)


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
