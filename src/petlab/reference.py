"""Reference records: what the project itself measured, committed as `results/reference/<benchmark>.jsonl`.

One record a line. A planner never counts them as done, so a fresh clone really trains; tables may show them, marked.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from pathlib import Path

from petlab.record import Record, RecordError, parse
from petlab.store import write_atomic

_CHECKOUT = Path(__file__).resolve().parents[2]


def folder() -> Path:
    """`results/reference` of the checkout that this package runs from."""
    return _CHECKOUT / "results" / "reference"


def find(run: str, benchmark: str, where: Path | None = None) -> Record | None:
    """The reference record of a run id, or None: the benchmark's own, else one of another that has the same cell."""
    own = _load((where or folder()) / f"{benchmark}.jsonl").get(run)
    return own or everything(where=where).get(run)


def everything(benchmark: str = "*", where: Path | None = None) -> dict[str, Record]:
    """The reference records of a benchmark, or of all, by run id.

    Raises:
        RecordError: a line that is no record; names file and line.
    """
    return {
        run: one for path in sorted((where or folder()).glob(f"{benchmark}.jsonl")) for run, one in _load(path).items()
    }


def save(records: Iterable[Record], benchmark: str, where: Path | None = None) -> Path:
    """Write records as a benchmark's reference, beside those of other runs that stand there already; by run id."""
    path = (where or folder()) / f"{benchmark}.jsonl"
    known = {**_load(path), **{record.id: record for record in records}}
    lines = [json.dumps(json.loads(known[run].to_json()), separators=(",", ":")) for run in sorted(known)]
    write_atomic(path, "".join(line + "\n" for line in lines))
    _load.cache_clear()
    return path


@functools.cache
def _load(path: Path) -> dict[str, Record]:
    """Records by id; a line that is no record of this schema is an error of whoever committed it.

    Raises:
        RecordError: names file and line.
    """
    if not path.exists():
        return {}
    found: dict[str, Record] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            record = parse(json.loads(line), f"{path}:{number}")
        except ValueError as error:
            raise RecordError(f"{path}:{number}: unreadable ({error})") from None
        found[record.id] = record
    return found
