"""What a benchmark file holds, as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from petlab.benchmark.requests import CellRequest, requests

Kind = Literal[
    "quality",
    "against_full",
    "convergence",
    "time_to_95",
    "time_to_99",
    "per_100k",
    "per_minute",
    "runtime",
    "storage",
    "memory",
    "parameters",
    "speed_up",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Figure = Literal["runtime", "parameters", "losses", "scales", "sweep", "forest"]
FIGURES: tuple[Figure, ...] = get_args(Figure)
Count = Literal["trained", "stored", "percent", "head", "bytes"]
NO_SCALE = "full"  # tables that do not vary the amount of data use all of it


@dataclass(frozen=True)
class Paper:
    """Where a table was printed. `version` is the one that the values were read from."""

    key: str
    title: str
    authors: tuple[str, ...]
    year: int
    arxiv: str | None
    version: str | None
    table: str
    note: str = ""

    @property
    def citation(self) -> str:
        """`Pu et al. 2023, Table 1, arXiv:2304.14999v1`."""
        families = [author.split()[-1] for author in self.authors] or [self.key]
        family, others = families[0], " et al." if len(families) > 2 else "".join(f" & {one}" for one in families[1:])
        identifier = f", arXiv:{self.arxiv}{self.version or ''}" if self.arxiv else ""
        return f"{family}{others} {self.year}, {self.table}{identifier}"


@dataclass(frozen=True)
class Column:
    """One column: a metric of a data set. `dataset` is None where a column is no test score (a parameter count).

    Attributes:
        key: unique in the table; the data set, with the metric where a data set has several columns.
        factor: what a score is multiplied with to stand on the paper's scale (1 or 100).
        decimals: digits after the point when our score is printed.
        group: heading above several columns.
        heads: the headings as printed, top to bottom, where they are more than group and label; neighbours with the
            same ones are printed in one column, as `52.0/28.0/44.5`.
    """

    key: str
    dataset: str | None
    metric: str
    label: str
    group: str = ""
    factor: float = 1.0
    decimals: int = 4
    higher_is_better: bool = True
    heads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Printed:
    """One printed cell, character for character; `spread` is what stands behind ±."""

    value: str
    spread: str | None = None

    @property
    def numbers(self) -> tuple[float, ...]:
        """The numbers in the cell: one, or epoch and seconds of `Ep. 4; 1249`."""
        parts = self.value.replace("Ep.", "").split(";")
        return tuple(number(part) for part in parts)

    def __str__(self) -> str:
        return self.value if self.spread is None else f"{self.value} ± {self.spread}"


def number(text: str) -> float:
    """A printed number as a float: `.0`, `3.01E-05`, `354.92M`, `3.6%`, `9.0x`, `175,255.8M`."""
    bare = text.strip().replace(",", "").replace("%", "").replace("×", "").removesuffix("x")
    for suffix, factor in (("k", 1e3), ("M", 1e6), ("B", 1e9)):
        if bare.endswith(suffix):
            return float(bare[:-1]) * factor
    return float(bare)


@dataclass(frozen=True)
class Row:
    """One row of the printed table.

    Attributes:
        label: as printed.
        parameters: trainable parameters as printed in this row; part of the key. None where the table prints none.
        known_parameters: the same count where another place of the paper prints it.
        total_parameters: parameters for all tasks of the paper against one model's, as printed (`1.2x`).
        method: canonical method id; empty where the row is of no method (the best of prior work).
        overrides: Hydra overrides that reproduce the row, without the method.
        dataset_overrides: further overrides for single data sets.
        printed: printed cells by scale and column key.
        runnable: False where the weights are not public; a stand-in model runs the row.
        only: the data sets whose cells are run in this row; empty: all of the table's.
        marks: `*`, `†` as printed behind the label; the file's notes say what they mean.
    """

    label: str
    method: str
    parameters: str | None = None
    known_parameters: str | None = None
    total_parameters: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    dataset_overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    printed: Mapping[str, Mapping[str, Printed]] = field(default_factory=dict)
    runnable: bool = True
    marks: str = ""
    note: str = ""
    only: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The printed label and the printed parameters: two rows of a table may share a label."""
        return f"{self.shown} {self.parameters or ''}".strip()

    @property
    def shown(self) -> str:
        """Label and marks, as tables show them."""
        return self.label + self.marks


