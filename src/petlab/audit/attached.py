"""The rows of a table, counted: each row's architecture without weights, with the row's method attached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from petlab import benchmark as benchmarks
from petlab.attachment import Attachment, attach
from petlab.audit.comparison import Comparison, compare
from petlab.audit.figures import figures
from petlab.audit.match import figure
from petlab.benchmark import Benchmark, Row
from petlab.config import from_plain
from petlab.errors import UserError
from petlab.measure.parameters import count
from petlab.measure.skeleton import skeleton
from petlab.models import ModelSpec
from petlab.overrides import Composer
from petlab.record import Params


@dataclass(frozen=True)
class Counted:
    """One row, or one cell of the command line.

    Attributes:
        table: table id; empty for a cell of the command line.
        row: the row's key; the words of the command line.
        model: name of the model.
        method: method id.
        datasets: the data sets this holds for, where the row's settings of the method differ between them; else empty.
        params: the counts; None where there is nothing to count, and `problem` says why.
        norms: how many of the trained parameters are of LayerNorms.
        base_bytes: size of the base, without a head.
        problem: why nothing was counted.
        comparisons: the figures that the paper prints of this row.
    """

    table: str
    row: str
    model: str
    method: str
    datasets: tuple[str, ...] = ()
    params: Params | None = None
    norms: int = 0
    base_bytes: int = 0
    problem: str = ""
    comparisons: tuple[Comparison, ...] = ()

    @property
    def keeps_base(self) -> bool:
        """Whether tasks share the base; a method that trains all of it keeps a copy for each task instead."""
        return self.params is not None and self.params.stored < self.params.base

    def task_bytes(self, tasks: int) -> int:
        """Bytes that a number of tasks take: one base and what each task keeps, or a copy for each."""
        assert self.params is not None
        return self.base_bytes * self.keeps_base + tasks * self.params.stored_bytes


class Counter:
    """Counts cells; each architecture is built once.

    Args:
        config_dir: a folder of the user's own groups, searched beside `conf/`.
    """

    def __init__(self, config_dir: Path | None = None) -> None:
        self._compose = Composer(config_dir)
        self._models: dict[str, Any] = {}

    def words(self, words: Sequence[str]) -> Counted:
        """The counts of the cell that a command line describes. Raises UserError as `petlab.config.cell` does."""
        found = from_plain(*self._compose(words))
        model = self._model(found.model)
        label = " ".join(words) or "the default cell"
        # Words of a text only choose starting values; no value matters here.
        with attach(found.method, model, seed=0, tokenize=lambda text: [0] * len(text.split()), labels=("",)) as made:
            return Counted(
                table="",
                row=label,
                model=found.model.name,
                method=found.method_name,
                params=count(model, made),
                norms=_norms(made),
                base_bytes=_base_bytes(model, made),
            )

    def table(self, name: str) -> list[Counted]:
        """The rows of a table that are of a method, each beside what the paper prints of it."""
        benchmark = benchmarks.load(name)
        tasks = _tasks(benchmark)
        found = []
        for row in benchmark.rows:
            for datasets, words in _variants(benchmark, row) if row.method else ():
                counted = self._row(benchmark, row, words)
                comparisons: list[Comparison] = []
                if counted.params is not None and not datasets:  # the paper prints one figure for all data sets
                    for kind, text in figures(benchmark, row).items():
                        comparisons.append(compare(name, row.key, kind, text, counted.params, counted.norms, tasks))
                found.append(replace(counted, datasets=datasets, comparisons=tuple(comparisons)))
        return found

    def _row(self, benchmark: Benchmark, row: Row, words: Sequence[str]) -> Counted:
        nothing = Counted(benchmark.name, row.key, "", row.method)
        if benchmark.paper is not None and not any(word.startswith("model=") for word in words):
            return replace(nothing, problem="no overrides: the row does not say its model")
        try:
            return replace(self.words(words), table=benchmark.name, row=row.key)
        except UserError as error:
            return replace(nothing, problem=str(error))

    def _model(self, spec: ModelSpec) -> Any:
        key = str(spec)
        if key not in self._models:
            self._models[key] = skeleton(spec)
        return self._models[key]


def tables() -> list[str]:
    """The tables that print how many parameters a row has."""
    return [
        name
        for name in benchmarks.names()
        if any(figures(benchmarks.load(name), row) for row in benchmarks.load(name).rows)
    ]


def _variants(benchmark: Benchmark, row: Row) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Command lines of model and method: the row's own, and for data sets that change them one each."""
    plain = _words({**benchmark.defaults, "method": row.method, **row.overrides})
    yield (), plain
    others: dict[tuple[str, ...], list[str]] = {}
    for dataset, overrides in row.dataset_overrides.items():
        words = _words({**benchmark.defaults, "method": row.method, **row.overrides, **overrides})
        if words != plain:
            others.setdefault(tuple(words), []).append(dataset)
    for words_, datasets in others.items():
        yield tuple(datasets), list(words_)


def _words(overrides: dict[str, str]) -> list[str]:
    """The overrides that decide on counts, choices of groups first."""
    chosen = {key: value for key, value in overrides.items() if key.partition(".")[0] in ("model", "method")}
    counted = {key: value for key, value in chosen.items() if not key.startswith("method.learning_rate")}
    return [f"{key}={value}" for key, value in sorted(counted.items(), key=lambda item: "." in item[0])]


def _tasks(benchmark: Benchmark) -> int | None:
    """For how many tasks the paper gives the total: it prints as many copies for full fine-tuning (`9.0x`)."""
    totals = [row.total_parameters for row in benchmark.rows if row.method == "full"]
    return next((int(figure(total)) for total in totals if total is not None), None)


def _norms(attachment: Attachment) -> int:
    """Trained parameters of norms: the base's own, and those that a method adds (Lin's, named `….norm`)."""
    norms = {
        id(parameter)
        for site in attachment.sites.weights
        if site.role == "norm"
        for parameter in site.module.parameters()
    }
    norms |= {id(p) for name, p in attachment.trainable.items() if name.endswith((".norm", ".norm_bias"))}
    return sum(parameter.numel() for parameter in attachment.trainable.values() if id(parameter) in norms)


def _base_bytes(model: Any, attachment: Attachment) -> int:
    head = {id(parameter) for parameter in attachment.sites.task_head.values()}
    return sum(p.numel() * p.element_size() for p in model.parameters() if id(p) not in head)
