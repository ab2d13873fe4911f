"""Benchmark files: YAML to `Benchmark`, every key and value checked.

A file may say `like: NAME`: what it does not say itself is taken from that benchmark, its rows, too; `defaults` and
`dataset_defaults` of its own are added to that benchmark's. `rows` of its own then give the label of one of that
benchmark's rows and the numbers that this table prints for it. A row of another label may itself say `like: LABEL`: it
is run as that row is, but for its own overrides.

A row says what reproduces it in `overrides`, in `dataset_overrides` for single data sets, and in `by_dataset` as the
papers' own tables of settings do: a list for each key, one value for each data set in the order of the columns.

A file may say `axis: {KEY: [A, B]}`: every row stands once for each value.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml

from petlab.benchmark.axis import spread
from petlab.benchmark.spec import (
    FIGURES,
    KINDS,
    NO_SCALE,
    Benchmark,
    Column,
    Count,
    Difference,
    Kind,
    Paper,
    Printed,
    Row,
)
from petlab.errors import UserError, choices

_TOP = ("axis", "like", *(name for name in Benchmark.__dataclass_fields__ if name != "name"))
_ROW = ("by_dataset", "like", *Row.__dataclass_fields__)
_COLUMN = tuple(Column.__dataclass_fields__)
_SPREAD = re.compile(r"^(?P<value>.*\S)\s*±\s*(?P<spread>\S+)$")

Word = TypeVar("Word", bound=str)


def folder() -> Path:
    """Where the benchmark files lie."""
    return Path(str(importlib.resources.files("petlab.benchmarks")))


def names() -> list[str]:
    """Every benchmark there is, sorted."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


@cache
def load(name: str) -> Benchmark:
    """Read a benchmark.

    Args:
        name: a file of `benchmarks/` without its ending.

    Raises:
        UserError: no such benchmark (with the ones there are), or a file with a wrong key or value.
    """
    if name not in names():
        raise choices("benchmark", name, names())
    path = folder() / f"{name}.yaml"
    return parse(name, path.read_text(encoding="utf-8"))


def parse(name: str, text: str) -> Benchmark:
    """Make a benchmark of a YAML text. Raises `UserError` as `load` does."""
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"benchmark {name}: not readable as YAML: {' '.join(str(error).split())}") from None
    try:
        return _benchmark(name, _mapping(given, "the file"))
    except (KeyError, TypeError, ValueError) as error:
        word = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise UserError(f"benchmark {name}: {word}") from None


def _benchmark(name: str, given: Mapping[str, Any]) -> Benchmark:
    _known(given, _TOP, "a benchmark")
    base = load(given["like"]) if "like" in given else None
    columns = tuple(_column(entry) for entry in given["columns"]) if "columns" in given or not base else base.columns
    scales = tuple(given["scales"]) if "scales" in given else base.scales if base else (NO_SCALE,)
    axis = {key: _list(values) for key, values in _mapping(given.get("axis", {}), "axis").items()}
    alike = base.rows if base and "rows" not in given else ()
    rows = alike or tuple(_row(entry, columns, scales, base) for entry in given["rows"])
    if axis:
        rows = spread(rows, axis)
    keys = [row.key for row in rows]
    differences = (
        tuple(_difference(entry) for entry in given["differences"])
        if "differences" in given
        else base.differences
        if base
        else ()
    )
    nowhere = {name for one in differences for name in one.rows} - {*keys, *(row.label for row in rows)}
    if nowhere and "differences" in given:
        raise ValueError(f"a difference names rows that are not there: {sorted(nowhere)}")
    if len(set(keys)) < len(keys):
        raise ValueError(f"two rows have the same label and parameters: {sorted(k for k in keys if keys.count(k) > 1)}")
    kind = _kind(given["kind"])
    return Benchmark(
        name=name,
        title=given["title"],
        paper=_paper(given["paper"], base) if given.get("paper") else None,
        kind=kind,
        tables=tuple(_kind(word) for word in given.get("tables", [kind])),
        columns=columns,
        scales=scales,
        seeds=tuple(given["seeds"]) if "seeds" in given else base.seeds if base else (0,),
        defaults={**(base.defaults if base else {}), **hydra_values(given.get("defaults", {}))},
        dataset_defaults=_layered(
            base.dataset_defaults if base else {}, _by_dataset(given.get("dataset_defaults", {}), columns)
        ),
        stand_in=hydra_values(given["stand_in"]) if "stand_in" in given else base.stand_in if base else {},
        rows=rows,
        counts=_words(given, "counts", get_args(Count), base.counts if base else ("stored", "percent")),
        figures=_words(given, "figures", FIGURES, base.figures if base else FIGURES),
        corner=given.get("corner", base.corner if base else ""),
        statistic=given.get("statistic", base.statistic if base else "mean"),
        companions=dict(given.get("companions", {})),
        differences=differences,
        notes=tuple(given.get("notes", ())),
        synthetic=given.get("synthetic", base.synthetic if base else ""),
    )


