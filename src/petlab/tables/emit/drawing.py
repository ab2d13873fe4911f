"""A figure's SVG made fit to stand in a page beside others: no comments, metadata or style, ids of its own, a name."""

from __future__ import annotations

import re

from markupsafe import escape

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL)  # inside a page its `*` would mean every element
STROKES = "stroke-linejoin: round; stroke-linecap: butt"  # what that style says; inherited from the root
_ID = re.compile(r'\sid="([^"]+)"')
_USED = re.compile(r'(?:href="#|url\(#)([^")]+)')
_COORDINATES = re.compile(r'(\s(?:d|x|y|cx|cy|width|height|points)=")([^"]+)"')
_SIZE = re.compile(r'\swidth="([\d.]+)pt"')
_SIZES = re.compile(r'\s(?:width|height)="[^"]*"')
LARGER = 1.25  # a page on a screen has more room than a column of a paper, for which the figures are drawn
_LONG = re.compile(r"-?\d+\.\d{3,}")


def fit_for_page(svg: str, prefix: str, name: str) -> str:
    """The `<svg>` element of a matplotlib drawing, whose texts matplotlib has escaped.

    Args:
        svg: the file's text.
        prefix: what its ids begin with, so that ids stay unique among the figures of a page.
        name: what a reader who cannot see it is told.
    """
    text = svg[svg.index("<svg") :]
    for unwanted in (_COMMENT, _METADATA, _STYLE):
        text = unwanted.sub("", text)
    used = set(_USED.findall(text))
    text = _ID.sub(lambda found: f' id="{prefix}-{found[1]}"' if found[1] in used else "", text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}-", text)
    text = _COORDINATES.sub(lambda found: f'{found[1]}{_LONG.sub(_short, found[2])}"', text)
    head, end, body = text.partition(">")
    size = _SIZE.search(head)
    style = STROKES + (f"; max-width: {LARGER * float(size[1]):.0f}pt" if size else "")
    head = _SIZES.sub("", head).replace("<svg", f'<svg role="img" aria-label="{escape(name)}" style="{style}"', 1)
    return head + end + body


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
