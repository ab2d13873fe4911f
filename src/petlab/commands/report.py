"""`petlab report`: one page of benchmarks, figures and every run."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from petlab.commands.bench import placed_records
from petlab.commands.common import folder, plan_benchmark, results_folder
from petlab.errors import UserError
from petlab.progress import Reporter

if TYPE_CHECKING:
    from petlab.benchmark import Benchmark, CellKey, CellRequest
    from petlab.overrides import Composer
    from petlab.record import Record
    from petlab.report import Chapter
    from petlab.store import Store

SHOWN = 0.5  # of a benchmark's cells must have a record for the report to show it unasked; less is mostly empty tables


def report(arguments: Namespace) -> int:
    """Write `<paths.results>/report/index.html`: the named benchmarks, or all on generated data and every other run."""
    from petlab import benchmark as benchmarks
    from petlab import reference
    from petlab import report as page
    from petlab.overrides import Composer
    from petlab.store import Store, write_atomic
    from petlab.tables.collect import scan

    names = [word for word in arguments.words if "=" not in word]
    overrides = [word for word in arguments.words if "=" in word]
    results = results_folder([word for word in overrides if not names or word.startswith("paths.results=")])
    for name in names:
        benchmarks.load(name)
    reporter = Reporter(quiet=arguments.quiet)
    store, compose = Store(results), Composer(folder(arguments.config_dir))
    found, problems = scan(results / "runs") if not names else ([], [])
    chapters, begun = [], []
    for name in names or [name for name in benchmarks.names() if _may_show(name, found)]:
        reporter.status(f"looking up the cells of {name}")
        try:
            planned = _Planned.of(name, overrides, arguments.config_dir, compose)
        except UserError as problem:
            if names:
                raise
            problems.append(f"{name}: {problem}")
            continue
        if names or planned.there >= SHOWN * len(planned.requests):
            chapters.append(planned.chapter())
        elif planned.there:
            begun.append((name, planned.there, len(planned.requests)))
        problems += planned.store.broken.values()
    others = [(record, "reused") for record in found]
    if not names:
        known = {record.id for record in found}
        others += [(record, "reference") for run, record in reference.everything().items() if run not in known]
    made = page.gather(chapters, others, problems, begun, lambda run: _train_losses(store, run))
    path = results / "report" / "index.html"
    write_atomic(path, page.render(made))
    reporter.line(f"{len(made.runs)} runs of {len(chapters)} benchmarks")
    print(path)
    return 0


def _may_show(name: str, records: Sequence[Record]) -> bool:
    """Whether a benchmark on generated data could have a cell among the records, so that planning it is worth while."""
    from petlab import benchmark as benchmarks
    from petlab import reference

    benchmark = benchmarks.load(name)
    if not benchmark.synthetic:
        return False
    there = {_place(record) for record in [*records, *reference.everything(name).values()]}
    cells = ((one.overrides, one.dataset, one.scale, one.seed) for one in benchmark.cells())
    return any((_width(said.get("model.width")), said["method"], *rest) in there for said, *rest in cells)


def _place(record: Record) -> tuple[object, ...]:
    model, *groups = (record.config.get(group) for group in ("model", "method", "dataset", "scale"))
    width = _width(model.get("width") if isinstance(model, dict) else None)
    names = (group.get("name") if isinstance(group, dict) else None for group in groups)
    return (width, *names, record.config.get("seed"))


def _width(given: object) -> str:
    """A base's width as records and benchmarks name it; `null`, too, where it is the base's own."""
    from petlab.models import widths

    return "null" if given is None or str(given) in map(str, widths.OWN.values()) else str(given)


@dataclass(frozen=True)
class _Planned:
    """A benchmark's cells with their records."""

    benchmark: Benchmark
    requests: Sequence[CellRequest]
    placed: Mapping[CellKey, tuple[Record | None, str]]
    store: Store

    @classmethod
    def of(cls, name: str, overrides: list[str], config_dir: str | None, compose: Composer) -> _Planned:
        arguments = Namespace(name=name, overrides=overrides, rows=None, columns=None, config_dir=config_dir)
        benchmark, requests, planned, workshop = plan_benchmark(arguments, quiet=True, compose=compose)
        placed = placed_records(benchmark, requests, planned, set(), reference=True)
        return cls(benchmark, requests, placed, workshop.store)

    @property
    def there(self) -> int:
        return sum(record is not None for record, _ in self.placed.values())

    def chapter(self) -> Chapter:
        """With its tables, figures, and claims judged; the files of `petlab tables` stay as they are."""
        from petlab import tables
        from petlab.claims import CLAIMS
        from petlab.report import Chapter

        with tempfile.TemporaryDirectory() as folder:
            built = tables.build(
                self.benchmark,
                self.requests,
                self.placed,
                Path(folder),
                (),
                self.store.outputs,
            )
        ours = [one for one in CLAIMS if one.benchmark == self.benchmark.name and not one.overrides]  # of these cells
        judged = [(claim, claim.verdict(built.collected)) for claim in ours]
        return Chapter(self.benchmark, self.requests, self.placed, built.document, judged)


def _train_losses(store: Store, run: str) -> Mapping[int, float]:
    """Training losses of a run's history by step."""
    rows = store.read_rows(run, "history.jsonl")
    return {
        int(row["step"]): float(row["train_loss"])
        for row in rows
        if isinstance(row.get("step"), int) and isinstance(row.get("train_loss"), (int, float))
    }
