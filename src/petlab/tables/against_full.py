"""Each method's score minus that of full fine-tuning, with an interval."""

from __future__ import annotations

from petlab.benchmark import Column
from petlab.tables.badges import Legend
from petlab.tables.collect import BASELINE, Collected, Group
from petlab.tables.grid import Entry, Table
from petlab.tables.layout import LEFT_OUT, tabulate
from petlab.tables.numbers import fixed
from petlab.tables.significance import Place, from_full


def against_full(collected: Collected, legend: Legend) -> Table | None:
    """Differences of means over seeds, in brackets the 95 % interval of a two-level bootstrap; None with one seed."""
    if all(collected.benchmark.row(row).method != BASELINE for row in collected.rows):
        return None
    compared = from_full(collected)
    if not compared.tested:
        return None

    def ours(group: Group, column: Column) -> tuple[Entry, float | None]:
        first = group.placed[0].request
        found = compared.found.get(Place(first.row, column.key, first.scale))
        if found is None or found.p is None:
            own = collected.benchmark.row(first.row).method == BASELINE
            return Entry(LEFT_OUT.text, state="left out", reason="" if own else "nothing to compare with"), None
        text = fixed(found.value, column.decimals, sign=True)
        low, high = (fixed(bound, column.decimals, sign=True) for bound in (found.low, found.high))
        mark = "" if found.explained else "↑" if found.value > 0 else "↓"
        facts = (("difference", found.value), ("low", found.low), ("high", found.high), ("p", found.p))
        return Entry(f"{text} [{low}, {high}]", numbers=facts, mark=mark), None

    notes = [
        "difference of means over seeds, and its 95 % interval without correction",
        f"↑ ↓: above or below full fine-tuning {compared.note()}",
    ]
    title = "Score minus that of full fine-tuning"
    return tabulate(collected, legend, "against_full", title, ours, higher=lambda _: True, notes=notes)
