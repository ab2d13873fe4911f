"""Counted rows as text, CSV and JSON."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import json
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from typing import Any

from petlab import benchmark as benchmarks
from petlab.audit.attached import Counted
from petlab.audit.comparison import Comparison

_HEADS = ("row", "method", "trained", "stored", "LayerNorm", "% base", "% no emb.", "bytes")
LEGEND = """\
stored: what a task must keep, without its head; LayerNorm: how many of the trained are of norms
% base: stored, of the base; % no emb.: of the base without input and output embeddings
bytes: what a task keeps, its head included
"""


def as_text(rows: Sequence[Counted], tasks: int | None = None) -> str:
    """Aligned columns under each table and model; below a figure that differs, what gives it."""
    blocks = [_block(table, list(mine), tasks) for table, mine in itertools.groupby(rows, lambda row: row.table)]
    tally = Tally(figure.match for row in rows for figure in row.comparisons)
    said = ", ".join(f"{tally[match]} {match}" for match in ("exact", "rounds to it", "differs"))
    return "\n".join([*blocks, LEGEND + (f"{tally.total()} printed figures: {said}\n" if tally else "")])


def _block(table: str, rows: list[Counted], tasks: int | None) -> str:
    heads = [*_HEADS, *((f"bytes, {tasks} tasks", "x base") if tasks else ()), "printed", ""]
    lines = [list(_lines(row, tasks)) for row in rows]
    widths = [max(len(cells[at]) for cells in (heads, *itertools.chain(*lines))) for at in range(len(heads))]
    text = []
    if table:
        found = benchmarks.load(table)
        text.append(f"{table}: {found.title}" + (f" ({found.paper.citation})" if found.paper else ""))
    text.append(_aligned(heads, widths))
    model = ""
    for row, mine in zip(rows, lines, strict=True):
        if row.params is not None and row.model != model:
            model, params = row.model, row.params
            head = f"; a new head of {params.head:,}" if params.head else ""
            text.append(f"  {model}: {params.base:,} parameters, {params.embeddings:,} of them embeddings{head}")
        text += [_aligned(cells, widths) for cells in mine]
        text += [f"      {one.printed}: {one.explanation}" for one in row.comparisons if one.explanation]
        text += [f"      {row.problem}"] if row.problem else []
    return "\n".join([*text, ""])


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Row and method to the left, numbers to the right, the match to the left again."""
    left = [cell.ljust(width) for cell, width in zip(cells[:2], widths[:2], strict=True)]
    right = [cell.rjust(width) for cell, width in zip(cells[2:-1], widths[2:-1], strict=True)]
    return "    " + "  ".join([*left, *right, cells[-1]]).rstrip()


def _lines(row: Counted, tasks: int | None) -> Iterator[list[str]]:
    """The row's counts and first figure; a line more for each further figure."""
    name = f"{row.row}, {', '.join(row.datasets)}" if row.datasets else row.row
    counts = [name, row.method, *_counts(row), *(_of_tasks(row, tasks) if tasks else ())]
    for number, figure in enumerate(row.comparisons or (None,)):
        yield [*(counts if number == 0 else [""] * len(counts)), *_figure(figure)]


def _counts(row: Counted) -> list[str]:
    if row.params is None:
        return [""] * 6
    share, without = shares(row)
    norms = f"{row.norms:,}" if row.norms and row.keeps_base else ""
    return [
        f"{row.params.trained:,}",
        f"{row.params.stored:,}",
        norms,
        f"{share:.3g}",
        "" if without is None else f"{without:.3g}",
        f"{row.params.stored_bytes:,}",
    ]


def _of_tasks(row: Counted, tasks: int) -> list[str]:
    if row.params is None:
        return ["", ""]
    total = row.task_bytes(tasks)
    return [f"{total:,}", f"{total / row.base_bytes:.2f}"]


def _figure(figure: Comparison | None) -> list[str]:
    if figure is None:
        return ["", ""]
    return [figure.printed, f"{figure.match} {_value(figure)}".strip()]


def _value(figure: Comparison) -> str:
    if figure.kind == "parameters":
        return ""
    unit = "%" if figure.kind == "percent" else "x"
    return f"({figure.value:.3g}{unit} {figure.of})"


def shares(row: Counted) -> tuple[float, float | None]:
    """Stored parameters in per cent of the base, with and without its embeddings; None where it cannot be so many."""
    assert row.params is not None
    without = row.params.base - row.params.embeddings
    bare = 100 * row.params.stored / without if row.params.stored < without else None
    return 100 * row.params.stored / row.params.base, bare


def as_json(rows: Sequence[Counted], tasks: int | None = None) -> str:
    """A list of rows, each with its counts and the printed figures."""
    return json.dumps([_plain(row, tasks) for row in rows], indent=1, ensure_ascii=False) + "\n"


def _plain(row: Counted, tasks: int | None) -> dict[str, Any]:
    plain = dataclasses.asdict(row)
    counts = plain.pop("params") or {}
    figures = plain.pop("comparisons")
    found = {**plain, "datasets": list(row.datasets), **counts}
    if row.params is not None:
        found["percent"], found["percent_without_embeddings"] = shares(row)
        if tasks:
            total = row.task_bytes(tasks)
            found |= {"tasks": tasks, "task_bytes": total, "task_bytes_of_base": total / row.base_bytes}
    return {**found, "figures": figures}


def as_csv(rows: Sequence[Counted], tasks: int | None = None) -> str:
    """One line a printed figure, and one for a row without any."""
    lines: list[dict[str, Any]] = []
    for row in rows:
        plain = _plain(row, tasks)
        figures = plain.pop("figures")
        lines += [{**plain, "datasets": " ".join(row.datasets), **figure} for figure in figures or [{}]]
    names = list(dict.fromkeys(name for line in lines for name in line))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return buffer.getvalue()
