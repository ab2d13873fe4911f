"""Time until a run has made up 95 % or 99 % of what full fine-tuning gains on the validation set."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import NamedTuple

from petlab.benchmark import Column
from petlab.benchmark.spec import Kind
from petlab.record import Record
from petlab.tables.badges import Legend
from petlab.tables.collect import Collected, Group
from petlab.tables.grid import Entry, Table
from petlab.tables.layout import LEFT_OUT, tabulate, timing_notes
from petlab.tables.numbers import seconds

SHARES: dict[Kind, float] = {"time_to_95": 0.95, "time_to_99": 0.99}


class Reached(NamedTuple):
    """When one run got there; of a run that never did, all of its time (`censored`)."""

    censored: bool
    seconds: float  # from the first training step, validation included
    epoch: float
    timed: bool  # the seconds can be compared with those of other runs


def reached(record: Record, lowest: float, share: float) -> Reached | None:
    """The first evaluation with L0 - L >= share * (L0 - lowest), L0 the run's own loss before the first step.

    Args:
        record: a finished run.
        lowest: the lowest validation loss of full fine-tuning on the same model, data, scale and seed.
        share: 0.95 or 0.99.

    Returns:
        None where there is nothing to reach: no loss before the first step, or none lower than it.
    """
    fit = record.convergence
    if fit.initial_loss is None or fit.initial_loss <= lowest:
        return None
    enough = share * (fit.initial_loss - lowest)
    for epoch, _, _, wall_s, loss in fit.evaluations:
        if fit.initial_loss - loss >= enough:
            return Reached(False, wall_s, epoch, True)
    return Reached(True, fit.run_s, fit.epochs_run, True)


def time_to(collected: Collected, legend: Legend, kind: Kind) -> Table | None:
    """`Ep. n; seconds` of the evaluation that got there; `> Ep. n; seconds` of the whole run where none did."""
    share = SHARES[kind]
    notes = [
        f"first evaluation that has made up {100 * share:g} % of the distance between the validation loss before the "
        "first step and the lowest of full fine-tuning (same model, rows and seed); "
        ">: not reached, the whole run; seconds with validation",
        *timing_notes(collected),
    ]
    if len({one.request.seed for one in collected.placed}) > 1:
        notes.insert(1, "median over seeds, the later of two in the middle; (k/n): k of n seeds got there")
    title = f"Time to {100 * share:g} % of full fine-tuning's best"
    ours = partial(_entry, collected, share)
    return tabulate(collected, legend, kind, title, ours, higher=lambda _: False, notes=notes)


def _entry(collected: Collected, share: float, group: Group, _column: Column) -> tuple[Entry, float | None]:
    """The seed in the middle stands for all: a seed that never got there is later than any that did."""
    found = []
    comparable = {id(record) for record in group.timed}
    for record in group.done:
        base = collected.baseline(record)
        lowest = base.convergence.best_loss if base is not None else None
        one = reached(record, lowest, share) if lowest is not None else None
        if one is not None:
            found.append(one._replace(timed=id(record) in comparable))
    if not found:
        return dataclasses.replace(LEFT_OUT, reason="no loss of full fine-tuning to reach"), None
    timed = [one for one in found if one.timed]
    ordered = sorted(timed) if timed else sorted(found, key=lambda one: (one.censored, one.epoch))
    middle = ordered[len(ordered) // 2]
    got = sum(not one.censored for one in ordered)
    text = f"Ep. {round(middle.epoch, 1):g}{f'; {seconds(middle.seconds)}' if timed else ''}"
    text = f"> {text}" if middle.censored else text
    text += f" ({got}/{len(ordered)})" if 0 < got < len(ordered) else ""
    facts: list[tuple[str, float | str]] = [("epoch", middle.epoch)]
    facts += [("seconds", middle.seconds)] if timed else []
    facts += [("censored", int(middle.censored)), ("reached", got), ("n", len(ordered))]
    return Entry(text, numbers=tuple(facts)), None if middle.censored or not timed else middle.seconds
