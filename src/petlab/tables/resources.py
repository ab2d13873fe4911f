"""What a method costs besides time: what a task must keep, and the highest use of memory."""

from __future__ import annotations

from collections import Counter
from functools import partial

from petlab.benchmark import Column
from petlab.benchmark.spec import Count
from petlab.record import Record
from petlab.tables import counts
from petlab.tables.badges import Legend
from petlab.tables.collect import Collected, Group, Machine, machine, mean
from petlab.tables.grid import Entry, Line, Section, Table
from petlab.tables.layout import LEFT_OUT, tabulate, titled
from petlab.tables.numbers import size

Measured = tuple[str, Machine]  # kind of the measurement, hardware


def storage(collected: Collected, _legend: Legend) -> Table | None:
    """Rows x counts of parameters and bytes; the amount of training data plays no part in them."""
    there = collected.benchmark
    params = {row: counts.of_row(collected, row) for row in collected.rows}
    if not any(params.values()):
        return None
    names: list[Count] = ["trained", "stored", "percent", "head", "bytes"]
    if not any(one.head for found in params.values() for one in found):
        names.remove("head")
    lines = [
        Line(row, there.row(row).shown, there.row(row).method, tuple(counts.entries(names, found)))
        for row, found in params.items()
    ]
    notes = ["share of the base with its embeddings, in brackets without; bytes of the tensors as they are written"]
    title = titled(there, "What is trained, and what a task must keep")
    section = Section("", "all scales", tuple(lines))
    return Table(there.name, "storage", title, tuple(counts.heads(names, "ours")), (section,), tuple(notes))


def memory(collected: Collected, legend: Legend) -> Table | None:
    """Peak memory: mean over seeds, of one kind of measurement and one hardware class only; None for a lone row's."""
    done = [
        (one.request.row, one.record)
        for one in collected.placed
        if one.record is not None and one.record.status == "done"
    ]
    found = Counter(measured for _, record in done if (measured := _measured(record)) is not None)
    wanted = min(found, key=lambda one: (-found[one], one), default=None)
    if wanted is None or len({row for row, record in done if _measured(record) == wanted}) < 2:
        return None
    what = {"cuda_peak": "the device's", "rss_exclusive": "the resident memory of a process with one run"}[wanted[0]]
    notes = [f"peak of {what}, model included"]
    others = len(done) - found[wanted]
    notes += [f"left out (–): {others} runs in which it was not measured, or on other hardware"] if others else []
    ours = partial(_peak, wanted)
    return tabulate(collected, legend, "memory", "Peak memory", ours, higher=lambda _: False, notes=notes)


def _peak(wanted: Measured, group: Group, _column: Column) -> tuple[Entry, float | None]:
    peaks = [record.memory.peak_bytes or 0 for record in group.done if _measured(record) == wanted]
    if not peaks:
        return Entry(LEFT_OUT.text, state="left out", reason="memory was not measured"), None
    middle = mean(peaks)
    return Entry(size(middle), numbers=(("mean", middle), ("n", len(peaks)))), middle


def _measured(record: Record) -> Measured | None:
    kind = record.memory.kind
    return (kind, machine(record)) if kind is not None and record.memory.peak_bytes else None
