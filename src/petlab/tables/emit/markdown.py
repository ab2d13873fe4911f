"""A document as GitHub-flavoured Markdown."""

from __future__ import annotations

import re

from petlab.tables.grid import Document, Entry, Head, Table

_SPECIAL = re.compile(r"([\\`*_\[\]|~<>&$])")
_LEADING = re.compile(r"^([-+#=]+|\d+[.)])(?= )")  # what would begin a list, a heading or a rule


def render(document: Document) -> str:
    """Title, tables, figure, legend, footer. The best of a column and section is bold."""
    parts = [f"# {escape(document.title)}"]
    if document.citation:
        parts.append(f"Printed values: {escape(document.citation)}.")
    parts += [table_block(table) for table in document.tables]
    if not document.tables:
        parts.append("Nothing was run yet.")
    drawn = [name for name in document.figures if name.endswith("svg")]
    parts += [f"![{escape(caption)}]({name})" for caption, name in zip(document.captions, drawn, strict=True)]
    if document.legend:
        lines = [
            f"- **{badge.letter}** {escape(badge.text)}{' (all cells)' if badge.everywhere else ''}"
            for badge in document.legend
        ]
        against = escape(document.citation) if document.citation else "the benchmark as defined"
        parts.append(f"Differences from {against}:\n\n" + "\n".join(lines))
    if document.problems:
        parts.append("Left out:\n\n" + "\n".join(f"- {escape(problem)}" for problem in document.problems))
    parts.append("\n".join(f"- {escape(line)}" for line in ("bold: best of its column and scale", *document.footer)))
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Text that shows as it is: no markup, no HTML, no new line or cell of its own."""
    flat = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    leading = _LEADING.match(flat)
    return f"{flat[: leading.end() - 1]}\\{flat[leading.end() - 1 :]}" if leading else flat


def table_block(table: Table) -> str:
    """One table with its headings and notes."""
    heads = [_heading(head) for head in table.heads]
    lines = [f"## {escape(table.title)}"]
    for section in table.sections:
        rows = [
            "| " + " | ".join([" ", *heads]) + " |",
            "|" + "|".join([":--", *("--:" for _ in heads)]) + "|",
            *(
                "| " + " | ".join([escape(line.label), *(_cell(entry) for entry in line.entries)]) + " |"
                for line in section.lines
            ),
        ]
        lines.append(f"### {escape(section.title)}")
        lines.append("\n".join(rows))
    lines += ["\n".join(f"- {escape(note)}" for note in table.notes)] if table.notes else []
    return "\n\n".join(lines)


def _heading(head: Head) -> str:
    if head.source in ("paper", "difference"):
        return head.label
    letters = f"<sup>{head.badges}</sup>" if head.badges else ""
    return escape(f"{head.group}: {head.label}" if head.group else head.label) + letters


def _cell(entry: Entry) -> str:
    text = escape(entry.text)
    if entry.best and text:
        text = f"**{text}**"
    raised = entry.mark + entry.badges
    return f"{text}<sup>{raised}</sup>" if raised else text
