"""Figures fit to stand in one page."""

from __future__ import annotations

import re

from petlab.tables.emit.drawing import fit_for_page

SVG = """<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="100pt" height="50pt" viewBox="0 0 100 50">
 <metadata><rdf xmlns:dc="http://purl.org/dc"/></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round}</style></defs>
 <g id="figure_1"><!-- a title -->
 <defs><path id="glyph" d="M 1.23456 2.00001 L 3 4"/></defs>
 <use xlink:href="#glyph" x="1.5"/><g clip-path="url(#clip)"/></g>
 <clipPath id="clip"><rect x="7.125" width="20.5"/></clipPath></svg>
"""


def test_ids_are_its_own_and_only_those_in_use() -> None:
    svg = fit_for_page(SVG, "figure-a-0", "A name")
    assert re.findall(r'\sid="([^"]+)"', svg) == ["figure-a-0-glyph", "figure-a-0-clip"]
    assert 'xlink:href="#figure-a-0-glyph"' in svg and "url(#figure-a-0-clip)" in svg


def test_it_is_named_and_lean() -> None:
    svg = fit_for_page(SVG, "f", 'Loss "a" < b')
    assert svg.startswith('<svg role="img" aria-label="Loss &#34;a&#34; &lt; b" style="stroke-linejoin: round; ')
    assert 'max-width: 125pt"' in svg and "<style" not in svg
    assert "metadata" not in svg and "<!--" not in svg and "purl" not in svg and 'width="100pt"' not in svg
    assert 'd="M 1.23 2 L 3 4"' in svg and 'x="7.12"' in svg and 'width="20.5"' in svg