def _paper(given: Mapping[str, Any], base: Benchmark | None) -> Paper:
    """The paper; with `like`, only what differs (the table) is said again."""
    if base is not None and base.paper is not None:
        inherited = {name: getattr(base.paper, name) for name in Paper.__dataclass_fields__ if name != "note"}
        given = {**inherited, **given}
    _known(given, tuple(Paper.__dataclass_fields__), "paper")
    return Paper(**{**given, "authors": tuple(given["authors"])})


def _column(given: Mapping[str, Any]) -> Column:
    _known(given, _COLUMN, "a column")
    key = given.get("key") or given.get("dataset") or given["metric"]
    return Column(**{**given, "key": key, "dataset": given.get("dataset"), "heads": tuple(given.get("heads", ()))})


def _row(given: Mapping[str, Any], columns: Sequence[Column], scales: Sequence[str], base: Benchmark | None) -> Row:
    _known(given, _ROW, "a row")
    given = dict(given)
    label = given.pop("label")
    printed = _printed(given.pop("printed", {}), columns, scales, label)
    given |= {name: hydra_values(given[name]) for name in ("overrides",) if name in given}
    special = _by_dataset(given.pop("dataset_overrides", {}), columns)
    listed = _columnwise(given.pop("by_dataset", {}), columns, label)
    if special or listed:
        given["dataset_overrides"] = _layered(listed, special)
    if "only" in given:
        if nowhere := sorted(set(given["only"]) - set(_datasets(columns))):
            raise ValueError(f"row {label!r}, only: {', '.join(nowhere)} is the data set of no column")
        given["only"] = tuple(given["only"])
    inherited: dict[str, Any] = {}
    if "like" in given:
        given = _alike(given, label, base)
    elif base is not None and "method" not in given:
        alike = _of_label(base, label, f"row {label!r}", "give its method here")
        inherited = {name: getattr(alike, name) for name in Row.__dataclass_fields__ if name != "printed"}
    return Row(**{**inherited, **given, "label": label, "printed": printed})


def _alike(given: Mapping[str, Any], label: str, base: Benchmark | None) -> dict[str, Any]:
    """A row that says `like`: what runs the other row, with this one's overrides on top."""
    given = dict(given)
    name = given.pop("like")
    if base is None or "method" in given:
        why = "the file itself must say `like: NAME`" if base is None else "its method is that row's"
        raise ValueError(f"row {label!r} is like {name!r}: {why}")
    other = _of_label(base, name, f"row {label!r} is like {name!r}", "name another")
    return {
        **given,
        "method": other.method,
        "runnable": given.get("runnable", other.runnable),
        "overrides": {**other.overrides, **given.get("overrides", {})},
        "dataset_overrides": _layered(other.dataset_overrides, given.get("dataset_overrides", {})),
    }


def _of_label(base: Benchmark, label: str, what: str, way_out: str) -> Row:
    """The one row of a label."""
    alike = [row for row in base.rows if row.label == label]
    if len(alike) != 1:
        raise ValueError(f"{what}: {base.name} has {len(alike)} rows of this label; {way_out}")
    return alike[0]


