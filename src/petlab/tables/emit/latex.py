"""A document as LaTeX tables that need booktabs and nothing else."""

from __future__ import annotations

from petlab.tables.blocks import Bunch, blocks
from petlab.tables.emit import panels
from petlab.tables.emit.tex import ARROWS, comment, escape, raised
from petlab.tables.grid import Document, Entry, Group, Table

LINE = 345.0  # points of a line in LaTeX's own classes, the narrowest that is common
LETTER, GAP = 4.2, 6.0  # points of a letter in \\footnotesize and between columns
BOLD = "bold: best of its column and scale"
ROWS = 40  # rows of tables that a page holds beside a caption and notes


def render(document: Document) -> str:
    """One `table` environment a table. `\\usepackage{booktabs}` is all that a manuscript needs."""
    head = [f"% {comment(document.name)}: written by petlab; needs \\usepackage{{booktabs}}"]
    if document.citation:
        head.append(f"% printed values: {comment(document.citation)}")
    return "\n".join([*head, *(_table(document, table) for table in document.tables)]) + "\n"


def _table(document: Document, table: Table) -> str:
    """One with printed values is set as the paper sets it; any other that is too wide becomes several tabulars."""
    as_printed = panels.floats(document, table, _small_print(document, table), _label(document, table))
    if as_printed is not None:
        return as_printed
    first = max(len(line.label) for section in table.sections for line in section.lines) * LETTER + GAP
    cut = blocks(table, int(LINE - first), lambda bunch: _points(table, bunch))
    height = 4 + sum(1 + len(section.lines) for section in table.sections)
    each = max(1, ROWS // height)
    floats = [cut[start : start + each] for start in range(0, len(cut), each)]
    lines = []
    for number, parts in enumerate(floats):
        told = f"{table.title} (continued)" if number else table.title
        lines += [
            r"\begin{table}[tp]",
            r"\centering",
            r"\footnotesize",
            r"\setlength{\tabcolsep}{3pt}",
            rf"\caption{{{escape(told)}.}}",
        ]
        if not number:
            lines.append(rf"\label{{{_label(document, table)}}}")
        for place, block in enumerate(parts):
            lines += [r"\par\medskip"] * (place > 0) + _tabular(table, block)
        lines += [*(_small_print(document, table) if number == len(floats) - 1 else []), r"\end{table}"]
    return "\n".join(lines)


def _label(document: Document, table: Table) -> str:
    return f"tab:{document.name}-{table.kind}"


def _points(table: Table, bunch: Bunch) -> int:
    """About what a bunch takes, in points."""
    letters = 0
    for at in bunch:
        head = table.heads[at]
        texts = [_text(line.entries[at]) for section in table.sections for line in section.lines]
        letters += max(len(head.short or head.label), *(len(text) for text in texts))
    return int(letters * LETTER + GAP * len(bunch))


def _tabular(table: Table, block: list[Bunch]) -> list[str]:
    columns = [at for bunch in block for at in bunch]
    lines = [rf"\begin{{tabular}}{{l{'r' * len(columns)}}}", r"\toprule"]
    named = {group_at: group for group_at, group in _starts(table) if group.name}
    if any(bunch[0] in named for bunch in block):
        cells, rules, place = [""], [], 2
        for bunch in block:
            group = named.get(bunch[0])
            name = escape(group.name) + raised(group.badges) if group else ""
            cells.append(rf"\multicolumn{{{len(bunch)}}}{{c}}{{{name}}}")
            rules += [rf"\cmidrule(lr){{{place}-{place + len(bunch) - 1}}}"] if group else []
            place += len(bunch)
        lines += [" & ".join(cells) + r" \\", " ".join(rules)]
    labels = [escape(table.heads[at].short or table.heads[at].label) + raised(table.own_badges(at)) for at in columns]
    lines.append(" & ".join(["", *labels]) + r" \\")
    for section in table.sections:
        lines.append(r"\midrule")
        lines.append(rf"\multicolumn{{{1 + len(columns)}}}{{l}}{{\emph{{{escape(section.title)}}}}} \\")
        for line in section.lines:
            cells = [escape(line.label), *(_cell(line.entries[at]) for at in columns)]
            lines.append(" & ".join(cells) + r" \\")
    return [*lines, r"\bottomrule", r"\end{tabular}"]


def _starts(table: Table) -> list[tuple[int, Group]]:
    """Every heading with the place of its first column."""
    found, at = [], 0
    for group in table.groups:
        found.append((at, group))
        at += group.span
    return found


def _cell(entry: Entry) -> str:
    text = escape(_text(entry))
    if text.startswith("-") and text[1:2].isdigit():
        text = f"$-${text[1:]}"
    if entry.best and text:
        text = rf"\textbf{{{text}}}"
    return text + raised(entry.badges) + ARROWS.get(entry.mark, "")


def _text(entry: Entry) -> str:
    """The full text where it is a number; failures and shares of parameters in short, the notes have the rest."""
    brief = "%" in entry.text or entry.state != "value"
    return (entry.short if brief else "") or entry.text


def _small_print(document: Document, table: Table) -> list[str]:
    """Notes of this table; legend and footer once, under the first."""
    facts = [escape(note) for note in table.notes]
    if table is document.tables[0]:
        legend = [f"({one.letter}) {one.text}{' [all cells]' if one.everywhere else ''}" for one in document.legend]
        problems = [f"left out: {problem}" for problem in document.problems]
        facts += [escape(fact) for fact in (BOLD, *legend, *problems, *document.footer)]
    elif document.legend or document.footer:
        facts.append(rf"differences, origin and hardware: see Table~\ref{{{_label(document, document.tables[0])}}}")
    return [
        r"\par\smallskip",
        r"\begin{minipage}{\linewidth}\scriptsize\raggedright",
        *(fact + r".\par" for fact in facts),
        r"\end{minipage}",
    ]
