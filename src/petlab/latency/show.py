"""Latencies as text, laid out like the paper's table, and as CSV."""

from __future__ import annotations

import csv
import io

from petlab.latency.results import BASE, Latency

COLUMNS = (
    *("model", "way", "batch", "length", "ms", "spread_ms"),
    *("ratio", "low", "high", "repetitions", "calls", "problem"),
)


def text(latency: Latency) -> str:
    """A block a batch size: milliseconds of the base, and what each way adds to them, a column a length."""
    here = latency.environment
    title = f"{latency.model}, {latency.parameters:,} parameters, {latency.dtype}: one forward pass"
    lines = [title, f"{here.hardware}, threads: {latency.threads}, torch {here.torch}, {_repetitions(latency)}"]
    lines.append(f"{BASE}: median ± half the distance of the quartiles; below it: added time (95 % interval)")
    rows = []
    for batch in latency.batches:
        rows.append([f"batch {batch}", *(f"length {length}" for length in latency.lengths)])
        rows += [[way, *(_cell(latency, way, batch, length) for length in latency.lengths)] for way in latency.ways]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        if row[0].startswith("batch "):
            lines.append("")
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return "\n".join([*lines, "", *_positions(latency), *_problems(latency)])


def _repetitions(latency: Latency) -> str:
    counts = {len(one.seconds) for one in latency.measures if one.seconds}
    return f"{max(counts)} interleaved repetitions" if counts else "nothing was measured"


def _cell(latency: Latency, way: str, batch: int, length: int) -> str:
    one = latency.at(way, batch, length)
    if not one.seconds:
        return "–"
    if way == BASE:
        return f"{1000 * one.middle:,.1f} ± {1000 * one.spread:,.1f} ms"
    ratio = latency.beside_base(way, batch, length)
    if ratio is None:
        return "–"
    added, low, high = (100 * (number - 1) for number in (ratio.ratio, ratio.low, ratio.high))
    return f"{added:+.1f} % ({low:+.1f} to {high:+.1f})"


def _positions(latency: Latency) -> list[str]:
    """How much text each way can read."""
    most = latency.positions
    if most is None:
        return ["positions: the model has no limit, so no method shortens the usable length"]
    lines = [f"positions: the model has {most:,}"]
    for way, taken in latency.taken.items():
        if taken:
            lines.append(
                f"  {way} shortens the usable length: it takes {taken:,}, {most - taken:,} are left for the text"
            )
    return lines


def _problems(latency: Latency) -> list[str]:
    """What was left empty, and why."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in latency.measures:
        if one.problem:
            places.setdefault((one.way, one.problem), []).append(f"{one.batch} × {one.length}")
    ways: dict[tuple[str, str], list[str]] = {}
    for (way, problem), empty in places.items():
        ways.setdefault((", ".join(empty), problem), []).append(way)
    return [f"– {', '.join(alike)} at {empty}: {problem}" for (empty, problem), alike in ways.items()]


def as_csv(latency: Latency) -> str:
    """One line a way, batch size and length, without the last line's end."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in latency.measures:
        ratio = latency.beside_base(one.way, one.batch, one.length)
        took = (1000 * one.middle, 1000 * one.spread) if one.seconds else (None, None)
        beside = (None, None, None) if ratio is None else (ratio.ratio, ratio.low, ratio.high)
        place = (latency.model, one.way, one.batch, one.length)
        writer.writerow([*place, *took, *beside, len(one.seconds), one.calls, one.problem])
    return out.getvalue().rstrip("\n")
