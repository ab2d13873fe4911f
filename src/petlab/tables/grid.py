"""A table between the records and the formats: every number is chosen and rounded once, then written in each format."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

State = Literal["value", "not run", "failed", "diverged", "left out"]
Source = Literal["ours", "paper", "difference", "parameters"]


@dataclass(frozen=True)
class Entry:
    """One body cell.

    Attributes:
        text: what is shown; empty where nothing was run or printed.
        short: what a narrow terminal shows instead; empty = `text`.
        numbers: every number in the cell by its name, at full precision (`mean`, `sd`, `n`, `seed 0`; `epoch`, ...);
            printed numbers stay strings, as they were printed.
        best: best of its column, section and block of rows.
        mark: an arrow where neither seeds nor test rows explain a difference; the table's notes say from what.
        badges: letters of the legend.
    """

    text: str
    short: str = ""
    numbers: tuple[tuple[str, float | str], ...] = ()
    best: bool = False
    mark: str = ""
    badges: str = ""
    state: State = "value"
    reason: str = ""


EMPTY = Entry("", state="not run")


@dataclass(frozen=True)
class Head:
    """Heading of one column. Neighbours with the same `group` share it; `badges` hold for the whole column."""

    key: str
    label: str
    group: str = ""
    source: Source = "ours"
    dataset: str = ""
    metric: str = ""
    badges: str = ""
    short: str = ""  # where room is scarce
    paper: tuple[str, ...] = ()  # headings of the column in the paper, top to bottom


@dataclass(frozen=True)
class Group:
    """A heading above `span` neighbouring columns; without a name the columns stand alone."""

    name: str
    span: int
    badges: str = ""


@dataclass(frozen=True)
class Line:
    """One row: the printed label, the parameter columns, the body."""

    key: str
    label: str
    method: str
    entries: tuple[Entry, ...]
    block: str = ""  # rows of one block stand together, and have a best of their own


@dataclass(frozen=True)
class Section:
    """Rows of one data scale."""

    key: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Layout:
    """How the paper sets a table: the heading of its row labels, and whether it prints trainable parameters."""

    corner: str
    counted: bool


@dataclass(frozen=True)
class Table:
    """One table, ready to be written."""

    benchmark: str
    kind: str
    title: str
    heads: tuple[Head, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    paper: Layout | None = None

    @property
    def groups(self) -> list[Group]:
        """Headings above the columns, left to right. Letters that all columns of a group share stand on the group."""
        found: list[Group] = []
        for head in self.heads:
            last = found[-1] if found else None
            if last is not None and head.group and last.name == head.group:
                shared = "".join(letter for letter in last.badges if letter in head.badges)
                found[-1] = Group(last.name, last.span + 1, shared)
            else:
                found.append(Group(head.group, 1, head.badges if head.group else ""))
        return found

    def own_badges(self, at: int) -> str:
        """Letters of a column's own heading: those that its group does not show already."""
        start = 0
        for group in self.groups:
            if at < start + group.span:
                return "".join(letter for letter in self.heads[at].badges if letter not in group.badges)
            start += group.span
        return self.heads[at].badges


@dataclass(frozen=True)
class Document:
    """All tables of one benchmark, with what holds for all of them.

    Attributes:
        legend: letter and meaning of each difference of protocol; those of every cell have `everywhere` set.
        footer: lines on origin, hardware, versions, data.
        problems: records that were left out, by name.
    """

    name: str
    title: str
    citation: str
    synthetic: str
    tables: tuple[Table, ...]
    legend: tuple[Badge, ...]
    footer: tuple[str, ...]
    problems: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()  # file names beside the document; one ends in `.svg` for each caption
    captions: tuple[str, ...] = ()
    drawings: tuple[str, ...] = field(default=(), repr=False)  # the same figures as SVG text


@dataclass(frozen=True)
class Badge:
    """One difference between the paper's protocol and ours."""

    letter: str
    text: str
    everywhere: bool


def mark_best(
    entries: Sequence[Entry], values: Sequence[float | None], blocks: Sequence[str], *, higher: bool
) -> list[Entry]:
    """Set `best` on the entries of the best value of each block (all of them when tied); a lone value is none."""
    by_block: dict[str, list[float]] = {}
    for block, value in zip(blocks, values, strict=True):
        if value is not None:
            by_block.setdefault(block, []).append(value)
    top = {block: (max if higher else min)(there) for block, there in by_block.items() if len(there) > 1}
    return [
        dataclasses.replace(entry, best=True) if value is not None and value == top.get(block) else entry
        for entry, value, block in zip(entries, values, blocks, strict=True)
    ]
