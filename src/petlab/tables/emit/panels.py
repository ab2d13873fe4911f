"""A table with printed values in LaTeX, in the paper's own layout: ours, as printed, and the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from petlab.benchmark.spec import number
from petlab.tables.emit.tex import ARROWS, escape, marked, raised
from petlab.tables.grid import Document, Entry, Head, Line, Source, Table
from petlab.tables.numbers import compact

WIDEST = 397.0  # points of a line at ICLR, where the widest of the papers' tables was set; others get it centred
SIZES = (  # points of a digit, and of tabcolsep; the first that fits
    (r"\footnotesize", 4.25, 3),
    (r"\scriptsize", 3.98, 2),
    (r"\scriptsize", 3.98, 1),
    (r"\tiny", 3.4, 1),
)
PAGE = 44  # rows that a float holds beside its caption and notes
RAISED = 0.86  # of the width of a letter, where it stands lower or higher
NARROW = set(".,:;'|()[]/ ijltf")


@dataclass(frozen=True)
class _Column:
    """A column of the paper: one of ours, or several that it prints in one, as `52.0/28.0/44.5`."""

    heads: tuple[str, ...]
    places: tuple[int, ...]


@dataclass(frozen=True)
class _Cell:
    """LaTeX, and about how many letters wide it is."""

    tex: str
    letters: float


def floats(document: Document, table: Table, small_print: Sequence[str], label: str) -> str | None:
    """`table` environments with a tabular for each source; None where the paper prints none, or it is too wide.

    Args:
        document: what the table is of.
        table: a table; its heads say what is ours and what is printed.
        small_print: lines under the last tabular.
        label: for `\\ref`.
    """
    if table.paper is None:
        return None
    told: dict[Source, str] = {
        "ours": "ours",
        "paper": f"as printed in {document.citation}",
        "difference": "ours minus printed",
    }
    there = [source for source in told if _holds(table, source)]
    made = [(source, _grid(table, source)) for source in there]
    sizes = [next((size for size in SIZES if _points(grid, size) <= WIDEST), None) for _, grid in made]
    if None in sizes or not made:
        return None
    lines: list[str] = []
    height = 0
    for at, (source, grid) in enumerate(made):
        if at == 0 or height + len(grid) > PAGE:
            lines += [r"\end{table}"] * (at > 0) + _opening(document, table, label, there if at == 0 else [])
            height = 0
        if len(made) > 1:
            lines += [r"\par\medskip"] * (height > 0)
            lines.append(rf"\emph{{({'abc'[at]}) {escape(told[source])}}}\par\smallskip")
        letters, _, gap = sizes[at] or SIZES[0]
        lines += [rf"{{{letters}\setlength{{\tabcolsep}}{{{gap}pt}}", *_tabular(table, source, grid), "}"]
        height += len(grid) + 3
    return "\n".join([*lines, *small_print, r"\end{table}"])


def _opening(document: Document, table: Table, label: str, first: list[Source]) -> list[str]:
    """Begin a float; the first has the table's name and, with one source, says which."""
    name = f"{document.title}: {table.title[:1].lower()}{table.title[1:]}"
    if first == ["paper"]:
        name += f", as printed in {document.citation}"
    caption = escape(name if first else f"{name} (continued)")
    return [
        r"\begin{table}[tp]",
        r"\centering",
        r"\footnotesize",
        rf"\caption{{{caption}.}}",
        *([rf"\label{{{label}}}"] if first else []),
    ]


def _holds(table: Table, source: Source) -> bool:
    lines = [line for section in table.sections for line in section.lines]
    return any(entry.text for line in lines for entry, _ in _of(table, line, source))


def _of(table: Table, line: Line, source: Source) -> list[tuple[Entry, Head]]:
    return [(entry, head) for entry, head in zip(line.entries, table.heads, strict=True) if head.source == source]


def _columns(table: Table, source: Source) -> list[_Column]:
    """The columns of one source; neighbours whose headings are printed alike are one."""
    mine = [(at, head.paper) for at, head in enumerate(table.heads) if head.source == source]
    return [_Column(heads, tuple(at for at, _ in same)) for heads, same in groupby(mine, key=lambda one: one[1])]


