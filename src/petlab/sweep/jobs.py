"""From cells to jobs: what one worker takes, so that bases and data sets are loaded few times and no worker idles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from petlab.sweep.plan import Key, Planned, grouped


def cut(
    todo: Sequence[Planned[Key]], workers: int, most: int | None = None, turns: int = 1
) -> list[list[Planned[Key]]]:
    """Jobs of cells of one base and one data set, the longest first.

    Args:
        todo: the cells.
        workers: how many jobs run at a time.
        most: cells of a job at most; None = an equal share of the workers, in so many `turns`.
        turns: how many jobs each worker takes one after the other. Cells of one data set may take many times as long
            as those of another: shares of equal number end far apart, and short jobs close together.

    Returns:
        The jobs. In one turn, with more groups than workers, each group is one job and its base and data are loaded
        once; a group larger than `most` is cut into even parts. Cells that start from each other are one job,
        however many.
    """
    most = most or max(1, -(-len(todo) // (workers * turns)))
    jobs = _chains(todo)
    chained = {id(entry) for job in jobs for entry in job}
    alone = [entry for entry in todo if id(entry) not in chained]
    for _, members in groupby(grouped(alone), key=lambda entry: (entry.cell.model.name, entry.cell.dataset.name)):
        group = list(members)
        parts = -(-len(group) // most)
        bounds = [round(part * len(group) / parts) for part in range(parts + 1)]
        jobs += [group[first:last] for first, last in pairwise(bounds)]
    return sorted(jobs, key=lambda job: -sum(_work(entry) for entry in job))


def _chains(todo: Sequence[Planned[Key]]) -> list[list[Planned[Key]]]:
    """The cells that others of `todo` start from, or that start from others of it, by the cell that goes first."""
    there = {entry.seat.run for entry in todo if entry.seat is not None}
    chains: dict[str, list[Planned[Key]]] = {}
    for entry in todo:
        line: list[Planned[Any]] = [*entry.ancestors, entry]
        runs = [one.seat.run for one in line if one.seat is not None and one.seat.run in there]
        if runs:
            chains.setdefault(runs[0], []).append(entry)
    return [grouped(chain) for chain in chains.values() if any(entry.parent for entry in chain) and len(chain) > 1]


def _work(entry: Planned[Key]) -> int:
    """Rows, epochs and tokens of a row at most: enough to tell long jobs from short ones."""
    rows = entry.seat.data.train_rows if entry.seat else entry.cell.scale.rows or 0
    texts = entry.cell.dataset
    return rows * entry.cell.scale.epochs * (texts.max_source_tokens + texts.max_target_tokens)
