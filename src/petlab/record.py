"""The record of one cell: the written contract between the runner and everything that reads results.

A record is JSON with exactly these top-level keys: schema, id, status, config, data, params, convergence, time,
memory, metrics, environment. It holds scores, counts, hashes and clocks, and no text of any data set.
Raise `SCHEMA` when a reader of older records would misread a field.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

SCHEMA = 1

Status = Literal["done", "failed", "diverged"]
Stopped = Literal["patience", "max_epochs", "diverged", "failed", "untrained"]


class RecordError(Exception):
    """A file that is no record of this schema; the message names the file and what is wrong with it."""


@dataclass(frozen=True)
class Data:
    """What the cell saw. `hash` is over the content of the rows used, never over their path."""

    dataset: str
    version: int
    origin: Literal["embedded", "files", "hub"]
    protocol: str
    train_rows: int
    validation_rows: int
    test_rows: int
    available_rows: int  # rows of the train split before scale and validation were taken
    hash: str
    overlap: int  # test rows whose input also stands in train
    revision: str | None = None  # hub commit as resolved
    licence: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Params:
    """Parameter counts. `stored` is what a task must keep: the papers' "trainable parameters" as a rule."""

    trained: int
    stored: int
    head: int
    base: int
    embeddings: int
    stored_bytes: int


@dataclass(frozen=True)
class Convergence:
    """Where validation loss was lowest and how the fit got there. Seconds count from the first training step.

    `train_s` excludes validation, `wall_s` and `run_s` include it; `run_s` runs to the stop, not to the best.
    `evaluations` rows are [epoch, step, train_s, wall_s, validation loss]; the first row is before any step. A method
    that trains nothing has `stopped: untrained`, no step and no evaluation.
    """

    epoch: float | None
    step: int | None
    train_s: float | None
    wall_s: float | None
    epochs_run: float
    steps_run: int
    run_s: float
    stopped: Stopped
    reason: str | None
    initial_loss: float | None
    best_loss: float | None
    learning_rate_trials: int
    evaluations: list[tuple[float, int, float, float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Time:
    """Seconds. `shared` timing means other cells ran at the same time: such seconds stay out of convergence tables.

    Those of a cell that was stopped and resumed are of all its processes, without what the stopped ones took to load;
    they are `shared` too where a part was, or was taken on other hardware.
    """

    load_s: float
    train_s: float
    validate_s: float
    test_s: float
    wall_s: float
    timing: Literal["exclusive", "shared"]
    threads: int


@dataclass(frozen=True)
class Memory:
    """Peak bytes: of the device, or of a process that ran this cell alone; null where neither was measured.

    `micro_batch` is null where micro-batches were as configured. After running out of memory it is the rows that one
    then had; the rows of an optimiser step stayed the same.
    """

    kind: Literal["cuda_peak", "rss_exclusive"] | None
    peak_bytes: int | None
    micro_batch: int | None = None


@dataclass(frozen=True)
class Parallel:
    """How several processes shared the cell: what really ran, not what was asked for."""

    strategy: Literal["ddp", "fsdp"]
    processes: int
    backend: Literal["gloo", "nccl"]


@dataclass(frozen=True)
class Environment:
    """Where a run ran. `parallel` is null for one process; with several, `hardware` says their number first."""

    hardware: str
    device: str
    python: str
    torch: str
    transformers: str
    petlab: str
    git_commit: str | None
    git_dirty: bool | None
    parallel: Parallel | None = None


@dataclass(frozen=True)
class Record:
    """One cell's record. `data`, `params` and later sections are null when the cell failed before they were known."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    schema: int
    id: str
    status: Status
    config: dict[str, Any]
    data: Data | None
    params: Params | None
    convergence: Convergence
    time: Time
    memory: Memory
    metrics: dict[str, float]
    environment: Environment

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), indent=1, sort_keys=False, allow_nan=False) + "\n"


_ADAPTER = TypeAdapter(Record)


def parse(given: object, name: str) -> Record:
    """Check a decoded JSON value against the schema.

    Raises:
        RecordError: another schema, a missing or unknown key, a value of the wrong type.
    """
    if not isinstance(given, dict) or "schema" not in given:
        raise RecordError(f"{name}: not a petlab record (no 'schema')")
    if given["schema"] != SCHEMA:
        raise RecordError(f"{name}: record schema {given['schema']}, this version reads {SCHEMA}")
    try:
        return _ADAPTER.validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "top level"
        raise RecordError(f"{name}: {place}: {first['msg'].lower()}") from None


def read(path: Path) -> Record:
    """Read and check one `record.json`.

    Raises:
        RecordError: the file is unreadable, truncated, or no record of this schema.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: unreadable ({error})") from None
    return decode(text, str(path))


def decode(text: bytes | str, name: str) -> Record:
    """Check one record's JSON text against the schema, in one pass where nothing is wrong with it.

    Raises:
        RecordError: as `parse`, and for what is no JSON.
    """
    try:
        record = _ADAPTER.validate_json(text)
        if record.schema == SCHEMA:
            return record
    except ValidationError:
        pass  # `parse` says what is wrong, in the file's terms
    try:
        given = json.loads(text)
    except ValueError as error:
        raise RecordError(f"{name}: unreadable ({error})") from None
    return parse(given, name)
