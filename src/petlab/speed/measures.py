"""The measures of `petlab speed`, each with its goal; one function a group."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

import torch

from petlab import config, reference
from petlab.device import resolve_precision
from petlab.measure.ratios import Ratio, interleaved, paired
from petlab.models import load_base
from petlab.speed import accelerator, answers, cells, footprint, growth, many, stand_in, steps, sweep, sweep_memory
from petlab.speed.results import Finding, of_growth, of_number, of_ratio
from petlab.speed.work import work

Say = Callable[[str], None]
Timed = TypeVar("Timed", cells.Ran, accelerator.Trained)
METHODS = ("full", "lora", "ia3", "bitfit", "prompt", "houlsby", "prefix")
# peft's prefix reaches the decoder's self-attention alone; petlab's is measured there, too: the same work.
PLACES = {"prefix": ("method.stacks=[decoder]", "method.attention=[self]")}
REAL = {"SAMSum": "samsum", "E2E": "e2e_nlg", "CoLA": "glue/cola"}
LIKE = {"E2E": "embedded/restaurants", "CoLA": "embedded/acceptability"}  # where the real files are not at hand
MODELS = {
    "nano": ["model=nano_t5"],
    "small": ["model=flan_t5_small", "model.random_weights=true"],
}
STEPS = {"nano": 8, "small": 2}  # training steps a round
# What a cell of each set should gain on peft + Trainer in fp32.
GOALS = {"SAMSum": 2.4, "E2E": 1.5, "CoLA": 1.5}
XL = ("model=flan_t5_xl", "model.random_weights=true", "scale.rows=400")
XL_METHODS = ("full", "lora", "ia3", "bitfit", "prompt")  # full first: the others are compared with it
XL_STEPS = 25
GENERATED = ("SAMSum", "E2E")
TUNED = ("method=full", "scale.rows=300")  # enough for texts of the right lengths
# Every side trains all epochs, however its losses fall: else one would stop before the others.
TO_THE_END = ("train.patience=100",)
SHORTER = {"SAMSum": ("scale.epochs=3",)}  # a long cell, for every side alike


@dataclass(frozen=True)
class Settings:
    """How a machine is measured.

    Attributes:
        threads: of torch, for every side.
        repetitions: interleaved rounds that count.
        rows: Hydra words that cut a cell short; the same for every side.
        answers: test rows in the measures of generation.
        data_root: a folder with the files of SAMSum, E2E and CoLA; None takes synthetic sets of their lengths.
    """

    threads: int
    repetitions: int = 6
    rows: tuple[str, ...] = ("limits.validation=50", "limits.test=48")
    answers: int = 500
    data_root: Path | None = None


def step_measures(settings: Settings, say: Say) -> Iterator[Finding]:
    """One training step against the bare loop and against peft + Trainer, for each method and both sizes."""
    for size, words in MODELS.items():
        for method in METHODS:
            name = f"step, {method}, {size}"
            say(name)
            with tempfile.TemporaryDirectory() as folder:
                given = [*words, f"method={method}", *PLACES.get(method, ()), "dataset=embedded/dialogues"]
                given += settings.rows
                ready = work(given, Path(folder), threads=settings.threads)
                sides = steps.sides(ready, STEPS[size])
                parts = {side: (lambda run=run: run().seconds) for side, run in sides.items()}
                seconds = interleaved(parts, settings.repetitions)
            each = {f"{side}_s": median(times) / STEPS[size] for side, times in seconds.items()}
            yield of_ratio(
                f"{name}, over the bare loop", paired(seconds["petlab"], seconds["bare"]), 1.05, "at most", **each
            )
            if "peft" in seconds:
                faster = paired(seconds["peft"], seconds["petlab"])
                yield of_ratio(f"{name}, peft + Trainer over petlab", faster, 1.0, "at least", **each)


def _given(shape: str, settings: Settings, folder: Path) -> tuple[str, list[str]]:
    """How a set is called in a measure, and the Hydra words of a cell of it, cut short, all but the method's."""
    model = ["model=nano_t5", "scale=low", *settings.rows, *SHORTER.get(shape, ())]
    if settings.data_root is not None:
        return shape, [*model, f"dataset={REAL[shape]}", f"data.root={settings.data_root}"]
    if shape == "SAMSum":
        stand_in.write(folder, load_base(config.cell(model).model).tokenizer)
        return "lengths of SAMSum", [*model, "dataset=samsum", f"data.root={folder}"]
    return f"like {shape}", [*model, f"dataset={LIKE[shape]}"]


