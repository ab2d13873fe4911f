"""What the forward passes took: the measurements of one call, kept as JSON, and the ratios that they give."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from petlab.errors import UserError
from petlab.measure.environment import machine_name
from petlab.measure.ratios import Ratio, paired
from petlab.record import Environment
from petlab.store import write_atomic
from petlab.typed import build

BASE = "base"
MERGED = "_merged"  # what the name of a method ends in when it was folded into the weights


@dataclass(frozen=True)
class Measured:
    """One way at one batch size and one length of text.

    Attributes:
        way: `base`, a method, or a method with `_merged` behind it.
        batch: texts side by side.
        length: tokens of each text.
        seconds: of one forward pass, one number a repetition; empty where it was not measured.
        calls: forward passes of a repetition; its number is their mean.
        problem: why there are no seconds.
    """

    way: str
    batch: int
    length: int
    seconds: list[float] = field(default_factory=list)
    calls: int = 0
    problem: str = ""

    @property
    def middle(self) -> float:
        """The median, in seconds."""
        return median(self.seconds)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, in seconds."""
        low, _, high = quantiles(self.seconds, n=4)
        return (high - low) / 2


@dataclass(frozen=True)
class Latency:
    """One call of `petlab latency`.

    Attributes:
        model: its name; `parameters`: how many it has.
        words: the overrides of the command line about the model and the methods.
        dtype: of the weights, and of the forward passes.
        threads: of torch.
        environment: hardware and versions.
        positions: tokens that the model has positions for, None where any length will do.
        taken: by way the positions that it takes for itself; ways that could not be attached are left out.
        measures: every way at every place that was asked for.
    """

    model: str
    parameters: int
    words: list[str]
    dtype: str
    threads: int
    environment: Environment
    positions: int | None
    taken: dict[str, int]
    measures: list[Measured]

    @property
    def ways(self) -> list[str]:
        return list(dict.fromkeys(one.way for one in self.measures))

    @property
    def batches(self) -> list[int]:
        return list(dict.fromkeys(one.batch for one in self.measures))

    @property
    def lengths(self) -> list[int]:
        return list(dict.fromkeys(one.length for one in self.measures))

    def at(self, way: str, batch: int, length: int) -> Measured:
        """Raises KeyError for what was not asked for."""
        for one in self.measures:
            if (one.way, one.batch, one.length) == (way, batch, length):
                return one
        raise KeyError((way, batch, length))

    def beside_base(self, way: str, batch: int, length: int) -> Ratio | None:
        """How many times the base's seconds a way takes; None where either was not measured."""
        one, base = self.at(way, batch, length), self.at(BASE, batch, length)
        return paired(one.seconds, base.seconds) if one.seconds and base.seconds else None


def together(parts: Sequence[Measured]) -> list[float]:
    """The geometric mean of several measurements, repetition by repetition."""
    rows = zip(*(one.seconds for one in parts), strict=True)
    return [math.exp(sum(math.log(seconds) for seconds in row) / len(row)) for row in rows]


def file_name(model: str, hardware: str) -> str:
    """One file a model and machine."""
    return f"latency_{model}_{machine_name(hardware)}.json"


def as_json(latency: Latency) -> str:
    """Everything, and for readers of each measure also its name, its milliseconds, and the ratio to the base."""
    content = asdict(latency)
    content["measures"] = [{**_derived(latency, one), **asdict(one)} for one in latency.measures]
    return json.dumps(content, indent=1, allow_nan=False)


def _derived(latency: Latency, one: Measured) -> dict[str, Any]:
    found: dict[str, Any] = {"name": f"{one.way}, batch {one.batch}, length {one.length}"}
    if one.seconds:
        found |= {"ms": 1000 * one.middle, "spread_ms": 1000 * one.spread}
    if (ratio := latency.beside_base(one.way, one.batch, one.length)) is not None:
        found |= {"ratio": ratio.ratio, "low": ratio.low, "high": ratio.high}
    return found


def write(folder: Path, latency: Latency) -> Path:
    """Write the file of a model and machine, in the place of an earlier one."""
    path = folder / file_name(latency.model, latency.environment.hardware)
    write_atomic(path, as_json(latency) + "\n")
    return path


def read(path: Path) -> Latency:
    """A file that `write` wrote.

    Raises:
        UserError: a file that is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        own = Measured.__dataclass_fields__
        content["measures"] = [{key: one[key] for key in own} for one in content["measures"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}: not a file of petlab latency ({error!r}); measure again with petlab latency"
        ) from None
    return build(Latency, content, str(path))


def find(folder: Path, model: str, hardware: str) -> Latency | None:
    """The measurements of a model: this machine's, else those of another one, the first by name.

    Raises:
        UserError: a file that cannot be read.
    """
    own = folder / file_name(model, hardware)
    others = sorted(folder.glob(f"latency_{model}_*.json"))
    for path in [own, *others] if own.is_file() else others:
        if (found := read(path)).model == model:
            return found
    return None
