"""What a cell will take, from what cells of its kind took before on hardware of the same class.

Of a kind are cells of one base, data set, scale and limits of rows, and of one method or, where that was never run, of
one family of methods. Seconds are medians over runs that had the machine to themselves; peak memory where it was
measured. Nothing is extrapolated: a kind without an earlier run has no estimate.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from petlab import lineage
from petlab.cell import Cell, plain
from petlab.record import Record

# What the methods of a family train weighs about the same in time: all weights, or little at the same places.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "some or all of the base's weights": ("full", "ft_top2"),
    "vectors and low-rank matrices": ("lora", "lora_tfew", "ia3", "ia3_tfew", "bitfit"),
    "adapters": ("houlsby", "pfeiffer", "lin", "adapterdrop", "parallel", "compacter", "phm"),
    "prompts and prefixes": ("prompt", "pre_embed", "prefix", "pre_layer"),
    "prompting": ("zero_shot", "few_shot"),
}
_FAMILY_OF = {method: family for family, methods in FAMILIES.items() for method in methods}
NONE = "no earlier run of this kind"


class Machine(NamedTuple):
    """The class of hardware that seconds and bytes belong to."""

    hardware: str
    device: str
    threads: int


@dataclass(frozen=True)
class Estimate:
    """What a cell will take.

    Attributes:
        seconds: wall time of the whole cell, or None.
        peak_bytes: peak memory, or None.
        runs: how many earlier runs the seconds are the median of.
        basis: what those runs were, in words.
    """

    seconds: float | None = None
    peak_bytes: int | None = None
    runs: int = 0
    basis: str = NONE


class _Seen:
    """What earlier runs of one kind took."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.peaks: list[int] = []

    def add(self, record: Record) -> None:
        if record.time.timing == "exclusive":
            self.seconds.append(record.time.wall_s)
        if record.memory.peak_bytes is not None:
            self.peaks.append(record.memory.peak_bytes)


class Estimates:
    """Earlier runs by their kind.

    Args:
        records: of any benchmark and machine; those that did not finish are passed over.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self._seen: defaultdict[tuple[object, ...], _Seen] = defaultdict(_Seen)
        for record in records:
            if record.status != "done":
                continue
            machine = Machine(record.environment.hardware, record.environment.device, record.time.threads)
            try:
                method, kind = str(record.config["method"]["name"]), _kind(record.config)
            except (KeyError, TypeError):
                continue  # a record of another program: it says nothing of ours
            for name in (method, _FAMILY_OF.get(method)):
                if name is not None:
                    self._seen[machine, name, kind].add(record)

    def of(self, cell: Cell, machine: Machine) -> Estimate:
        """The estimate of a cell on a machine; `Estimate()` where nothing of its kind was run."""
        config = {
            "model": plain(cell.model),
            "dataset": {"name": cell.dataset.name},
            "scale": plain(cell.scale),
            "limits": plain(cell.limits),
            "after": [one.dataset.name for one in cell.earlier],
            "together": [one.dataset.name for one in cell.companions],
        }
        kind = _kind(config)
        found = self._seen.get((machine, cell.method_name, kind))
        basis = f"median of {{}} of {cell.method_name}"
        if (found is None or not found.seconds) and (family := _FAMILY_OF.get(cell.method_name)):
            found = self._seen.get((machine, family, kind))
            basis = f"median of {{}} of its family ({family})"
        if found is None or not (found.seconds or found.peaks):
            return Estimate()
        runs = len(found.seconds)
        return Estimate(
            seconds=statistics.median(found.seconds) if found.seconds else None,
            peak_bytes=round(statistics.median(found.peaks)) if found.peaks else None,
            runs=runs,
            basis=basis.format("1 run" if runs == 1 else f"{runs} runs"),
        )


def _kind(config: Mapping[str, Any]) -> tuple[object, ...]:
    """Base, data sets, scale and limits of a configuration, as a record or a cell has it."""
    model, scale, limits = config["model"], config["scale"], config["limits"]
    return (
        model["name"],
        model["random_weights"],
        config["dataset"]["name"],
        *(scale[key] for key in ("name", "rows", "epochs", "evaluations_per_epoch")),
        limits["validation"],
        limits["test"],
        *(tuple(config.get(key) or ()) for key in lineage.KEYS),
    )