def cell_measures(settings: Settings, say: Say) -> Iterator[Finding]:
    """One whole LoRA cell against the Trainer script."""
    for shape, goal in GOALS.items():
        for bf16 in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                called, words = _given(shape, settings, Path(folder))
                words = ["method=lora", *words]
                name = f"cell, {called}, {'bf16' if bf16 else 'fp32'}"
                say(name)
                ran: dict[str, list[cells.Ran]] = {}
                parts = {
                    side: _noting(run, ran.setdefault(side, []))
                    for side, run in cells.sides([*words, *TO_THE_END], settings.threads, bf16=bf16).items()
                    if not (bf16 and side == "peft" and shape != "SAMSum")
                }
                seconds = interleaved(parts, settings.repetitions)
            detail = {f"{side}_s": median(times) for side, times in seconds.items()}
            detail |= {f"{side}_score": median(one.score for one in ran[side]) for side in seconds}
            if "peft" in seconds:
                found = paired(seconds["peft"], seconds["petlab"])
                yield of_ratio(
                    f"{name}, peft + Trainer over petlab", found, 2.9 if bf16 else goal, "at least", **detail
                )
            tuned = paired(seconds["tuned"], seconds["petlab"])
            yield of_ratio(f"{name}, tuned Trainer over petlab", tuned, 1.2, "at least", **detail)


def answer_measures(settings: Settings, say: Say) -> Iterator[Finding]:
    """The answers of one tuned model to the test rows, against `predict_with_generate` on the same model."""
    for shape in GENERATED:
        with tempfile.TemporaryDirectory() as folder:
            called, words = _given(shape, settings, Path(folder))
            name = f"generation, {called}, {settings.answers} outputs"
            say(name)
            words = [*words, *TUNED, f"limits.test={settings.answers}"]
            with answers.sides(words, Path(folder) / "results", settings.threads) as sides:
                seconds = interleaved(sides, settings.repetitions, warm=True)
        detail = {f"{side}_s": median(times) for side, times in seconds.items()}
        found = paired(seconds["trainer"], seconds["petlab"])
        yield of_ratio(f"{name}, predict_with_generate over petlab", found, 1.5, "at least", **detail)


def _noting(run: Callable[[], Timed], ran: list[Timed]) -> Callable[[], float]:
    def call() -> float:
        ran.append(run())
        return ran[-1].seconds

    return call


def sweep_measures(settings: Settings, say: Say) -> Iterator[Finding]:
    """24 PEFT cells of the three sets in one sweep against one script call a cell; a ratio a cell."""
    calls: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        sets = [[*_given(shape, settings, Path(folder))[1], *TO_THE_END] for shape in GOALS]
        todo = sweep.cells(sets)

        def call(number: int) -> None:
            calls[number] = sweep.script(todo[number], settings.threads)
            say(f"sweep, cell {len(calls)} of {len(todo)} and its script call")

        say(f"sweep of {len(todo)} cells")
        ours = sweep.swept(todo, settings.threads, call)
    theirs = [calls[number] for number in range(len(todo))]
    each = paired(theirs, ours.seconds)
    whole = Ratio(sum(theirs) / sum(ours.seconds), each.low, each.high, each.repetitions)
    yield of_ratio("sweep of 24 cells, script calls over petlab", whole, 3.0, "at least", petlab_s=sum(ours.seconds))
    yield of_number("sweep of 24 cells, share inside the model's work", ours.inside, 0.9, "at least")


def growth_measures(settings: Settings, say: Say) -> Iterator[Finding]:
    """The exponents of cost against rows, model width, cells and processes."""
    with tempfile.TemporaryDirectory() as folder:
        axes: dict[str, tuple[Callable[[], dict[int, Callable[[], float]]], float]] = {
            "growth with rows": (lambda: growth.rows(settings.threads), 1.05),
            "growth with model width": (lambda: growth.widths(settings.threads, Path(folder)), 2.0),
            "growth with cells": (lambda: growth.cells(settings.threads), 1.0),
            "growth with processes": (growth.processes, -0.7),
        }
        for name, (parts, goal) in axes.items():
            say(name)
            ready = parts()
            if len(ready) < 2:
                say(f"{name}: one size alone can be had here; left out")
                continue
            yield of_growth(name, growth.measured(ready, settings.repetitions), goal)


