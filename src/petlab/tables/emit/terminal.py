"""A document as text for a terminal of about 110 columns."""

from __future__ import annotations

import textwrap
import unicodedata

from petlab.tables.blocks import Bunch, blocks
from petlab.tables.grid import Document, Entry, Table

WIDTH = 110
BEST = "•"  # a star would read as one of the marks that papers set on their rows


def render(document: Document) -> str:
    """Tables one under the other, then the legend and the footer. `•` marks the best of a column and section."""
    title = f"{document.name}: {document.title}"
    parts = [f"{title}\n{document.citation}" if document.citation else title]
    parts += [_table(table) for table in document.tables]
    if not document.tables:
        parts.append("nothing was run yet")
    parts.append("\n".join(_wrapped(line) for line in _closing(document)))
    return "\n\n".join(parts) + "\n"


def _closing(document: Document) -> list[str]:
    """Legend and footer, one line a fact."""
    lines = [f"{BEST} best of its column and scale"] if document.tables else []
    if document.legend:
        lines.append(f"differences from {document.citation or 'the benchmark as defined'}:")
        lines += [
            f"  {badge.letter}  {badge.text}{' [all cells]' if badge.everywhere else ''}" for badge in document.legend
        ]
    lines += [f"left out: {problem}" for problem in document.problems]
    return [*lines, *document.footer]


def _table(table: Table) -> str:
    """One table; one that is too wide is cut into blocks."""
    labels = [line.label for section in table.sections for line in section.lines]
    first = max(18, *(_width(label) + 2 for label in labels))
    sheet = _Sheet(table)
    lines = [table.title]
    for block in blocks(table, WIDTH - first, lambda bunch: sheet.span(bunch) + 2, skip=frozenset({"percent"})):
        lines += ["", *_block(sheet, block, first)]
    lines += [_wrapped(note) for note in table.notes]
    return "\n".join(line.rstrip() for line in lines)


class _Sheet:
    """The texts of a table's columns and the widths they take."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.names: list[str] = []
        self.texts: list[list[str]] = []
        for at, head in enumerate(table.heads):
            own = table.own_badges(at)
            self.names.append((head.short or head.label) + (f" [{own}]" if own else ""))
            entries = [line.entries[at] for section in table.sections for line in section.lines]
            marks = max((len(entry.badges) for entry in entries), default=0)
            starred = any(entry.best or entry.mark for entry in entries)
            self.texts.append([_shown(entry, marks, starred) for entry in entries])
        columns = zip(self.names, self.texts, strict=True)
        self.widths = [max(_width(name), *(_width(text) for text in texts)) for name, texts in columns]

    def span(self, bunch: Bunch) -> int:
        """Width of a bunch: its columns two spaces apart, or its heading."""
        inner = sum(self.widths[at] for at in bunch) + 2 * (len(bunch) - 1)
        return max(inner, _width(self.over(bunch)))

    def over(self, bunch: Bunch) -> str:
        """The heading above a bunch."""
        at = bunch[0]
        for group in self.table.groups:
            at -= group.span
            if at < 0:
                return f"{group.name} [{group.badges}]" if group.badges else group.name
        raise IndexError(bunch)

    def row(self, texts: list[str], bunch: Bunch) -> str:
        """One line's part under a bunch, with the gap before it."""
        cells = [_right(text, self.widths[at]) for text, at in zip(texts, bunch, strict=True)]
        return "  " + _right("  ".join(cells), self.span(bunch))


def _block(sheet: _Sheet, block: list[Bunch], first: int) -> list[str]:
    lines = []
    if any(sheet.over(bunch) for bunch in block):
        lines.append(" " * first + "".join("  " + sheet.over(bunch).center(sheet.span(bunch)) for bunch in block))
    lines.append(" " * first + "".join(sheet.row([sheet.names[at] for at in bunch], bunch) for bunch in block))
    lines.append("─" * (first + sum(2 + sheet.span(bunch) for bunch in block)))
    number = 0
    for section in sheet.table.sections:
        lines.append(section.title)
        for line in section.lines:
            cells = "".join(sheet.row([sheet.texts[at][number] for at in bunch], bunch) for bunch in block)
            lines.append(_left("  " + line.label, first) + cells)
            number += 1
    return lines


def _shown(entry: Entry, marks: int, starred: bool) -> str:
    """Text, star and letters; each keeps its place, so that points stay under each other."""
    text = entry.short or entry.text
    if not text:
        return ""
    return text + (BEST if entry.best else entry.mark or " ") * starred + entry.badges.ljust(marks)


def _wrapped(line: str) -> str:
    indent = len(line) - len(line.lstrip())
    hang = " " * (indent + (3 if indent else 2))
    return "\n".join(textwrap.wrap(line, WIDTH, subsequent_indent=hang, break_on_hyphens=False)) or line


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(letter) else 1 for letter in text)


def _right(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text


def _left(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
