"""The quality table: test scores, mean over seeds, beside the printed ones."""

from __future__ import annotations

import dataclasses
from functools import partial
from statistics import median

from petlab.benchmark import Column
from petlab.tables.badges import Legend
from petlab.tables.collect import Collected, Group, deviation, mean
from petlab.tables.grid import EMPTY, Entry, Table
from petlab.tables.layout import LEFT_OUT, tabulate
from petlab.tables.numbers import fixed
from petlab.tables.significance import Comparisons, Difference, Place, from_best


def quality(collected: Collected, legend: Legend) -> Table | None:
    """Rows x data sets x scales; the best of a column, scale and block of rows marked, and what is surely below it."""
    several = len({one.request.seed for one in collected.placed}) > 1
    compared = from_best(collected) if several else Comparisons({}, 0, 0, 0)
    notes = [f"{collected.benchmark.statistic} ± standard deviation over seeds"] if several else []
    notes += [f"↓: worse than the best {compared.note()}"] if compared.tested else []

    def ours(group: Group, column: Column) -> tuple[Entry, float | None]:
        entry, value = score(group, column, collected.benchmark.statistic)
        first = group.placed[0].request
        return _compared(entry, compared.found.get(Place(first.row, column.key, first.scale))), value

    return tabulate(
        collected,
        legend,
        "quality",
        "Quality on the test set",
        ours,
        summary=partial(average, collected),
        higher=lambda column: column.higher_is_better,
        difference=True,
        notes=notes,
    )


def score(group: Group, column: Column, statistic: str = "mean") -> tuple[Entry, float | None]:
    """Mean (or median, where the paper takes it) over the seeds that were scored."""
    done = [(one.request.seed, one.record) for one in group.placed if one.record and one.record.status == "done"]
    values = [
        (seed, record.metrics[column.metric] * column.factor)
        for seed, record in done
        if column.metric in record.metrics
    ]
    if not values and ":" in column.metric:
        return EMPTY, None  # a score of another task, which only cells that come after it have
    if not values:
        reason = f"no {column.metric} in the record"
        return Entry(f"no {column.metric}", "no score", state=LEFT_OUT.state, reason=reason), None
    numbers = [value for _, value in values]
    middle, spread = median(numbers) if statistic == "median" else mean(numbers), deviation(numbers)
    text = fixed(middle, column.decimals)
    if spread is not None:
        text += f" ± {fixed(spread, column.decimals).removeprefix('0')}"
    if len(values) < len(group.placed):
        text += f" (n={len(values)})"
    facts: list[tuple[str, float | str]] = [(statistic, middle), ("n", len(values))]
    facts += [("sd", spread)] if spread is not None else []
    facts += [(f"seed {seed}", value) for seed, value in values]
    return Entry(text, numbers=tuple(facts)), float(fixed(middle, column.decimals))


def _compared(entry: Entry, found: Difference | None) -> Entry:
    """With the difference from the best, and an arrow where neither seeds nor rows explain it."""
    if found is None or found.p is None:
        return entry
    facts = (("minus best", found.value), ("minus best low", found.low), ("minus best high", found.high))
    numbers = (*entry.numbers, *facts, ("minus best p", found.p))
    return dataclasses.replace(entry, numbers=numbers, mark="" if found.explained else "↓")


def average(collected: Collected, column: Column, row: str, scale: str) -> tuple[Entry, float | None]:
    """Our mean over the columns, as GLUE's tables print it; empty until every data set has a score."""
    if column.metric != "average":
        return EMPTY, None
    statistic = collected.benchmark.statistic
    others = [other for other in collected.benchmark.columns if other.dataset is not None]
    scores = [
        dict(score(group, other, statistic)[0].numbers).get(statistic) if group.done else None
        for other in others
        for group in [collected.group(row, other.dataset or "", scale)]
    ]
    found = [float(one) for one in scores if one is not None]
    if len(found) < len(others):
        return EMPTY, None
    middle = mean(found)
    return Entry(fixed(middle, column.decimals), numbers=((statistic, middle),)), float(fixed(middle, column.decimals))
