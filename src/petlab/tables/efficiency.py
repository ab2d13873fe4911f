"""Score per 100,000 stored parameters, score per minute, and run time normalised by full fine-tuning."""

from __future__ import annotations

from petlab.benchmark import Column
from petlab.tables.badges import Legend
from petlab.tables.collect import BASELINE, Collected, Group, mean
from petlab.tables.grid import Entry, Table
from petlab.tables.layout import LEFT_OUT, tabulate, timing_notes
from petlab.tables.numbers import fixed, significant


def per_100k(collected: Collected, legend: Legend) -> Table | None:
    """Pu et al. 2023, table 5: score / stored parameters x 100,000."""

    def ours(group: Group, column: Column) -> tuple[Entry, float | None]:
        ratios = [
            record.metrics[column.metric] * column.factor / record.params.stored * 1e5
            for record in group.done
            if column.metric in record.metrics and record.params is not None and record.params.stored > 0
        ]
        return _entry(ratios)

    return tabulate(
        collected,
        legend,
        "per_100k",
        "Score per 100,000 stored parameters",
        ours,
        higher=lambda column: column.higher_is_better,
    )


def per_minute(collected: Collected, legend: Legend) -> Table | None:
    """Pu et al. 2023, table 6: score / minutes of the run (the seconds of the convergence table)."""

    def ours(group: Group, column: Column) -> tuple[Entry, float | None]:
        ratios = [
            record.metrics[column.metric] * column.factor / (record.convergence.run_s / 60)
            for record in group.timed
            if column.metric in record.metrics and record.convergence.run_s > 0
        ]
        return _entry(ratios)

    return tabulate(
        collected,
        legend,
        "per_minute",
        "Score per minute of run time",
        ours,
        higher=lambda column: column.higher_is_better,
        notes=timing_notes(collected),
    )


def runtime(collected: Collected, legend: Legend) -> Table | None:
    """Pu et al. 2023, figure 1: run time / run time of full fine-tuning on the same data set, scale and seed."""
    if all(collected.benchmark.row(row).method != BASELINE for row in collected.rows):
        return None

    def ours(group: Group, _column: Column) -> tuple[Entry, float | None]:
        ratios = normalised(collected, group)
        if not ratios:
            return LEFT_OUT, None
        middle = mean(ratios)
        facts = (("mean", middle), ("n", len(ratios)))
        return Entry(fixed(middle, 2), numbers=facts), float(fixed(middle, 2))

    return tabulate(
        collected,
        legend,
        "runtime",
        "Run time divided by that of full fine-tuning",
        ours,
        higher=lambda _: False,
        notes=timing_notes(collected),
    )


def normalised(collected: Collected, group: Group) -> list[float]:
    """Run times of a group over those of full fine-tuning of the same seed; seeds without a baseline are left out."""
    ratios = []
    for record in group.timed:
        base = collected.baseline(record)
        if base is not None and collected.comparable(base) and base.convergence.run_s > 0:
            ratios.append(record.convergence.run_s / base.convergence.run_s)
    return ratios


def _entry(ratios: list[float]) -> tuple[Entry, float | None]:
    if not ratios:
        return LEFT_OUT, None
    middle = mean(ratios)
    return Entry(significant(middle), numbers=(("mean", middle), ("n", len(ratios)))), float(f"{middle:.3e}")
