"""A document as one self-contained HTML page: no script, no outside resource; readable on a phone and on paper."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from petlab.tables.emit.drawing import fit_for_page
from petlab.tables.grid import Document, Entry


def render(document: Document) -> str:
    """The page of one benchmark; every text is escaped by the template."""
    return _environment().get_template("page.html").render(**_filled(document, 2), style=Markup(style()))


def fragment(document: Document, level: int) -> str:
    """Tables, figures, legend and footer alone, for a page that has its own title; headings are of `level`."""
    return _environment().get_template("document.html").render(**_filled(document, level))


def style() -> str:
    """The CSS that `fragment` is made for; it holds no text of a benchmark or record."""
    return _read("style.css")


def _filled(document: Document, level: int) -> dict[str, object]:
    drawings = [
        Markup(fit_for_page(drawing, f"figure-{document.name}-{number}", f"Figure: {caption}"))
        for number, (caption, drawing) in enumerate(zip(document.captions, document.drawings, strict=True))
    ]
    return {"document": document, "shown": _shown, "drawings": drawings, "level": level}


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _read(name: str) -> str:
    return files("petlab.tables.emit").joinpath(name).read_text(encoding="utf-8")


def _shown(entry: Entry) -> str:
    """A true minus sign before numbers."""
    text = entry.text
    return f"−{text[1:]}" if text[:1] == "-" and text[1:2].isdigit() else text
