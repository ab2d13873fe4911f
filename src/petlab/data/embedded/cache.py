"""Generated rows kept in the user's cache: seconds of work once a machine in place of once a process."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from petlab.data.example import Example
from petlab.store import user_cache, write_atomic

Splits = Mapping[str, tuple[Example, ...]]


def kept(name: str, seed: int, make: Callable[[], Splits]) -> Splits:
    """What `make` gives, read from the cache if this very code made it before. A cache that is no help is done without.

    Args:
        name: of the set.
        seed: of its rows.
        make: generates them.
    """
    path = user_cache() / "embedded" / f"{name}-{seed}-{_code()}.json"
    try:
        found = json.loads(path.read_bytes())
        return {split: tuple(_example(*row) for row in rows) for split, rows in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        made = make()
    rows = {split: [list(vars(row).values()) for row in examples] for split, examples in made.items()}
    with contextlib.suppress(OSError):
        for outdated in path.parent.glob(f"{name}-{seed}-*.json"):
            outdated.unlink(missing_ok=True)
        write_atomic(path, json.dumps(rows, separators=(",", ":")))
    return made


def _example(id: str, fields: dict[str, str], targets: list[str], group: str, part: str) -> Example:
    return Example(id, fields, tuple(targets), group, part)


@functools.cache
def _code() -> str:
    """A digest of what the rows depend on: the generators' source and the fields of a row."""
    digest = hashlib.sha256(repr([field.name for field in dataclasses.fields(Example)]).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
