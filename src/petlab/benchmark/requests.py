"""From a benchmark and the user's overrides to the cells to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from petlab.errors import UserError
from petlab.lineage import KEYS, Asked

if TYPE_CHECKING:
    from petlab.benchmark.spec import Benchmark, Row

T = TypeVar("T")
ALWAYS = "++"  # before a key: replace it even where the rows vary it
OWN = "each row's own"
_PLACES = ("paths.", "data.root", "tracker", "train.device", "train.threads")  # change where, not what


class CellKey(NamedTuple):
    """What identifies a cell within its benchmark. Columns of one data set share the cell."""

    row: str
    dataset: str
    scale: str
    seed: int


@dataclass(frozen=True)
class Change:
    """An override of the user's that is not what the benchmark says. `theirs` is None where the benchmark is silent."""

    key: str
    ours: str
    theirs: str | None


@dataclass(frozen=True)
class CellRequest:
    """One cell of a benchmark: where its result stands, and the Hydra overrides that make it.

    `problem` says why the cell cannot be run as it stands: the weights are not public. `kin` are cells that it needs
    (`petlab.lineage`), each with what the benchmark says of its own data set.
    """

    row: str
    dataset: str
    scale: str
    seed: int
    overrides: Mapping[str, str] = field(hash=False)
    changes: tuple[Change, ...] = ()
    problem: str | None = None
    kin: tuple[CellRequest, ...] = ()

    @property
    def asked(self) -> Asked:
        """What to compose."""
        words = tuple(f"{key}={value}" for key, value in self.overrides.items())
        return Asked(words, tuple(one.asked for one in self.kin))

    @cached_property
    def key(self) -> CellKey:
        return CellKey(self.row, self.dataset, self.scale, self.seed)


def requests(
    benchmark: Benchmark,
    overrides: Mapping[str, str],
    rows: Sequence[str] | None,
    columns: Sequence[str] | None,
) -> list[CellRequest]:
    """See `Benchmark.cells`."""
    if benchmark.kind in ("parameters", "speed_up"):
        raise UserError(
            f"{benchmark.name} prints no test scores, so there is nothing to run; `petlab published` shows it"
        )
    given = {key: str(value).strip() for key, value in overrides.items()}
    chosen_rows = _keep("--rows", rows, benchmark.rows, lambda row: (row.key, row.label, row.method))
    chosen = [column for column in benchmark.columns if column.dataset is not None]
    chosen = _keep(
        "--columns", columns, chosen, lambda column: (column.dataset or "", column.label, column.group, column.metric)
    )
    datasets = list(dict.fromkeys(column.dataset for column in chosen if column.dataset is not None))
    if "dataset" in given:
        datasets = _filter("dataset", given.pop("dataset"), datasets)
    scales = _several("scale", given.pop("scale", None), benchmark.scales)
    seeds = _several("seed", given.pop("seed", None), [str(seed) for seed in benchmark.seeds])
    cells = [(row, one) for row in chosen_rows for one in datasets if row.method and one in (row.only or datasets)]
    varied = {key: _values(benchmark, key.removeprefix(ALWAYS)) for key in given}
    varied = {key: values for key, values in varied.items() if len(values) > 1}
    for key, values in varied.items():
        stand_in = key == "model" and not set(values) & {word.strip() for word in given[key].split(",")}
        if not stand_in and not key.startswith(ALWAYS):
            allowed = _filter(key, given.pop(key), values)
            cells = [cell for cell in cells if _canonical(benchmark.settings(*cell).get(key)) in allowed]
    given = {key.removeprefix(ALWAYS): value for key, value in given.items()}
    return [
        _request(benchmark, row, dataset, scale, _integer(seed), given, {key.removeprefix(ALWAYS) for key in varied})
        for scale in scales
        for row, dataset in cells
        if not row.printed or _has_place(benchmark, row, dataset, scale)
        for seed in seeds
    ]


