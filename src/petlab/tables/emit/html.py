"""A document as one self-contained HTML page: no script, no outside resource; readable on a phone and on paper."""

from __future__ import annotations

import re

from markupsafe import Markup

from petlab.tables.emit.drawing import fit_for_page
from petlab.tables.grid import Document, Entry
from petlab.templates import environment, text

HERE = "petlab.tables.emit"


def render(document: Document) -> str:
    """The page of one benchmark; every text is escaped by the template."""
    return environment(HERE).get_template("page.html").render(**_filled(document, 2), style=Markup(style()))


def fragment(document: Document, level: int) -> str:
    """Tables, figures, legend and footer alone, for a page that has its own title; headings are of `level`."""
    return environment(HERE).get_template("document.html").render(**_filled(document, level))


def style() -> str:
    """The CSS that `fragment` is made for; it holds no text of a benchmark or record."""
    return text(HERE, "style.css")


def _filled(document: Document, level: int) -> dict[str, object]:
    drawings = [
        Markup(fit_for_page(drawing, f"figure-{document.name}-{number}", f"Figure: {caption}"))
        for number, (caption, drawing) in enumerate(zip(document.captions, document.drawings, strict=True))
    ]
    return {"document": document, "shown": _shown, "drawings": drawings, "level": level}


def _shown(entry: Entry) -> str:
    """A true minus sign before numbers, those of an interval, too."""
    return re.sub(r"(^|\[|, )-(?=[\d.])", r"\1−", entry.text)
