"""From cells to jobs: what one worker takes, so that bases and data sets are loaded few times and no worker idles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from petlab.sweep.plan import Key, Planned, grouped


def cut(todo: Sequence[Planned[Key]], workers: int, most: int | None = None) -> list[list[Planned[Key]]]:
    """Jobs of cells of one base and one data set, the longest first.

    Args:
        todo: the cells.
        workers: how many jobs run at a time.
        most: cells of a job at most; None = an equal share of the workers.

    Returns:
        The jobs. With more groups than workers each group is one job and its base and data are loaded once; a group
        larger than `most` is cut into even parts.
    """
    most = most or max(1, -(-len(todo) // workers))
    jobs: list[list[Planned[Key]]] = []
    for _, members in groupby(grouped(todo), key=lambda entry: (entry.cell.model.name, entry.cell.dataset.name)):
        group = list(members)
        parts = -(-len(group) // most)
        bounds = [round(part * len(group) / parts) for part in range(parts + 1)]
        jobs += [group[first:last] for first, last in pairwise(bounds)]
    return sorted(jobs, key=lambda job: -sum(_work(entry) for entry in job))


def _work(entry: Planned[Key]) -> int:
    """Rows times epochs: enough to tell long jobs from short ones."""
    rows = entry.seat.data.train_rows if entry.seat else entry.cell.scale.rows or 0
    return rows * entry.cell.scale.epochs
