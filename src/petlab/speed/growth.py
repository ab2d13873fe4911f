"""How cost grows with rows, model width, cells and processes: seconds at a few sizes, and the exponent of the fit."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from petlab import cell as story
from petlab import config
from petlab.errors import UserError
from petlab.measure.environment import usable_cores
from petlab.measure.ratios import Ratio, interleaved, typical
from petlab.speed import steps
from petlab.speed.work import surroundings, work
from petlab.workshop import Workshop

ROWS = (100, 200, 400, 800)
WIDTHS = (64, 128, 256, 512)
CELLS = (1, 2, 4, 8)
SHORT = ("method=lora", "dataset=embedded/acceptability", "scale=low")  # a cell of a few seconds


@dataclass(frozen=True)
class Growth:
    """Seconds against size, and the exponent e of seconds = c · size^e.

    Attributes:
        points: size and median seconds.
        exponent: the median of one fit a repetition, with its interval.
    """

    points: list[tuple[int, float]]
    exponent: Ratio


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The slope of log seconds on log size by least squares; two sizes or more."""
    x, y = [math.log(size) for size in sizes], [math.log(value) for value in seconds]
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    above = sum((one - x_mean) * (other - y_mean) for one, other in zip(x, y, strict=True))
    return above / sum((one - x_mean) ** 2 for one in x)


def measured(parts: Mapping[int, Callable[[], float]], repetitions: int) -> Growth:
    """Run every size once a repetition, in turn, and fit each repetition.

    Args:
        parts: by size what does the work and returns its seconds.
        repetitions: rounds that count.
    """
    seconds = interleaved({str(size): run for size, run in parts.items()}, repetitions)
    fits = [exponent(list(parts), of_one_round) for of_one_round in zip(*seconds.values(), strict=True)]
    return Growth([(size, median(seconds[str(size)])) for size in parts], typical(fits))


def rows(threads: int, sizes: Sequence[int] = ROWS) -> dict[int, Callable[[], float]]:
    """The steps of one epoch of LoRA on so many rows; validation and test are short and not counted."""

    def run(size: int) -> float:
        words = (
            "method=lora", "dataset=embedded/dialogues", "scale=high", f"scale.rows={size}",
            "scale.evaluations_per_epoch=1", "limits.validation=8", "limits.test=8", f"train.threads={threads}",
            "train.device=cpu",
        )  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            record, _ = story.run(config.cell(words), Workshop(Path(folder)))
        return record.time.train_s

    return {size: partial(run, size) for size in sizes}


def widths(threads: int, folder: Path, sizes: Sequence[int] = WIDTHS) -> dict[int, Callable[[], float]]:
    """Training steps of full fine-tuning on the embedded base's form at so many units a token, from random weights."""
    parts: dict[int, Callable[[], float]] = {}
    for size in sizes:
        words = [f"model.width={size}", "model.random_weights=true", "method=full", "dataset=embedded/dialogues"]
        ready = work([*words, "limits.validation=8", "limits.test=8"], folder, threads=threads)
        parts[size] = partial(_stepped, steps.sides(ready, 4)["petlab"])
    return parts


def _stepped(run: Callable[[], steps.Stepped]) -> float:
    return run().seconds


def cells(threads: int, sizes: Sequence[int] = CELLS) -> dict[int, Callable[[], float]]:
    """Sweeps of so many short cells in one process, from an empty store."""
    return {size: partial(_swept, size, 1, threads) for size in sizes}


def processes(sizes: Sequence[int] | None = None, number: int = 8) -> dict[int, Callable[[], float]]:
    """One sweep of short cells by so many processes of one thread each, over one store; as many as there are cores."""
    most = usable_cores()
    sizes = sizes or [size for size in (1, 2, 4, 8, 16, 32) if size <= most]
    return {size: partial(_swept, number, size, 1) for size in sizes}


def _swept(number: int, workers: int, threads: int) -> float:
    """Seconds until a sweep over so many seeds is done, the start of every process included."""
    seeds = ",".join(str(seed) for seed in range(number))
    limits = ["limits.validation=50", "limits.test=50", "train.device=cpu", f"train.threads={threads}"]
    with tempfile.TemporaryDirectory() as folder:
        words = ["run", "-q", "-m", *SHORT, f"seed={seeds}", f"paths.results={folder}", *limits]
        command = [sys.executable, "-m", "petlab.cli", *words]
        started = time.perf_counter()
        running = [
            subprocess.Popen(
                command, env=surroundings(threads), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            )
            for _ in range(workers)
        ]
        said = [process.communicate()[1] for process in running]
        seconds = time.perf_counter() - started
    for process, error in zip(running, said, strict=True):
        if process.returncode:
            raise UserError(f"speed: a process of the sweep ended with {process.returncode}: {error.strip()[-300:]}")
    return seconds
