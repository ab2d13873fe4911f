"""Parameter counts as columns: trained, stored, their share of the base, a new head, bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from petlab.benchmark import Row
from petlab.benchmark.spec import Count, number
from petlab.record import Params
from petlab.tables.collect import Collected
from petlab.tables.grid import EMPTY, Entry, Head, Source
from petlab.tables.numbers import compact, percent, size


@dataclass(frozen=True)
class _Counted:
    """Heading of a count, and what is shown of the counts of all runs of a row."""

    label: str
    short: str
    metric: str
    entry: Callable[[Sequence[Params]], Entry]


def heads(names: Sequence[Count], source: Source = "parameters") -> list[Head]:
    """Headings of the columns that a benchmark asks for."""
    return [
        Head(name, _OF[name].label, source=source, metric=_OF[name].metric, short=_OF[name].short) for name in names
    ]


def entries(names: Sequence[Count], params: Sequence[Params]) -> list[Entry]:
    """The row's counts; a count that differs between data sets is its lowest and highest value."""
    return [_OF[name].entry(params) if params else EMPTY for name in names]


def of_row(collected: Collected, row: str, scale: str | None = None) -> list[Params]:
    """The counts of a row's finished runs, at one scale or at all."""
    scales = collected.scales if scale is None else [scale]
    groups = [collected.group(row, dataset, one) for one in scales for dataset in collected.datasets]
    return [record.params for group in groups for record in group.done if record.params is not None]


def printed_heads(rows: Sequence[Row]) -> list[Head]:
    """A column for the paper's own counts, where it prints any."""
    if not any(row.parameters or row.known_parameters for row in rows):
        return []
    label = "Parameters in the paper"
    return [Head("printed", label, source="parameters", metric="printed_parameters", short="paper")]


def printed_entry(row: Row) -> Entry:
    """The paper's count of a row, as printed in the table or elsewhere in the paper."""
    printed = row.parameters or row.known_parameters
    if printed is None:
        return EMPTY
    plain = f"{int(printed):,}" if printed.isdigit() else printed
    return Entry(plain, compact(number(printed)) if printed.isdigit() else "", (("printed", printed),))


def _range(name: str, count: Callable[[Params], int], shown: Callable[[int], str]) -> Callable[..., Entry]:
    def entry(params: Sequence[Params]) -> Entry:
        low, high = min(map(count, params)), max(map(count, params))
        text = shown(high) if low == high else f"{shown(low)}–{shown(high)}"
        facts = ((name, high),) if low == high else ((f"{name} lowest", low), (name, high))
        return Entry(text, shown(high) if "B" in shown(high) else compact(high), facts)

    return entry


def _share(params: Sequence[Params]) -> Entry:
    """Stored parameters as a share of the base, in brackets of the base without its embeddings."""
    high = max(params, key=lambda one: one.stored)
    bare = high.base - high.embeddings
    share = percent(high.stored, high.base)
    facts: list[tuple[str, float | str]] = [("percent", 100 * high.stored / high.base)]
    text = share
    if bare > 0 and high.stored <= bare:
        text = f"{share} ({percent(high.stored, bare)})"
        facts.append(("percent_without_embeddings", 100 * high.stored / bare))
    return Entry(text, share, tuple(facts))


def _plain(count: int) -> str:
    return f"{count:,}"


_OF: Mapping[Count, _Counted] = {
    "trained": _Counted("Trained parameters", "trained", "trained", _range("trained", lambda one: one.trained, _plain)),
    "stored": _Counted("Stored parameters", "stored", "stored", _range("stored", lambda one: one.stored, _plain)),
    "percent": _Counted("% of base", "% base", "percent_of_base", _share),
    "head": _Counted("New head", "head", "head", _range("head", lambda one: one.head, _plain)),
    "bytes": _Counted(
        "Stored bytes", "bytes", "stored_bytes", _range("stored_bytes", lambda one: one.stored_bytes, size)
    ),
}
