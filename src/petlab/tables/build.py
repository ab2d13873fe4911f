"""From a benchmark and its records to files and a text for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from petlab.benchmark import Benchmark, CellKey, CellRequest
from petlab.record import Record
from petlab.store import write_atomic
from petlab.tables import figures
from petlab.tables.against_full import against_full
from petlab.tables.badges import Legend
from petlab.tables.collect import Collected, Outputs, collect, keeping, no_outputs
from petlab.tables.convergence import convergence
from petlab.tables.efficiency import per_100k, per_minute, runtime
from petlab.tables.emit import csv, html, latex, markdown, terminal
from petlab.tables.footer import footer
from petlab.tables.grid import Document, Table
from petlab.tables.layout import failures
from petlab.tables.quality import quality
from petlab.tables.resources import memory, storage
from petlab.tables.time_to import time_to

MAKERS: Mapping[str, Callable[[Collected, Legend], Table | None]] = {
    "quality": quality,
    "against_full": against_full,
    "convergence": convergence,
    "per_100k": per_100k,
    "per_minute": per_minute,
    "runtime": runtime,
    "time_to_95": partial(time_to, kind="time_to_95"),
    "time_to_99": partial(time_to, kind="time_to_99"),
    "storage": storage,
    "memory": memory,
}

FORMATS: Mapping[str, Callable[[Document], str]] = {
    "md": markdown.render,
    "tex": latex.render,
    "csv": csv.render,
    "html": html.render,
}


@dataclass(frozen=True)
class Built:
    """What was written, what to print, and the records in their places."""

    text: str
    files: tuple[Path, ...]
    document: Document
    collected: Collected


def build(
    benchmark: Benchmark,
    requests: Sequence[CellRequest],
    placed: Mapping[CellKey, tuple[Mapping[str, Any] | Record | None, str]],
    out: Path,
    problems: Iterable[str] = (),
    outputs: Outputs = no_outputs,
) -> Built:
    """Write `<out>/<name>.{md,tex,csv,html}` and the benchmark's figures; a text is replaced as a whole or not at all.

    Args:
        benchmark: the table.
        requests: the cells that were asked for, as `benchmark.cells` gives them.
        placed: for each cell's key its record (JSON or `Record`; None where not run) and its origin:
            "trained now", "reused" or "reference".
        out: folder of the files; made if it is not there.
        problems: files that the caller found to be no records; named under the tables.
        outputs: the lines that a run id's `outputs.jsonl` holds (`id` and scores of each test row), as far as known.
    """
    out.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    with keeping():
        collected = collect(benchmark, requests, placed, problems, outputs)
        document = compose(collected)
        drawn = figures.draw(collected, out)
    if drawn:
        files += [path for one in drawn for path in one.files]
        document = replace(
            document,
            figures=tuple(path.name for path in files),
            captions=tuple(one.caption for one in drawn),
            drawings=tuple(one.svg for one in drawn),
        )
    files += write(document, out)
    return Built(terminal.render(document), tuple(files), document, collected)


def write(document: Document, out: Path, endings: Iterable[str] = tuple(FORMATS)) -> list[Path]:
    """Write `<out>/<name>.<ending>` for each of `FORMATS` that is wanted."""
    paths = [out / f"{document.name}.{ending}" for ending in endings]
    for path in paths:
        write_atomic(path, FORMATS[path.suffix[1:]](document))
    return paths


def compose(collected: Collected) -> Document:
    """Every table that the records or the paper fill."""
    there = collected.benchmark
    legend = Legend(collected)
    made = [MAKERS[kind](collected, legend) for kind in there.tables if kind in MAKERS]
    return Document(
        name=there.name,
        title=there.title,
        citation=there.paper.citation if there.paper else "",
        synthetic=there.synthetic,
        tables=tuple(table for table in made if table is not None),
        legend=legend.badges,
        footer=tuple([*there.notes, *failures(collected), *footer(collected)]),
        problems=collected.problems,
    )
