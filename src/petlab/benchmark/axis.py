"""Every row of a table at each value of one more setting: `axis: {model.width: [64, 128, 160]}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from petlab.benchmark.spec import Row


def spread(rows: Sequence[Row], axis: Mapping[str, Sequence[str]]) -> tuple[Row, ...]:
    """The rows at the first value, then at the second: `Prompt 5; width 64`. They reproduce no printed cells.

    Args:
        rows: of the table without the axis.
        axis: one key and its values, as Hydra's command line writes them.

    Raises:
        ValueError: several keys, or no values.
    """
    if len(axis) != 1 or not (values := next(iter(axis.values()))):
        raise ValueError("axis: one key with a list of values is needed")
    [key] = axis
    name = key.rpartition(".")[2]
    return tuple(
        replace(row, label=f"{row.label}; {name} {value}", overrides={**row.overrides, key: value}, printed={})
        for value in values
        for row in rows
    )
