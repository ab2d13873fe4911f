"""What all kinds of tables share: rows of a scale, parameter columns, printed values beside ours, failed cells."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from petlab.benchmark import Benchmark, CellKey, Column, Printed
from petlab.tables import counts
from petlab.tables.badges import Legend
from petlab.tables.collect import Collected, Group, described
from petlab.tables.grid import EMPTY, Entry, Head, Layout, Line, Section, Source, Table, mark_best
from petlab.tables.numbers import fixed
from petlab.tables.printed import printed_cell, printed_source

Ours = Callable[[Group, Column], tuple[Entry, float | None]]  # the entry, and what decides which one is best
COUNTED = ("quality", "per_100k")  # kinds whose tables show parameter counts
Summary = Callable[[Column, str, str], tuple[Entry, float | None]]  # of a column, a row's key and a scale
REASON = 28  # characters of a failure's reason inside a cell; the lines under the tables give it in full


def tabulate(
    collected: Collected,
    legend: Legend,
    kind: str,
    title: str,
    ours: Ours,
    *,
    higher: Callable[[Column], bool],
    difference: bool = False,
    summary: Summary | None = None,
    notes: Sequence[str] = (),
) -> Table | None:
    """A table of one kind; None where nothing was run and nothing is printed.

    Args:
        collected: the cells.
        legend: letters for the cells.
        kind: one of `petlab.benchmark.spec.KINDS`.
        title: heading.
        ours: makes our entry of the cells of one place.
        higher: whether more is better in a column.
        summary: makes our entry of a column over all data sets (an average).
        difference: add a column ours - printed.
        notes: lines under the table.
    """
    there = collected.benchmark
    printed = printed_source(there, kind)
    complete = summary is not None and {column.dataset for column in there.columns} - {None} == set(collected.datasets)
    columns = [
        column for column in there.columns if column.dataset in collected.datasets or (complete and not column.dataset)
    ]
    compare = {column.key for column in columns if _prints(printed, column, collected)}
    gaps = difference and any(one.record is not None and one.record.status == "done" for one in collected.placed)
    lead = counts.heads(there.counts) if kind in COUNTED else []
    told = counts.printed_heads([there.row(row) for row in collected.rows]) if kind == "quality" else []
    shared = {column.key: legend.shared(collected.filled.get(column.dataset or "", ())) for column in columns}
    heads = [*lead, *told, *(head for column in columns for head in _heads(column, compare, gaps, shared[column.key]))]
    sections = []
    for scale in collected.scales:
        if scale not in collected.train_rows and not _prints_scale(printed, scale, collected):
            continue
        bodies: dict[str, list[Entry]] = {
            row: counts.entries(there.counts, counts.of_row(collected, row, scale))[: len(lead)]
            + [counts.printed_entry(there.row(row))][: len(told)]
            for row in collected.rows
        }
        for column in columns:
            letters = partial(legend.letters, known=shared[column.key])
            made = _ours(collected, column, scale, ours, summary, letters)
            _add_column(collected, bodies, column, scale, made, printed, compare, gaps, higher(column))
        lines = [
            Line(row, there.row(row).shown, there.row(row).method, tuple(bodies[row]), there.block(row))
            for row in collected.rows
        ]
        sections.append(Section(scale, _section_title(collected, scale), tuple(lines)))
    if not sections:
        return None
    counted = kind == "quality" and any(there.row(row).parameters for row in collected.rows)
    layout = Layout(there.corner, counted) if compare else None
    return Table(there.name, kind, titled(there, title), tuple(heads), tuple(sections), tuple(notes), layout)


def _ours(
    collected: Collected,
    column: Column,
    scale: str,
    ours: Ours,
    summary: Summary | None,
    letters: Callable[[Iterable[CellKey]], str],
) -> list[tuple[Entry, float | None]]:
    """Our entries of one column and scale, row by row."""
    made = []
    for row in collected.rows:
        if column.dataset is None:
            made.append(summary(column, row, scale) if summary else (EMPTY, None))
            continue
        group = collected.group(row, column.dataset, scale)
        entry, value = ours(group, column) if group.done else (not_done(group), None)
        if entry.text and entry.state == "value":
            keys = [one.request.key for one in group.placed if one.record is not None]
            entry = dataclasses.replace(entry, badges=letters(keys))
        made.append((entry, value))
    return made


def _add_column(
    collected: Collected,
    bodies: dict[str, list[Entry]],
    column: Column,
    scale: str,
    made: Sequence[tuple[Entry, float | None]],
    printed: Benchmark | None,
    compare: set[str],
    difference: bool,
    higher: bool,
) -> None:
    """Append a column's entries (ours; printed; difference) to the rows of a section."""
    rows = collected.rows
    entries, values = [entry for entry, _ in made], [value for _, value in made]
    blocks = [collected.benchmark.block(row) for row in rows]
    entries = mark_best(entries, values, blocks, higher=higher)
    theirs = [printed_cell(printed, collected.benchmark.row(row), column, scale) for row in rows]
    numbers = [cell.numbers[-1] if cell else None for cell in theirs]
    shown = [_printed_entry(cell) for cell in theirs]
    shown = mark_best(shown, numbers, blocks, higher=higher)
    for row, entry, cell, theirs_value in zip(rows, entries, shown, numbers, strict=True):
        bodies[row].append(entry)
        if column.key in compare:
            bodies[row].append(cell)
            if difference:
                exact = dict(entry.numbers).get(collected.benchmark.statistic)
                gap = float(exact) - theirs_value if exact is not None and theirs_value is not None else None
                text = fixed(gap, column.decimals, sign=True) if gap is not None else ""
                bodies[row].append(Entry(text, numbers=(("difference", gap),)) if gap is not None else EMPTY)