def _request(
    benchmark: Benchmark,
    row: Row,
    dataset: str,
    scale: str,
    seed: int,
    given: Mapping[str, str],
    varied: Iterable[str],
) -> CellRequest:
    """The overrides of one cell: what the benchmark says of it, then the user's."""
    wanted = benchmark.settings(row, dataset)
    if scale not in benchmark.scales:  # epochs and evaluations of the paper's scale are not those of another one
        wanted = {key: value for key, value in wanted.items() if not key.startswith("scale.")}
    given = {**_for_stand_in(benchmark, wanted, given), **given}
    changes = []
    final = dict(wanted)
    for key, value in given.items():
        if key.startswith("method.") and key not in wanted and _values(benchmark, key):
            continue  # a field of other rows' method: replaced there
        final[key] = value
        theirs = wanted.get(key)
        if _canonical(theirs) != _canonical(value) and not key.startswith(_PLACES):
            changes.append(Change(key, value, OWN if key in varied else theirs))
    if scale not in benchmark.scales:
        changes.append(Change("scale", scale, ", ".join(benchmark.scales)))
    if seed not in benchmark.seeds:
        changes.append(Change("seed", str(seed), ", ".join(str(known) for known in benchmark.seeds)))
    model = final.pop("model", None)
    ordered = {**({"model": model} if model else {}), "method": final.pop("method")}
    ordered |= {"dataset": dataset, "scale": scale, "seed": str(seed)}
    problem = None
    if not row.runnable and model == wanted.get("model"):
        problem = f"the weights of {model} are not public; model=NAME runs the row on a stand-in"
    kin: list[CellRequest] = []
    if after := _names(final.get("after", "")):
        before = {"after": f"[{','.join(after[:-1])}]"}
        kin = [_request(benchmark, row, after[-1], scale, seed, {**given, **before}, varied)]
    for other in _names(final.get("together", "")):
        kin.append(_request(benchmark, row, other, scale, seed, {**given, **dict.fromkeys(KEYS, "[]")}, varied))
    return CellRequest(row.key, dataset, scale, seed, {**ordered, **final}, tuple(changes), problem, tuple(kin))


def _names(listed: str) -> list[str]:
    """`[a,b]` taken apart."""
    return [name.strip() for name in listed.strip("[] ").split(",") if name.strip()]


def _for_stand_in(benchmark: Benchmark, wanted: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """What the benchmark replaces in a cell of which the user replaces the model."""
    if given.get("model", wanted.get("model")) == wanted.get("model"):
        return {}
    return {key: value for key, value in benchmark.stand_in.items() if key in wanted}


def _has_place(benchmark: Benchmark, row: Row, dataset: str, scale: str) -> bool:
    """Whether the paper has this cell; scales of the user's own have a place in every row."""
    if scale not in benchmark.scales or scale not in row.printed:
        return scale not in benchmark.scales
    return any(column.key in row.printed[scale] for column in benchmark.columns if column.dataset == dataset)


def _values(benchmark: Benchmark, key: str) -> list[str]:
    """The different values that the benchmark's cells have of a key."""
    datasets = dict.fromkeys(column.dataset for column in benchmark.columns if column.dataset is not None)
    settings = [benchmark.settings(row, dataset) for row in benchmark.rows if row.method for dataset in datasets]
    return list(dict.fromkeys(_canonical(each[key]) for each in settings if key in each))


def _canonical(value: str | None) -> str:
    """One spelling for each value: `3e-4` and `0.0003`, `[q, v]` and `[q,v]`."""
    if value is None:
        return ""
    try:
        return repr(float(value))
    except ValueError:
        return value.replace(" ", "") if value.startswith("[") else value


def _filter(key: str, given: str, there: Sequence[str]) -> list[str]:
    """The values that `given` (comma-separated) keeps, in the benchmark's order."""
    known = {_canonical(value): value for value in there}
    wanted = [_canonical(given)]
    if wanted[0] not in known:
        wanted = [_canonical(word.strip()) for word in given.split(",")]
    if not set(wanted) <= set(known):
        way_out = "" if key in ("method", "dataset") else f"; {ALWAYS}{key}={given} replaces it in every row"
        raise UserError(f"{key}={given}: the rows of this benchmark have: {', '.join(_shown(there))}{way_out}")
    return [value for name, value in known.items() if name in wanted]


def _shown(values: Iterable[str]) -> list[str]:
    """Whole numbers without the point that `_canonical` gives them."""
    return [value.removesuffix(".0") for value in values]


def _several(key: str, given: str | None, there: Sequence[str]) -> list[str]:
    """Filter where the benchmark varies the key, replace where it has one value."""
    if given is None:
        return list(there)
    return _filter(key, given, there) if len(there) > 1 else [word.strip() for word in given.split(",")]


def _keep(
    option: str, wanted: Sequence[str] | None, there: Iterable[T], names: Callable[[T], Iterable[str]]
) -> list[T]:
    """The entries that one of the words names, whatever the case."""
    entries = list(there)
    if wanted is None:
        return entries
    known = {name.casefold() for entry in entries for name in names(entry) if name}
    words = _rejoined([word.casefold() for word in wanted], known)
    for word in words:
        if word not in known:
            shown = dict.fromkeys(name for entry in entries for name in names(entry) if name)
            raise UserError(f"{option} {word}: this benchmark has: {', '.join(shown)}")
    return [entry for entry in entries if set(words) & {name.casefold() for name in names(entry) if name}]


def _rejoined(words: Sequence[str], known: Iterable[str]) -> list[str]:
    """The words of a comma-separated list, those put together again that are one name with a comma in it."""
    found: list[str] = []
    rest = list(words)
    while rest:
        lengths = [length for length in range(len(rest), 0, -1) if ", ".join(rest[:length]) in known]
        length = lengths[0] if lengths else 1
        found.append(", ".join(rest[:length]))
        rest = rest[length:]
    return found


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UserError(f"seed={text}: a whole number is needed") from None
