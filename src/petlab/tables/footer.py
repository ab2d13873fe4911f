"""The lines under a benchmark's tables: where records came from, what they ran on, what the data are."""

from __future__ import annotations

from collections.abc import Iterable

from petlab.record import Environment, Record
from petlab.tables.collect import ORIGINS, Collected, described, machine


def footer(collected: Collected) -> list[str]:
    """Origin counts first; then model, hardware, versions, data. Values that differ between records are all named."""
    placed = [one for one in collected.placed if one.record is not None]
    records = [one.record for one in placed if one.record is not None]
    counts = {origin: sum(one.origin == origin for one in placed) for origin in ORIGINS}
    line = f"{counts['trained now']} trained now, {counts['reused']} reused, {counts['reference']} from reference"
    states = {
        "failed": sum(record.status == "failed" for record in records),
        "diverged": sum(record.status == "diverged" for record in records),
        "not run": len(collected.placed) - len(placed),
    }
    line += "".join(f", {count} {state}" for state, count in states.items() if count)
    lines = [f"cells: {line}"]
    if not records:
        return lines
    sizes = dict.fromkeys((one.params.base, one.params.embeddings) for one in records if one.params is not None)
    bases = _all(f"{base:,} parameters, {embeddings:,} of them embeddings" for base, embeddings in sizes)
    lines.append(f"model: {_all(_model(record) for record in records)}{f' ({bases})' if bases else ''}")
    machines = dict.fromkeys(machine(record) for record in records)
    hardware = _all(map(described, machines))
    there = list(dict.fromkeys(record.environment for record in records))
    lines.append(f"hardware: {hardware}; timing: {_all(record.time.timing for record in records)}")
    trials = _all(str(record.convergence.learning_rate_trials) for record in records)
    lines.append(f"learning-rate trials for each method: {trials}")
    versions = (
        f"petlab {_all(one.petlab for one in there)}",
        f"torch {_all(one.torch for one in there)}",
        f"transformers {_all(one.transformers for one in there)}",
        f"Python {_all(one.python for one in there)}",
        f"commit {_all(_commit(one) for one in there)}",
    )
    lines.append(f"versions: {', '.join(versions)}")
    lines += _data_lines(collected, records)
    return lines


def _data_lines(collected: Collected, records: Iterable[Record]) -> list[str]:
    """Rows, origin and licence of each data set; data sets of which the same is to be said share a line."""
    data = list(dict.fromkeys(record.data for record in records if record.data is not None))
    said: dict[str, list[str]] = {}
    for name in dict.fromkeys(one.dataset for one in data):
        mine = [one for one in data if one.dataset == name]
        tested = _all(f"{one.test_rows:,}" for one in mine)
        validated = _all(f"{one.validation_rows:,}" for one in mine)
        origin = _all("generated" if one.origin == "embedded" else f"from {one.origin}" for one in mine)
        parts = [f"{validated} validation and {tested} test rows", origin]
        revision = _all(one.revision for one in mine if one.revision)
        licence = _all(one.licence for one in mine if one.licence)
        parts += [f"revision {revision}"] if revision else []
        parts += [f"licence: {licence}"] if licence else []
        said.setdefault(", ".join(parts), []).append(name)
    lines = [f"{', '.join(names)}: {text}" for text, names in said.items()]
    return [f"data: {collected.benchmark.synthetic}", *lines] if collected.benchmark.synthetic else lines


def _model(record: Record) -> str:
    model = record.config.get("model")
    if not isinstance(model, dict):
        return "?"
    return f"{model.get('name', '?')}{' with random weights' if model.get('random_weights') else ''}"


def _commit(environment: Environment) -> str:
    if environment.git_commit is None:
        return "unknown"
    return f"{environment.git_commit[:10]}{' with changes' if environment.git_dirty else ''}"


def _all(values: Iterable[str]) -> str:
    """Every value once, in order of appearance."""
    return " / ".join(dict.fromkeys(values))
