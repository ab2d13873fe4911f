"""Where runs live: `<results>/runs/<id>/`, with `record.json` written last and atomically.

A run folder without a readable record is a run that did not finish; it is trained again and its files replaced.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from petlab.errors import UserError
from petlab.record import Record, RecordError, read

ID_LENGTH = 16
TENSORS = "trained.safetensors"  # of a run's folder: what its task must keep
OUTPUTS = "outputs.jsonl"  # beside it: what it answered to each test row, and the row's scores


def run_id(identity: Mapping[str, Any]) -> str:
    """Hash of what can change a result: canonical JSON (sorted keys, no spaces), SHA-256, first 16 hex digits."""
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


def user_cache() -> Path:
    """Where petlab keeps what it can make again, for all results folders of a user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "petlab"


def to_be_filled(folder: Path, called: str) -> Path:
    """The folder, before hours are spent on what could not be kept in it. Nothing is made: a mistake leaves no trace.

    Args:
        folder: where something will be written; it need not be there.
        called: the option or key that named it.

    Raises:
        UserError: nothing can be written there.
    """
    try:
        there = next(place for place in (folder, *folder.parents) if place.exists())
        with tempfile.TemporaryFile(dir=there):
            return folder
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{called} {folder}: nothing can be written there ({reason}); name another folder") from None


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write beside the target and rename, so that a reader sees the old file, the new file, or none; never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class Store:
    """The runs under one results folder."""

    def __init__(self, results: Path) -> None:
        self.results = results
        self.runs = results / "runs"
        self.broken: dict[str, str] = {}  # runs whose record.json could not be read, and why

    def folder(self, run: str) -> Path:
        return self.runs / run

    def tensors(self, run: str) -> Path:
        """Where a finished run's tensors lie, unless they were removed."""
        return self.folder(run) / TENSORS

    def only(self, prefix: str) -> str:
        """The one run whose id begins so. Raises UserError where there is none, or more than one."""
        found = sorted(path.name for path in self.runs.glob("*") if prefix and path.name.startswith(prefix))
        if len(found) == 1:
            return found[0]
        if not found:
            raise UserError(f"{prefix or 'an empty id'}: no run under {self.runs} begins so")
        raise UserError(f"{prefix}: {len(found)} runs begin so; give more digits: {', '.join(found[:5])}")

    def find(self, run: str) -> Record | None:
        """The record of a run, or None when it was not run or did not finish.

        A file that is no record counts as none and is noted in `broken`.
        """
        path = self.folder(run) / "record.json"
        try:
            return read(path) if path.exists() else None
        except RecordError as error:
            self.broken[run] = str(error)
            return None

    def save(self, record: Record) -> Path:
        """Write the record; after this the run counts as done, failed or diverged."""
        path = self.folder(record.id) / "record.json"
        write_atomic(path, record.to_json())
        self.broken.pop(record.id, None)
        return path

    def read_rows(self, run: str, name: str) -> list[dict[str, Any]]:
        """What `write_rows` wrote; empty where there is no such file, or none that can be read."""
        try:
            text = (self.folder(run) / name).read_text(encoding="utf-8")
            rows = [json.loads(line) for line in text.splitlines()]
        except (OSError, ValueError):
            return []
        return [row for row in rows if isinstance(row, dict)]

    def outputs(self, run: str) -> list[dict[str, Any]]:
        """What a run answered to each test row: `id`, `output`, the row's scores. Empty where that is not at hand."""
        return self.read_rows(run, OUTPUTS)

    def write_rows(self, run: str, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write one JSON object a line beside the record."""
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        write_atomic(self.folder(run) / name, lines)
