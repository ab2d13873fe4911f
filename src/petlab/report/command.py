"""The command line that repeats a run."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Mapping
from typing import Any

from petlab import lineage
from petlab.benchmark import CellRequest
from petlab.benchmark.load import hydra_values
from petlab.errors import UserError
from petlab.models import widths
from petlab.record import Record

_GROUPS = ("model", "method", "dataset", "scale")
_ELSEWHERE = ("paths.results", "tracker", "train.device", "train.threads")  # change where, not what
# Facts of a configuration that no override gives: names, what a file says of itself, what is known only after the run.
_NOT_GIVEN = ("name", "title", "version", "licence", "synthetic", "known_empty", "learning_rate.trials")
_MISSING = object()


def of_request(request: CellRequest) -> str:
    """The command of a benchmark's cell; a folder of the reader's own becomes DIR.

    Empty where cells before it, or beside it, have settings of their own, which the words of one cell do not give.
    """
    if not lineage.of_the_same_words(request.asked):
        return ""
    words = []
    for key, value in request.overrides.items():
        if not key.startswith(_ELSEWHERE):
            words.append(f"{key}={'DIR' if key == 'data.root' else value}")
    return _line(words)


def of_record(record: Record) -> str:
    """The command of any record: its choice of groups, and each value that is not that choice's default.

    Empty where the choices do not compose: a group of the user's own that is not in `conf/`, or a key that is gone; and
    where cells before it, or beside it, have settings of their own.
    """
    config = record.config
    if config.get("kin_differ"):
        return ""
    choices = {group: _choice(config[group]) for group in _GROUPS if isinstance(config.get(group), dict)}
    if len(choices) < len(_GROUPS) or None in choices.values():
        return ""
    words = [f"{group}={name}" for group, name in choices.items()]
    try:
        rate = (config.get("train") or {}).get("lr")
        default = _defaults(tuple(words), str(rate) if rate is not None else None)
    except UserError:
        return ""
    given = hydra_values(
        {
            key: value
            for key, value in _flat(config).items()
            if _differs(value, default.get(key, _MISSING)) and not key.startswith(_ELSEWHERE)
        }
    )
    given |= hydra_values({key: config[key] for key in lineage.KEYS if config.get(key)})
    seed = given.pop("seed", str(config.get("seed", 0)))
    from_files = record.data is not None and record.data.origin == "files"
    root = ["data.root=DIR"] if from_files else []
    return _line([*words, f"seed={seed}", *(f"{key}={value}" for key, value in given.items()), *root])


def _choice(group: Mapping[str, Any]) -> str | None:
    """The YAML of a group: its name, of a base at a width of its own without it."""
    name = group.get("name")
    return name.removesuffix(widths.called("", group["width"])) if name and group.get("width") else name


def _differs(value: object, default: object) -> bool:
    return default is not _MISSING and default != value


def _line(words: list[str]) -> str:
    return " ".join(["petlab", "run", *map(shlex.quote, words)])


@functools.lru_cache(maxsize=512)
def _defaults(words: tuple[str, ...], rate: str | None) -> dict[str, Any]:
    """The configuration that these choices compose to, flat; the peak of the learning rate gives its other points."""
    from petlab import config
    from petlab.identity import configuration

    cell = config.cell([*words, *([f"train.lr={rate}"] if rate is not None else [])])
    return {**_flat(configuration(cell, cell.train.precision)), "train.lr": None}


def _flat(given: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """`{"method": {"rank": 2}}` as `{"method.rank": 2}`; tuples as lists, so that JSON compares equal."""
    flat: dict[str, Any] = {}
    for key, value in given.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            flat |= _flat(value, f"{name}.")
        elif name.partition(".")[2] not in _NOT_GIVEN:
            flat[name] = list(value) if isinstance(value, tuple) else value
    return flat
