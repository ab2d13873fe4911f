"""`petlab plan`: a benchmark's cells, their state, and what the missing ones will take; trains nothing."""

from __future__ import annotations

import csv
import io
import json
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from petlab.commands.common import plan_benchmark
from petlab.progress import duration

if TYPE_CHECKING:
    from petlab.sweep.estimate import Estimate, Estimates, Machine
    from petlab.sweep.plan import Planned
    from petlab.workshop import Workshop

COLUMNS = (
    "model", "method", "dataset", "scale", "seed", "state", "run",
    "row", "protocol", "seconds", "peak_bytes", "earlier_runs", "basis", "problem",
)  # fmt: skip


class Line(NamedTuple):
    """One cell of the plan; `row` is empty where it is of no row, but others start from it.

    The estimate is of a missing cell, and empty for the others.
    """

    row: str
    entry: Planned[Any]
    estimate: Estimate | None

    def values(self) -> dict[str, Any]:
        """The values of `COLUMNS`, None where there is none."""
        cell, found = self.entry.cell, self.estimate
        own = (cell.model.name, cell.method_name, cell.dataset.name, cell.scale.name, cell.seed, self.entry.state)
        run = self.entry.seat.run if self.entry.seat else None
        guess = (found.seconds, found.peak_bytes, found.runs, found.basis) if found else (None, None, None, None)
        return dict(
            zip(COLUMNS, (*own, run, self.row, cell.dataset.protocol, *guess, _problem(self.entry)), strict=True)
        )


def plan(arguments: Namespace) -> int:
    """`petlab plan`: prints the plan as text, CSV or JSON."""
    from petlab.sweep.plan import earlier

    _, requests, planned, workshop = plan_benchmark(arguments, quiet=arguments.csv or arguments.json, refuse=False)
    machine = _machine(planned)
    estimates = _estimates(workshop) if any(entry.state == "missing" for entry in planned) else None
    first = earlier([entry for entry in planned if entry.state == "missing"])
    rows = [*("" for _ in first), *(request.row for request in requests)]
    lines = [
        Line(row, entry, estimates.of(entry.cell, machine) if estimates and entry.state == "missing" else None)
        for row, entry in zip(rows, [*first, *planned], strict=True)
    ]
    if arguments.json:
        cells = [line.values() for line in lines]
        shown = {"benchmark": arguments.name, "machine": machine._asdict(), "cells": cells, "summary": _summary(lines)}
        print(json.dumps(shown, indent=1))
    else:
        print(_csv(lines) if arguments.csv else _text(lines, machine))
    return 0


def _machine(planned: Sequence[Planned[Any]]) -> Machine:
    """Where the cells would run: the device and threads that the first one asks for."""
    from petlab.device import resolve_device, resolve_threads
    from petlab.measure.environment import hardware
    from petlab.sweep.estimate import Machine

    train = planned[0].cell.train
    device = resolve_device(train.device)
    return Machine(hardware(device), device, resolve_threads(train.threads))


def _estimates(workshop: Workshop) -> Estimates:
    """From every record under the results folder, and those that the project keeps."""
    from petlab import reference
    from petlab.record import RecordError, read
    from petlab.sweep.estimate import Estimates

    own = []
    for path in sorted(workshop.store.runs.glob("*/record.json")):
        try:
            own.append(read(path))
        except RecordError as error:
            workshop.reporter.line(f"left out: {error}")
    return Estimates([*own, *reference.everything().values()])


def _summary(lines: Sequence[Line]) -> dict[str, Any]:
    """Cells by state, and what the missing ones will take in all."""
    known = [line.estimate for line in lines if line.estimate and line.estimate.seconds is not None]
    peaks = [line.estimate.peak_bytes for line in lines if line.estimate and line.estimate.peak_bytes is not None]
    missing = sum(line.entry.state == "missing" for line in lines)
    return {
        "cells": len(lines),
        "states": dict(Counter(line.entry.state for line in lines)),
        "seconds": sum(found.seconds or 0.0 for found in known) if known else None,
        "with_estimate": len(known),
        "without_estimate": missing - len(known),
        "peak_bytes": max(peaks, default=None),
    }


def _csv(lines: Sequence[Line]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(line.values() for line in lines)
    return out.getvalue().rstrip("\n")


def _text(lines: Sequence[Line], machine: Machine) -> str:
    shown = [f"{'state':9} {'run':16} {'time':>12} {'memory':>8}  cell"]
    for row, entry, found in lines:
        run = entry.seat.run if entry.seat else ""
        seconds = "" if found is None else "?" if found.seconds is None else f"~{duration(found.seconds)}"
        peak = "" if found is None else "?" if found.peak_bytes is None else f"~{_size(found.peak_bytes)}"
        shown.append(f"{entry.state:9} {run:16} {seconds:>12} {peak:>8}  {row or 'needed first'} · {entry.cell.title}")
    return "\n".join([*shown, "", *_closing(lines, machine)])


def _closing(lines: Sequence[Line], machine: Machine) -> list[str]:
    """What the plan comes to, and why cells cannot begin."""
    total = _summary(lines)
    said = [", ".join([f"{total['cells']} cells", *(f"{count} {state}" for state, count in total["states"].items())])]
    where = f"{machine.hardware}, {machine.device}, {machine.threads} threads"
    if total["with_estimate"]:
        cells = f"{total['with_estimate']} of {total['with_estimate'] + total['without_estimate']} missing cells"
        said.append(f"about {duration(total['seconds'])} for {cells} on this hardware ({where}), from earlier runs:")
        bases = Counter(line.estimate.basis for line in lines if line.estimate and line.estimate.seconds is not None)
        said += [f"  {count} × {basis}" for basis, count in bases.items()]
    if total["without_estimate"]:
        from petlab.sweep.estimate import NONE

        said.append(f"{total['without_estimate']} missing cells: {NONE} on this hardware ({where})")
    if total["peak_bytes"] is not None:
        said.append(f"peak memory: about {_size(total['peak_bytes'])} where it was measured")
    problems = Counter(why for line in lines if (why := _problem(line.entry)))
    said += [f"{count} blocked: {problem}" for problem, count in problems.items()]
    return said


def _problem(entry: Planned[Any]) -> str | None:
    """Why a cell cannot begin."""
    return entry.problem or (entry.obstacle() if entry.state == "blocked" else None)


def _size(size: int) -> str:
    """`1.2 GB`, `340 MB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
