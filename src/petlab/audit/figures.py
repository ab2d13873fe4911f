"""Where a paper prints how many parameters a row has: in a column, in the label, or for all of its tasks."""

from __future__ import annotations

import re
from typing import Literal

from petlab.benchmark import Benchmark, Row

Kind = Literal["parameters", "percent", "total"]
"""A count (`0.3M`), a share of the base (`2.1%`), a multiple of the base for all tasks of the paper (`1.2x`)."""

_SHARE = re.compile(r"\((\d*\.?\d+%)\)")


def figures(benchmark: Benchmark, row: Row) -> dict[Kind, str]:
    """The printed figures of a row, by kind."""
    found: dict[Kind, str] = {}
    if row.parameters is not None:
        found["percent" if row.parameters.endswith("%") else "parameters"] = row.parameters
    if (share := _SHARE.search(row.label)) is not None:
        found["percent"] = share[1]
    if benchmark.kind == "parameters":
        cells = next(iter(row.printed.values()), {})
        found |= {kind: cells[kind].value for kind in ("parameters", "percent") if kind in cells}
    if row.total_parameters is not None:
        found["total"] = row.total_parameters
    return found