def _grid(table: Table, source: Source) -> list[list[_Cell]]:
    """Heading rows, then a row a line; an empty row stands for a rule."""
    assert table.paper is not None
    columns = _columns(table, source)
    depth = max(2 if table.paper.counted else 1, *(len(column.heads) for column in columns))
    counted = [["", "# Trainable", "Parameters"][-depth:]] if table.paper.counted else []
    stub = [table.paper.corner, *[""] * (depth - 1)]
    headings = [stub, *counted, *([*[""] * (depth - len(column.heads)), *column.heads] for column in columns)]
    grid = [[_Cell(escape(heading[level]), _wide(heading[level])) for heading in headings] for level in range(depth)]
    for at, column in enumerate(columns, start=len(headings) - len(columns)):
        bare = grid[-1][at]
        letters = "".join(dict.fromkeys("".join(table.heads[place].badges for place in column.places)))
        if source == "ours":
            grid[-1][at] = _Cell(bare.tex + raised(letters), bare.letters + RAISED * len(letters))
    block = None
    for section in table.sections:
        for line in section.lines:
            if block != (section.key, line.block):
                grid.append([])
                block = (section.key, line.block)
            name = f"{line.label} ({section.key})" if len(table.sections) > 1 else line.label
            cells = [_Cell(marked(name), _wide(name))]
            cells += [_count(table, line, source)] if table.paper.counted else []
            grid.append([*cells, *(_joined([line.entries[at] for at in column.places]) for column in columns)])
    return grid


def _tabular(table: Table, source: Source, grid: list[list[_Cell]]) -> list[str]:
    assert table.paper is not None
    columns = _columns(table, source)
    depth = grid.index([])
    lead = 2 if table.paper.counted else 1
    shape = f"l{'r' * (lead - 1)}{'c' * len(columns)}"
    lines = [rf"\makebox[\linewidth]{{\begin{{tabular}}{{{shape}}}", r"\toprule"]
    for level, row in enumerate(grid[:depth]):
        cells = [cell.tex for cell in row[:lead]]
        rules, place = [], lead + 1
        for name, same in groupby(row[lead:], key=lambda cell: cell.tex):
            span = len(list(same))
            if span > 1 and level < depth - 1 and name:
                cells.append(rf"\multicolumn{{{span}}}{{c}}{{{name}}}")
                rules.append(rf"\cmidrule(lr){{{place}-{place + span - 1}}}")
            else:
                cells += [name] * span
            place += span
        lines.append(" & ".join(cells) + r" \\")
        lines += [" ".join(rules)] if rules else []
    lines += [" & ".join(cell.tex for cell in row) + r" \\" if row else r"\midrule" for row in grid[depth:]]
    return [*lines, r"\bottomrule", r"\end{tabular}}"]


def _joined(entries: Sequence[Entry]) -> _Cell:
    """One cell of one entry or several: `87.5`, its spread as an index, and what marks it."""
    made = [_cell(entry) for entry in entries]
    if not any(cell.tex for cell in made):
        return _Cell("", 0)
    letters = sum(cell.letters for cell in made) + _wide("/" * (len(made) - 1))
    return _Cell("/".join(cell.tex or "--" for cell in made), letters)


def _cell(entry: Entry) -> _Cell:
    text = (entry.short if entry.state != "value" else "") or entry.text
    value, _, rest = text.partition(" ± ")
    spread, _, more = rest.partition(" ")
    tex = escape(value)
    if tex.startswith("-") and value[1:2].isdigit():
        tex = f"$-${tex[1:]}"
    tex = rf"\textbf{{{tex}}}" if entry.best and tex else tex
    tex += rf"$_{{\pm {escape(spread)}}}$" if spread else ""
    tex += f" {escape(more)}" if more else ""
    letters = _wide(value) + (RAISED * _wide(f"±{spread}") if spread else 0) + _wide(more)
    letters += RAISED * len(entry.badges + entry.mark)
    return _Cell(tex + raised(entry.badges) + ARROWS.get(entry.mark, ""), letters)


def _count(table: Table, line: Line, source: Source) -> _Cell:
    """Trainable parameters: as printed, or of our runs in millions with as many digits as the paper has."""
    facts = {name: value for entry, _ in _of(table, line, "parameters") for name, value in entry.numbers}
    printed = facts.get("printed")
    if source != "ours":
        return _Cell(escape(str(printed or "")), _wide(str(printed or "")))
    stored = facts.get("stored")
    if stored is None:
        return _Cell("", 0)
    text = compact(float(stored))
    if isinstance(printed, str) and printed.endswith("M"):
        digits = len(printed.partition(".")[2]) - 1
        rounded = f"{float(stored) / 1e6:,.{digits}f}M"
        text = rounded if number(rounded) > 0 else text
    return _Cell(escape(text), _wide(text))


def _points(grid: list[list[_Cell]], size: tuple[str, float, int]) -> float:
    """About how wide a tabular is; a heading above several columns takes no room of its own."""
    _, letter, gap = size
    depth = grid.index([])
    rows = [row for row in [grid[depth - 1], *grid[depth:]] if row]
    widths = [max(row[at].letters for row in rows) for at in range(len(rows[0]))]
    return letter * sum(widths) + 2 * gap * len(widths)


def _wide(text: str) -> float:
    """About how many digits wide a text is."""
    return sum(0.6 if letter in NARROW else 1.4 if letter.isupper() or letter in "%&±" else 1.0 for letter in text)