def not_done(group: Group) -> Entry:
    """What stands in a cell without a score: nothing, or why."""
    failed, diverged = group.with_status("failed"), group.with_status("diverged")
    if failed:
        reason = failed[0].convergence.reason or "no reason recorded"
        cut = reason if len(reason) <= REASON else reason.partition(":")[0]
        cut = cut if len(cut) <= REASON else cut[: REASON - 1].rstrip() + "…"
        return Entry(f"failed: {cut}", "failed", state="failed", reason=reason)
    if diverged:
        step = diverged[0].convergence.steps_run
        reason = diverged[0].convergence.reason or ""
        return Entry(f"diverged @ {step}", f"div. @{step}", (("step", step),), state="diverged", reason=reason)
    return EMPTY


def failures(collected: Collected) -> list[str]:
    """One line for each cell that failed or diverged, in full."""
    lines = []
    for one in collected.placed:
        if one.record is not None and one.record.status != "done":
            fit = one.record.convergence
            name = f"{one.request.row}, {one.request.dataset}, {one.request.scale}, seed {one.request.seed}"
            step = f" at step {fit.steps_run}" if one.record.status == "diverged" else ""
            lines.append(f"{name}: {one.record.status}{step}{f': {fit.reason}' if fit.reason else ''}")
    return lines


LEFT_OUT = Entry("–", state="left out", reason="seconds not comparable")


def timing_notes(collected: Collected) -> list[str]:
    """What the seconds of a table were measured on, and a line on the runs that it leaves out."""
    there = collected.timing_class
    lines = [f"our seconds: {described(there)}"] if there is not None else []
    groups = collected.groups.values()
    shared = sum(record.time.timing != "exclusive" for group in groups for record in group.done)
    other = sum(len(group.done) - len(group.timed) for group in groups) - shared
    parts = [f"{shared} with shared timing"] * (shared > 0) + [f"{other} of other hardware or threads"] * (other > 0)
    return lines + ([f"runs whose seconds are left out: {', '.join(parts)}"] if parts else [])


def titled(there: Benchmark, title: str) -> str:
    """A table's title, with what must be said of the data."""
    return f"{title} ({there.synthetic})" if there.synthetic else title


def _heads(column: Column, compare: set[str], difference: bool, badges: str) -> list[Head]:
    """Headings of one benchmark column; several when printed values stand beside ours."""
    above = f"{column.group} {column.label}".strip()

    def head(label: str, group: str, source: Source) -> Head:
        paper = column.heads or ((column.group, column.label) if column.group else (column.label,))
        return Head(column.key, label, group, source, column.dataset or "", column.metric, badges, paper=paper)

    if column.key not in compare:
        return [head(column.label, column.group, "ours")]
    heads = [head("ours", above, "ours"), head("paper", above, "paper")]
    return [*heads, head("diff.", above, "difference")] if difference else heads


def _prints(source: Benchmark | None, column: Column, collected: Collected) -> bool:
    rows = [collected.benchmark.row(row) for row in collected.rows]
    return any(printed_cell(source, row, column, scale) for row in rows for scale in collected.scales)


def _prints_scale(source: Benchmark | None, scale: str, collected: Collected) -> bool:
    labels = {collected.benchmark.row(row).label for row in collected.rows}
    return source is not None and any(row.label in labels and row.printed.get(scale) for row in source.rows)


def _printed_entry(cell: Printed | None) -> Entry:
    if cell is None:
        return EMPTY
    names = ("printed",) if len(cell.numbers) == 1 else ("printed epoch", "printed seconds")
    texts = [part.replace("Ep.", "").strip() for part in cell.value.split(";")]
    spread = (("printed spread", cell.spread),) if cell.spread is not None else ()
    return Entry(str(cell), numbers=(*zip(names, texts, strict=True), *spread))


def _section_title(collected: Collected, scale: str) -> str:
    """`low: 100 training rows`, from the records."""
    rows = collected.train_rows.get(scale)
    if not rows:
        return scale
    span = f"{min(rows):,}" if len(rows) == 1 else f"{min(rows):,} to {max(rows):,}"
    return f"{scale}: {span} training rows"