def _printed(
    given: Mapping[str, Any], columns: Sequence[Column], scales: Sequence[str], label: str
) -> dict[str, dict[str, Printed]]:
    """Printed cells: for each scale a list in the order of the columns, as in the paper; `-` is an empty cell."""
    if isinstance(given, list):
        given = {scales[0]: given}
    found: dict[str, dict[str, Printed]] = {}
    for scale, cells in given.items():
        if scale not in scales:
            raise ValueError(f"row {label!r}: scale {scale!r} is none of {list(scales)}")
        if len(cells) != len(columns):
            raise ValueError(f"row {label!r}, {scale}: {len(cells)} cells for {len(columns)} columns")
        found[scale] = {}
        for column, cell in zip(columns, cells, strict=True):
            if not isinstance(cell, str):
                raise ValueError(f"row {label!r}, {scale}: {cell!r} must be quoted, to stay as it was printed")
            if cell == "-":
                continue
            match = _SPREAD.match(cell)
            printed = Printed(match["value"], match["spread"]) if match else Printed(cell)
            _ = printed.numbers  # raises ValueError where a cell holds no number
            found[scale][column.key] = printed
    return found


def _difference(given: str | Mapping[str, Any]) -> Difference:
    if isinstance(given, str):
        return Difference(given)
    _known(given, tuple(Difference.__dataclass_fields__), "a difference")
    return Difference(given["text"], tuple(given.get("datasets", ())), tuple(given.get("rows", ())))


def _by_dataset(given: Mapping[str, Any], columns: Sequence[Column]) -> dict[str, dict[str, str]]:
    """Overrides by data set, every one of which must be that of a column."""
    known = _datasets(columns)
    for dataset in given:
        if dataset not in known:
            raise ValueError(f"{dataset} is the data set of no column; there are: {', '.join(known)}")
    return {dataset: hydra_values(value) for dataset, value in given.items()}


def _layered(
    under: Mapping[str, Mapping[str, str]], over: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Overrides by data set: both, and those of `over` where a key is in both."""
    return {each: {**under.get(each, {}), **over.get(each, {})} for each in dict.fromkeys([*under, *over])}


def _columnwise(given: Mapping[str, Any], columns: Sequence[Column], label: str) -> dict[str, dict[str, str]]:
    """`by_dataset` of a row, taken apart by data set."""
    datasets = _datasets(columns)
    for key, values in given.items():
        if not isinstance(values, list) or len(values) != len(datasets):
            raise ValueError(f"row {label!r}, by_dataset: {key} needs a list of {len(datasets)} values")
    return {
        dataset: hydra_values({key: values[place] for key, values in given.items()})
        for place, dataset in enumerate(datasets)
        if given
    }


def _datasets(columns: Sequence[Column]) -> list[str]:
    """The data sets of the columns, in their order."""
    return list(dict.fromkeys(column.dataset for column in columns if column.dataset is not None))


def hydra_values(given: Mapping[str, Any]) -> dict[str, str]:
    """Values of a YAML mapping as Hydra's command line writes them (`[q,v]`, `true`, `null`)."""
    return {key: _hydra(value) for key, value in given.items()}


def _hydra(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{','.join(_hydra(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{_hydra(item)}" for key, item in value.items()) + "}"
    return str(value)


def _list(given: object) -> list[str]:
    """The values of a list; none where something else stands."""
    return [_hydra(value) for value in given] if isinstance(given, list) else []


def _kind(word: str) -> Kind:
    if word not in KINDS:
        raise ValueError(f"kind {word!r} is none of {list(KINDS)}")
    return word


def _words(
    given: Mapping[str, Any], key: str, allowed: tuple[Word, ...], default: tuple[Word, ...]
) -> tuple[Word, ...]:
    """A list of known words, in the order of the known ones."""
    unknown = [word for word in given.get(key, ()) if word not in allowed]
    if unknown:
        raise ValueError(f"{key} {unknown}: allowed are {list(allowed)}")
    return tuple(word for word in allowed if word in given[key]) if key in given else default


def _mapping(given: object, what: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise ValueError(f"{what} must be a mapping")
    return given


def _known(given: Mapping[str, Any], allowed: Sequence[str], what: str) -> None:
    unknown = sorted(set(_mapping(given, what)) - set(allowed))
    if unknown:
        raise ValueError(f"{what} has no {', '.join(unknown)}; it takes: {', '.join(allowed)}")
