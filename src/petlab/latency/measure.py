"""The forward passes of all ways at each batch size and length, in turn."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from petlab import config
from petlab.anatomy.positions import positions
from petlab.cell import Cell
from petlab.device import keep_memory, out_of_memory, release_memory, resolve_device, resolve_threads
from petlab.errors import UserError
from petlab.latency import forward
from petlab.latency.results import BASE, Latency, Measured
from petlab.latency.ways import METHODS, Way, cells, split, ways
from petlab.measure.environment import environment
from petlab.measure.ratios import interleaved, refuse_too_few
from petlab.models import Family, load_base

MODEL = "nano_gpt2"  # causal, as the paper's GPT-2 medium
LEAST_S = 0.05  # of a repetition: shorter passes are repeated until they fill it
MOST_CALLS = 200

Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """What is measured, and how often. The defaults are the places of the paper's table, and batch 4.

    Raises:
        UserError: nothing to measure, a number below 1, or too few repetitions for an interval.
    """

    batches: Sequence[int] = (1, 4, 16, 32)
    lengths: Sequence[int] = (128, 256, 512)
    methods: Sequence[str] = METHODS
    repetitions: int = 12
    threads: int | None = None

    def __post_init__(self) -> None:
        for option, numbers in (("--batch", self.batches), ("--length", self.lengths)):
            if not numbers or min(numbers) < 1:
                raise UserError(f"{option} {','.join(map(str, numbers))}: whole numbers from 1 are needed")
        if BASE in self.methods or not self.methods:
            raise UserError(
                f"--methods {','.join(self.methods)}: names of methods are needed; the base is always there"
            )
        refuse_too_few(self.repetitions, self.threads)


def cell_of(words: Sequence[str], methods: Sequence[str] = METHODS, config_dir: Path | None = None) -> Cell:
    """The cell that the overrides of a command line describe but for its method.

    Raises:
        UserError: overrides that do not fit.
    """
    return config.cell([f"model={MODEL}", *split(words, methods)[0]], config_dir)


def measure(words: Sequence[str], settings: Settings, say: Say, config_dir: Path | None = None) -> Latency:
    """Measure every way at every place.

    Args:
        words: overrides; `method.NAME.KEY=VALUE` sets one of the methods.
        settings: places, methods, repetitions.
        say: told what is being measured.
        config_dir: a folder with configuration groups of the user's own.

    Raises:
        UserError: a model, method or setting that there is not, or a base that cannot be loaded.
    """
    cell = cell_of(words, settings.methods, config_dir)
    device = resolve_device(cell.train.device)
    threads = resolve_threads(settings.threads or cell.train.threads)
    keep_memory()
    say(f"loading {cell.model.name}")
    base = load_base(cell.model, labels=2 if cell.model.family == "encoder" else None)
    base.model.to(device)
    made = cells([f"model={MODEL}", *words], settings.methods, base, config_dir)
    prepared = ways(base, settings.methods, made)
    most = positions(base.model)
    measures: list[Measured] = []
    for batch in settings.batches:
        for length in settings.lengths:
            say(f"{cell.model.name}, batch {batch}, length {length}")
            measures += _place(prepared, cell.model.family, most, batch, length, settings.repetitions)
    return Latency(
        model=cell.model.name,
        parameters=base.info.parameters,
        words=[word for word in words if word.startswith(("model", "method"))],
        dtype=cell.model.dtype,
        threads=threads,
        environment=environment(device),
        positions=most,
        taken={way.name: way.taken for way in prepared if not way.problem},
        measures=measures,
    )


def _place(
    prepared: Sequence[Way], family: Family, most: int | None, batch: int, length: int, repetitions: int
) -> list[Measured]:
    problems = {way.name: way.problem or _too_long(way, most, length) for way in prepared}
    able = [way for way in prepared if not problems[way.name]]
    found: dict[str, list[float]] = {}
    calls = 0
    if able and not problems[BASE]:
        try:
            given = forward.inputs(able[0].model, family, batch, length)
            calls = _calls(able[0], family, given)
            parts = {way.name: (lambda way=way: forward.seconds(way.model, family, given, calls)) for way in able}
            found = interleaved(parts, repetitions)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            problems |= {way.name: "the machine has not memory enough" for way in able}
    if not found:
        release_memory()
    return [
        Measured(way.name, batch, length, found[way.name], calls)
        if way.name in found
        else Measured(way.name, batch, length, problem=problems[way.name])
        for way in prepared
    ]


def _calls(base: Way, family: Family, given: Mapping[str, Tensor]) -> int:
    """Forward passes of one repetition, the same for all ways."""
    forward.seconds(base.model, family, given, 1)
    once = forward.seconds(base.model, family, given, 1)
    return min(MOST_CALLS, max(1, math.ceil(LEAST_S / once)))


def _too_long(way: Way, most: int | None, length: int) -> str:
    """Why a text of this length does not fit; empty where it does."""
    if most is None or length <= most - way.taken:
        return ""
    if way.taken:
        return f"it takes {way.taken:,} of the model's {most:,} positions, {most - way.taken:,} are left for the text"
    return f"the model has {most:,} positions; one with more: model=gpt2_small model.random_weights=true"
