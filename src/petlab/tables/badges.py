"""Letters for each difference of protocol between the paper and a cell of ours."""

from __future__ import annotations

import string
from collections.abc import Hashable, Iterable

from petlab.benchmark import Benchmark, CellKey, Change
from petlab.tables.collect import Collected, Placed
from petlab.tables.grid import Badge

_NAMES = {  # overrides that have a plainer name in a legend
    "model": "stand-in model",
    "model.random_weights": "random weights",
    "scale": "other data scale",
    "seed": "other seed",
    "data_seed": "other seed of the splits",
    "limits.validation": "validation limited",
    "limits.test": "test limited",
    "train.lr": "other learning rate",
    "train.batch_size": "other batch size",
    "train.accumulation": "other gradient accumulation",
    "train.precision": "other precision",
}


class Legend:
    """The differences found in a benchmark's cells, lettered in order of first appearance, those of all cells first."""

    def __init__(self, collected: Collected) -> None:
        known: dict[Hashable, tuple[str, ...]] = {}  # of what many cells have in common
        found: dict[CellKey, tuple[str, ...]] = {}
        for one in collected.placed:
            if one.record is not None:
                scale = one.record.config.get("scale")
                rows = scale.get("rows") if isinstance(scale, dict) else None
                same = (one.request.row, one.request.dataset, one.request.changes, one.record.data, rows)
                if same not in known:
                    known[same] = differences(one, collected.benchmark)
                found[one.request.key] = known[same]
        texts = list(dict.fromkeys(text for cell in known.values() for text in cell))
        self._everywhere = {text for text in texts if all(text in cell for cell in known.values())}
        texts.sort(key=lambda text: text not in self._everywhere)
        self._letters = dict(zip(texts, _letters(), strict=False))
        self._cells = found

    @property
    def badges(self) -> tuple[Badge, ...]:
        return tuple(Badge(letter, text, text in self._everywhere) for text, letter in self._letters.items())

    def shared(self, keys: Iterable[CellKey]) -> str:
        """Letters for a column's heading: what holds for all of its cells, but not for all of the benchmark."""
        cells = [set(texts) for texts in {self._cells[key] for key in keys if key in self._cells}]
        texts = set.intersection(*cells) - self._everywhere if cells else set()
        return self._spell(texts)

    def letters(self, keys: Iterable[CellKey], known: str = "") -> str:
        """Letters to set on a cell: those that neither hold everywhere nor stand in its heading (`known`)."""
        cells = {self._cells.get(key, ()) for key in keys}
        texts = {text for cell in cells for text in cell} - self._everywhere
        return "".join(letter for letter in self._spell(texts) if letter not in known)

    def _spell(self, texts: set[str]) -> str:
        return "".join(dict.fromkeys(letter for text, letter in self._letters.items() if text in texts))


def differences(placed: Placed, benchmark: Benchmark) -> tuple[str, ...]:
    """What a reader must know before comparing this cell with the printed one."""
    where = "paper" if benchmark.paper else "benchmark"
    texts = [_change(change, where) for change in placed.request.changes]
    record = placed.record
    if record is not None and record.data is not None:
        data = record.data
        rows = record.config.get("scale", {}).get("rows") if isinstance(record.config.get("scale"), dict) else None
        if isinstance(rows, int) and data.train_rows < rows:
            texts.append(f"{data.dataset}: {data.train_rows:,} train rows where the scale allows {rows:,}")
        if data.origin == "embedded" and not benchmark.synthetic:
            texts.append("synthetic data")
        if data.note:
            texts.append(f"{data.dataset}: {data.note}")
        if data.overlap:
            texts.append(f"{data.dataset}: {data.overlap:,} of {data.test_rows:,} test inputs also stand in train")
    if benchmark.paper is not None:
        row = benchmark.row(placed.request.row)
        texts += [known.text for known in benchmark.differences if known.holds(row, placed.request.dataset)]
    return tuple(dict.fromkeys(texts))


def _change(change: Change, where: str) -> str:
    """`stand-in model: nano_t5 (paper: flan_t5_xl)`."""
    told = f" ({where}: {change.theirs})" if change.theirs is not None else ""
    name = _NAMES.get(change.key)
    return f"{name}: {change.ours}{told}" if name else f"{change.key}={change.ours}{told}"


def _letters() -> Iterable[str]:
    """a to z, A to Z; what is left shares Z, so that nothing is dropped in silence."""
    yield from string.ascii_lowercase
    yield from string.ascii_uppercase
    while True:
        yield "Z"
