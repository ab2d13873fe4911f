"""`petlab report`: one page of benchmarks, figures and every run."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from petlab.commands.bench import placed_records
from petlab.commands.common import plan_benchmark, results_folder
from petlab.progress import Reporter

if TYPE_CHECKING:
    from petlab.record import Record
    from petlab.report import Chapter
    from petlab.store import Store


def report(arguments: Namespace) -> int:
    """Write `<paths.results>/report/index.html`: the named benchmarks, or all on generated data and every other run."""
    from petlab import benchmark as benchmarks
    from petlab import reference
    from petlab import report as page
    from petlab.store import Store, write_atomic
    from petlab.tables.collect import scan

    names = [word for word in arguments.words if "=" not in word]
    overrides = [word for word in arguments.words if "=" in word]
    results = results_folder([word for word in overrides if not names or word.startswith("paths.results=")])
    for name in names:
        benchmarks.load(name)
    reporter = Reporter(quiet=arguments.quiet)
    store = Store(results)
    problems: list[str] = []
    chapters = []
    for name in names or [name for name in benchmarks.names() if benchmarks.load(name).synthetic]:
        reporter.status(f"looking up the cells of {name}")
        chapter, wrong = _chapter(name, overrides, arguments.config_dir)
        problems += wrong
        if chapter.records or names:
            chapters.append(chapter)
    others: list[tuple[Record, str]] = []
    if not names:
        found, wrong = scan(results / "runs")
        problems += wrong
        known = {record.id for record in found}
        others = [(record, "reused") for record in found]
        others += [(record, "reference") for run, record in reference.everything().items() if run not in known]
    made = page.gather(chapters, others, problems, lambda run: _train_losses(store, run))
    path = results / "report" / "index.html"
    write_atomic(path, page.render(made))
    reporter.line(f"{len(made.runs)} runs of {len(chapters)} benchmarks")
    print(path)
    return 0


def _chapter(name: str, overrides: list[str], config_dir: str | None) -> tuple[Chapter, list[str]]:
    """A benchmark with its records, tables and figures; and the files that were found to be no records."""
    from petlab import tables
    from petlab.report import Chapter

    arguments = Namespace(name=name, overrides=overrides, rows=None, columns=None, config_dir=config_dir)
    benchmark, requests, planned, workshop = plan_benchmark(arguments, quiet=True)
    placed = placed_records(benchmark, requests, planned, set(), reference=True)
    store = workshop.store
    with tempfile.TemporaryDirectory() as folder:  # the files of `petlab tables` stay as they are
        built = tables.build(
            benchmark, requests, placed, Path(folder), (), lambda run: store.read_rows(run, "outputs.jsonl")
        )
    return Chapter(benchmark, requests, placed, built.document), list(store.broken.values())


def _train_losses(store: Store, run: str) -> Mapping[int, float]:
    """Training losses of a run's history by step."""
    rows = store.read_rows(run, "history.jsonl")
    return {
        int(row["step"]): float(row["train_loss"])
        for row in rows
        if isinstance(row.get("step"), int) and isinstance(row.get("train_loss"), (int, float))
    }