def command_measures(settings: Settings, say: Say) -> Iterator[Finding]:
    """Commands that should answer at once: the help, a plan of 2,000 cells, tables from 100,000 records."""
    times: dict[str, list[float]] = {}
    seeds = ",".join(str(seed) for seed in range(500))
    with tempfile.TemporaryDirectory() as folder:
        sweep_words = ["-m", "method=lora,ia3,bitfit,prompt", "dataset=embedded/acceptability", f"seed={seeds}"]
        commands = {
            "petlab --help": ["--help"],
            "plan of 2,000 cells": ["run", *sweep_words, f"paths.results={folder}", "--dry-run", "-q"],
        }
        for name, words in commands.items():
            say(name)
            for _ in range(settings.repetitions):
                started = time.perf_counter()
                subprocess.run([sys.executable, "-m", "petlab.cli", *words], capture_output=True, check=True)
                times.setdefault(name, []).append(time.perf_counter() - started)
    yield of_number("petlab --help", median(times["petlab --help"]), 0.5, "at most", "s")
    yield of_number("plan of 2,000 cells", median(times["plan of 2,000 cells"]), 10.0, "at most", "s")
    like = next(iter(reference.everything().values()), None)
    if like is None:
        say("tables from 100,000 records: no reference record here to make them of; left out")
        return
    with tempfile.TemporaryDirectory() as folder:
        say("writing 100,000 records")
        many.write(Path(folder), json.loads(like.to_json()))
        for what, name in (("tables", "tables from 100,000 records"), ("frame", "DataFrame of 100,000 records")):
            say(name)
            found = many.gathered(what, Path(folder))
            yield of_number(name, found.seconds, 20.0, "at most", "s", gigabytes=found.gigabytes)


def accelerator_measures(settings: Settings, say: Say) -> Iterator[Finding]:
    """One epoch of FLAN-T5-XL's form on texts of SAMSum's lengths, against peft + Trainer: its seconds, its memory."""
    if not torch.cuda.is_available():
        say("accelerator: no CUDA device here; left out")
        return
    precision = resolve_precision("auto", "cuda", nano=False)
    peaks: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        called, given = _given("SAMSum", settings, Path(folder))
        ready = None
        for method in XL_METHODS:
            name = f"accelerator, {method}, FLAN-T5-XL, {called}"
            say(name)
            words = [*given, *XL, f"method={method}"]
            ready = work(words, Path(folder) / "results", threads=settings.threads, beside=ready)
            ran: dict[str, list[accelerator.Trained]] = {}
            sides = accelerator.sides(ready, XL_STEPS, "cuda", precision)
            parts = {side: _noting(run, ran.setdefault(side, [])) for side, run in sides.items()}
            seconds = interleaved(parts, settings.repetitions)
            rows = XL_STEPS * ready.cell.train.batch_size
            detail = {f"{side}_samples_s": rows / median(times) for side, times in seconds.items()}
            peak = {side: max(one.peak for one in done) for side, done in ran.items()}
            detail |= {f"{side}_bytes": float(most) for side, most in peak.items()}
            peaks[method] = peak["petlab"]
            if "peft" in seconds:
                faster = paired(seconds["peft"], seconds["petlab"])
                yield of_ratio(f"{name}, peft + Trainer over petlab", faster, 1.3, "at least", **detail)
                share = peak["petlab"] / peak["peft"]
                yield of_number(f"{name}, memory over peft + Trainer", share, 0.85, "at most", "×", **detail)
            if method != "full":
                goal = 1 / 3 if method == "lora" else 1.0
                share = peak["petlab"] / peaks["full"]
                yield of_number(f"{name}, memory over full fine-tuning", share, goal, "at most", "×", **detail)


def memory_measures(settings: Settings, say: Say) -> Iterator[Finding]:
    """A sweep's memory against its number of cells; memory and bytes kept of each method against full fine-tuning."""
    say("memory of a sweep")
    peaks = sweep_memory.peaks(settings.rows, settings.threads)
    cells = f"{sweep_memory.ROUNDS * sweep_memory.KINDS} cells over {sweep_memory.KINDS}"
    grown = peaks[-1] / peaks[0]
    yield of_number(f"memory of a sweep, {cells}", grown, 1.05, "at most", "×", bytes=peaks)
    if not footprint.available():
        say("memory: this system does not tell the peak of a part of a process; left out")
        return
    words = [*MODELS["small"], "dataset=embedded/dialogues", *settings.rows]
    found = {}
    for method in METHODS:
        say(f"memory, {method}, small")
        found[method] = footprint.of([*words, f"method={method}"], settings.threads)
    full = found.pop("full")
    for method, one in found.items():
        name = f"{method} over full fine-tuning, small"
        both = {"bytes": one.training, "full_bytes": full.training}
        yield of_number(f"memory while training, {name}", one.training / full.training, 1.0, "at most", "×", **both)
        both = {"bytes": one.stored, "full_bytes": full.stored}
        yield of_number(f"bytes kept, {name}", one.stored / full.stored, 1.0, "at most", "×", **both)


GROUPS: dict[str, Callable[[Settings, Say], Iterator[Finding]]] = {
    "step": step_measures,
    "cell": cell_measures,
    "generation": answer_measures,
    "sweep": sweep_measures,
    "memory": memory_measures,
    "accelerator": accelerator_measures,
    "growth": growth_measures,
    "command": command_measures,
}
