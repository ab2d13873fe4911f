"""What claims are judged by: records of a benchmark, or measurements; `--run` makes what is missing."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from petlab.commands.bench import placed_records
from petlab.commands.common import finish, folder, launcher_of, pairs, plan_benchmark, wanted
from petlab.errors import UserError
from petlab.interrupt import sigterm_as_interrupt
from petlab.progress import Reporter

if TYPE_CHECKING:
    from petlab.export.tasks import Together
    from petlab.latency.results import Latency
    from petlab.overrides import Composer
    from petlab.tables.collect import Collected

_PLACES = ("paths.", "data.root", "train.device", "train.threads", "hydra/")  # where, not what


def evidence_of(
    name: str, own: Sequence[str], overrides: list[str], arguments: Namespace, compose: Composer
) -> tuple[Collected | Latency | Together, int]:
    """What a claim's benchmark stands for, and the exit code of making it.

    Args:
        name: a benchmark, or the name of a kind of measurement.
        own: overrides of the claim.
        overrides: those of the command line.
        compose: shared by the benchmarks of the command.

    Raises:
        Missing: it is not there and was not asked for.
        UserError: what the command line says does not fit.
    """
    from petlab.claims import latency, switching

    if name == latency.BENCHMARK:
        return _measured(overrides, arguments), 0
    if name == switching.BENCHMARK:
        return _switched(overrides, arguments, compose)
    return _collected(name, [*own, *overrides], arguments, compose, own_words=not _what(overrides))


def _collected(
    name: str,
    overrides: list[str],
    arguments: Namespace,
    compose: Composer,
    *,
    own_words: bool,
    rows: str | None = None,
) -> tuple[Collected, int]:
    """A benchmark's records, the reference ones included, and how training ended.

    Raises:
        Missing: there is no such benchmark, or its cells cannot begin as they stand.
        UserError: what the command line says does not fit the benchmark.
    """
    from petlab import benchmark as benchmarks
    from petlab.claims import Missing
    from petlab.sweep.launch import launch
    from petlab.tables.collect import collect

    if name not in benchmarks.names():
        raise Missing(f"needs the benchmark {name}, which is not there")
    given = Namespace(**{**vars(arguments), "name": name, "overrides": overrides, "rows": rows, "columns": None})
    try:
        quiet = arguments.quiet or not arguments.train
        benchmark, requests, planned, workshop = plan_benchmark(given, quiet=quiet, compose=compose)
    except UserError as error:
        if own_words:
            raise Missing(f"needs cells that can begin; {error}") from None
        raise
    code, trained = 0, set()
    if arguments.train:
        sigterm_as_interrupt()
        launcher, _ = launcher_of(overrides)
        outcome = launch(planned, workshop, wanted(given), launcher)
        trained = {entry.key for entry in outcome.trained}
        code = finish(outcome)
    placed = placed_records(benchmark, requests, planned, trained, reference=True)
    store = workshop.store
    problems = store.broken.values()
    return collect(benchmark, requests, placed, problems, store.outputs), code


def _measured(overrides: list[str], arguments: Namespace) -> Latency:
    """The forward passes of the model: this machine's, which `--run` measures where there are none, or another one's.

    Raises:
        Missing: nothing was measured, or the file cannot be read.
        UserError: what the command line says of the model does not fit.
    """
    from petlab.claims import Missing
    from petlab.device import resolve_device
    from petlab.latency import measure, results
    from petlab.measure.environment import hardware

    words = [word for word in overrides if word.startswith(("model", "train.device=", "train.threads=", "paths."))]
    config_dir = folder(arguments.config_dir)
    cell = measure.cell_of(words, config_dir=config_dir)
    place, here = cell.results / "speed", hardware(resolve_device(cell.train.device))
    try:
        found = results.find(place, cell.model.name, here)
    except UserError as error:
        raise Missing(str(error)) from None
    if arguments.train and (found is None or found.environment.hardware != here):
        found = measure.measure(words, measure.Settings(), Reporter(quiet=arguments.quiet).status, config_dir)
        results.write(place, found)
    if found is None:
        raise Missing(f"needs the measurements of petlab latency model={cell.model.name}, which are not there")
    return found


def _switched(overrides: list[str], arguments: Namespace, compose: Composer) -> tuple[Together, int]:
    """Switching between the tasks of LoRA in the benchmark `embedded`, as it was measured, or measured now.

    Raises:
        Missing: nothing was measured, or a task's tensors are not there.
    """
    from petlab import config, export
    from petlab.claims import Missing, switching
    from petlab.export import tasks

    config_dir = folder(arguments.config_dir)
    cell = config.cell([word for word in overrides if word.startswith(("model", "paths."))], config_dir)
    path = cell.results / "speed" / f"switching_{cell.model.name}.json"  # a base at a width has a name of its own
    if path.is_file():
        return tasks.read(path), 0
    if not arguments.train:
        raise Missing(f"needs {path.name}, which petlab claims switching --run measures")
    collected, code = _collected("embedded", overrides, arguments, compose, own_words=False, rows="LoRA")
    here = [one.record.id for one in collected.placed if one.record is not None and one.origin != "reference"]
    try:
        found = tasks.together([export.find(cell.results, run, config_dir) for run in here], switching.SWITCHES)
    except UserError as error:
        raise Missing(str(error)) from None
    tasks.write(path, found)
    return found, code


def _what(overrides: list[str]) -> list[str]:
    """The overrides that change cells, not where they are run and kept."""
    return [key for key in pairs(overrides) if not key.startswith(_PLACES)]
