"""Content fingerprints of data and weights, remembered by the state of the files they were taken from.

So that asking "was this cell done?" costs a look at file sizes and times instead of reading data sets again.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from pathlib import Path
from typing import Any

from petlab import record as records
from petlab.cell import Cell, plain
from petlab.models import ModelSpec, is_local, tokenizer_folder, weights_folder
from petlab.store import write_atomic

_PACKAGE = Path(__file__).resolve().parent


def weights(spec: ModelSpec) -> str:
    """What a base's weights are, without loading them: a hash of their files, a hub commit, or the seed of random ones.

    Raises:
        UserError: weights that are not there, or a hub that cannot be reached.
    """
    if spec.random_weights:
        return f"random, seed {spec.init_seed}, {_shape(spec)}"
    folder, commit = weights_folder(spec)
    return commit or _folder_hash(folder)


def _shape(spec: ModelSpec) -> str:
    """A hash of what a random model is built by: a folder's files, or the values of its configuration."""
    if is_local(spec):
        width = "" if spec.width is None else f", width {spec.width}"
        return _folder_hash(tokenizer_folder(spec)) + width
    return hashlib.sha256(json.dumps(plain(spec.architecture), sort_keys=True).encode()).hexdigest()


@functools.cache
def _folder_hash(folder: Path) -> str:
    """SHA-256 over configuration, tokenizer and weight files."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.safetensors")]):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Fingerprints:
    """The data fingerprints under one results folder. Files are looked at once: a plan sees one state of them."""

    def __init__(self, results: Path) -> None:
        self.path = results / "cache" / "fingerprints.json"
        self._states: dict[Path, str] = {}
        self._known = self._read()

    def key(self, cell: Cell) -> str:
        """A hash of what decides which rows a cell sees: data set, scale, seed, limits, the files' sizes and times."""
        asked = {
            "dataset": plain(cell.dataset),
            "rows": cell.scale.rows,
            "seed": cell.data_seed,
            "limits": plain(cell.limits),
            "root": None if cell.data_root is None else str(cell.data_root.resolve()),
            "state": self._state(cell),
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def find(self, cell: Cell) -> records.Data | None:
        """The data section of a cell whose rows were read before, or None. Hub data is always asked for again."""
        if self._state(cell) is None:
            return None
        try:
            return records.Data(**self._known[self.key(cell)])
        except (KeyError, TypeError):
            return None

    def remember(self, cell: Cell, found: records.Data) -> None:
        """Keep a data section for the next process."""
        if self._state(cell) is not None:
            self._known = {**self._read(), self.key(cell): plain(found)}  # beside what other processes added meanwhile
            # On a disk that is full or read-only the next process reads the rows again.
            with contextlib.suppress(OSError):
                write_atomic(self.path, json.dumps(self._known, indent=1))

    def _state(self, cell: Cell) -> str | None:
        """A hash of names, sizes and times of the files that the rows come from; None where they are not local."""
        if cell.dataset.embedded is not None:
            folder = _PACKAGE / "data"
        elif cell.data_root is not None:
            folder = cell.data_root
        else:
            return None
        if folder not in self._states:
            files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
            seen = [(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
            self._states[folder] = hashlib.sha256(json.dumps(seen).encode()).hexdigest()
        return self._states[folder]

    def _read(self) -> dict[str, Any]:
        try:
            known = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
