"""A report of the made-up benchmark, and a reader of its page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from petlab import tables
from petlab.benchmark import Benchmark
from petlab.record import Record
from petlab.report import Chapter, Report, gather
from tests.advice.given import record as other_record
from tests.tables import made_up

EVALUATIONS = [(0.0, 0, 0.0, 0.0, 2.0), (3.0, 21, 20.0, 30.0, 0.5), (4.0, 28, 27.0, 60.0, 0.625)]
VOID = {"meta", "link", "input", "br", "img", "hr", "path", "use", "circle", "polyline", "rect"}


def chapter(benchmark: Benchmark, folder: Path | None = None) -> Chapter:
    """The benchmark with a record in each cell but one, one of them failed; with figures where a folder is given."""
    requests = benchmark.cells({"model": "nano_t5"})
    placed: dict[Any, tuple[Record | None, str]] = {}
    for number, (key, (made, origin)) in enumerate(made_up.placed(requests).items()):
        if made is not None:
            fit = dataclasses.replace(made.convergence, evaluations=EVALUATIONS if made.status == "done" else [])
            made = dataclasses.replace(made, id=f"{number:016x}", convergence=fit)
        placed[key] = (made, "reference" if origin == "reference" else "reused")
    if folder is None:
        document = tables.compose(tables.collect(benchmark, requests, placed))
    else:
        document = tables.build(benchmark, requests, placed, folder).document
    return Chapter(benchmark, requests, placed, document)


def report(folder: Path | None = None) -> Report:
    """One chapter, and one run that belongs to no benchmark."""
    losses: Mapping[int, float] = {21: 0.75, 28: 0.25}
    others = [(other_record("ia3"), "reused")]
    problems = ["runs/x/record.json: unreadable"]
    return gather([chapter(made_up.benchmark(), folder)], others, problems, [("half_done", 3, 8)], lambda _run: losses)


class Page(HTMLParser):
    """Elements of a page with their attributes and texts; an element that is not closed in order is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> closes {self._open[-3:]} at {self.getpos()}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._open[-1] if self._open else "", data.strip()))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for found, attributes in self.elements if found == tag]

    def text(self, tag: str) -> list[str]:
        return [text for found, text in self.texts if found == tag]