@dataclass(frozen=True)
class Difference:
    """A known difference between the paper's protocol and a run here, whatever the overrides; badged in the tables.

    Attributes:
        text: the sentence of the legend.
        datasets: where it holds; empty: all.
        rows: keys or labels of the rows where it holds; empty: all.
    """

    text: str
    datasets: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()

    def holds(self, row: Row, dataset: str) -> bool:
        in_row = not self.rows or row.key in self.rows or row.label in self.rows
        return in_row and (not self.datasets or dataset in self.datasets)


@dataclass(frozen=True)
class Benchmark:
    """One table.

    Attributes:
        name: file name without its ending; the table id.
        kind: what the printed cells are.
        tables: the kinds that the records of this benchmark fill.
        counts: parameter counts that stand as columns before the scores.
        figures: those that are drawn where the records hold what they show; all of them, unless the file names some.
        corner: the printed heading of the row labels.
        statistic: what stands for several seeds, as in the paper.
        defaults: overrides of every cell.
        dataset_defaults: overrides of the cells of single data sets.
        stand_in: values that replace those of the cells which have such a key, where another model stands in.
        companions: the benchmark whose printed cells stand beside ours in another kind.
        synthetic: what every table must say of the data, such as "synthetic data, nano model"; empty for real data.
        differences: of protocol against the paper, whatever the overrides.
        notes: what the caption, the marks and other versions of the paper say.
    """

    name: str
    title: str
    paper: Paper | None
    kind: Kind
    tables: tuple[Kind, ...]
    columns: tuple[Column, ...]
    scales: tuple[str, ...]
    seeds: tuple[int, ...]
    defaults: Mapping[str, str]
    rows: tuple[Row, ...]
    dataset_defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    stand_in: Mapping[str, str] = field(default_factory=dict)
    counts: tuple[Count, ...] = ("stored", "percent")
    figures: tuple[Figure, ...] = FIGURES
    corner: str = ""
    statistic: Literal["mean", "median"] = "mean"
    companions: Mapping[str, str] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    synthetic: str = ""

    def row(self, key: str) -> Row:
        return self._by_key[key]

    @cached_property
    def _by_key(self) -> dict[str, Row]:
        return {row.key: row for row in self.rows}

    def block(self, key: str) -> str:
        """What a row is compared within: the model that the table gives it, and its setup where a dagger marks one.

        The papers set the best of each such block in bold.
        """
        row = self.row(key)
        return f"{row.overrides.get('model', '')}{'†' if '†' in row.marks else ''}"

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def settings(self, row: Row, dataset: str) -> dict[str, str]:
        """What the benchmark says of the cells of a row and a data set: the more special word wins."""
        special = (self.defaults, self.dataset_defaults.get(dataset, {}), {"method": row.method})
        own = (row.overrides, row.dataset_overrides.get(dataset, {}))
        return {key: value for part in (*special, *own) for key, value in part.items()}

    def cells(
        self,
        overrides: Mapping[str, str] | None = None,
        rows: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> list[CellRequest]:
        """The cells to run: rows x data sets x scales x seeds.

        Args:
            overrides: a key that the rows vary filters (`method=lora,ia3`, `scale=low`); any other key replaces the
                value in every row, and the tables badge it. A model that no row has stands in for all, and `++key`
                replaces whatever the rows say. A scale of the user's own brings its own epochs.
            rows: labels, keys or methods to keep.
            columns: data sets, labels, headings or metrics to keep.

        Raises:
            UserError: a filter that keeps nothing; with what there is.
        """
        return requests(self, overrides or {}, rows, columns)
