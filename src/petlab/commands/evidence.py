"""What claims are judged by: records of benchmarks, or measurements; `--run` makes what is missing."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from petlab.commands.bench import placed_records
from petlab.commands.common import finish, folder, launcher_of, pairs, plan_benchmark, wanted
from petlab.errors import UserError
from petlab.interrupt import sigterm_as_interrupt
from petlab.progress import Reporter

if TYPE_CHECKING:
    from petlab.benchmark import Benchmark
    from petlab.export.tasks import Together
    from petlab.latency.results import Latency
    from petlab.overrides import Composer
    from petlab.sweep.plan import Planned
    from petlab.tables.collect import Collected
    from petlab.workshop import Workshop

_PLACES = ("paths.", "data.root", "train.device", "train.threads", "hydra/")  # where, not what


@dataclass(frozen=True)
class Plan:
    """The cells of a benchmark, and what the store holds of them."""

    benchmark: Benchmark
    requests: list[Any]
    planned: list[Planned[Any]]
    workshop: Workshop

    def collected(self) -> Collected:
        """The records, the reference ones included."""
        from petlab.tables.collect import collect

        placed = placed_records(self.benchmark, self.requests, self.planned, set(), reference=True)
        store = self.workshop.store
        return collect(self.benchmark, self.requests, placed, store.broken.values(), store.outputs)


def plan_of(
    name: str,
    own: Sequence[str],
    overrides: list[str],
    arguments: Namespace,
    compose: Composer,
    rows: str | None = None,
) -> Plan:
    """The plan of a benchmark that claims are judged by.

    Args:
        name: the benchmark.
        own: overrides of the claim.
        overrides: those of the command line.
        compose: shared by the benchmarks of the command.
        rows: of the benchmark, by comma; None = all.

    Raises:
        Missing: there is no such benchmark, or its cells cannot begin as they stand and nobody asked to train them.
        UserError: what the command line says does not fit the benchmark, or the cells to train cannot begin.
    """
    from petlab import benchmark as benchmarks
    from petlab.claims import Missing

    if name not in benchmarks.names():
        raise Missing(f"needs the benchmark {name}, which is not there")
    words = [*own, *overrides]
    given = Namespace(**{**vars(arguments), "name": name, "overrides": words, "rows": rows, "columns": None})
    try:
        return Plan(*plan_benchmark(given, quiet=arguments.quiet or not arguments.train, compose=compose))
    except UserError as error:
        if arguments.train or _what(overrides):
            raise
        raise Missing(f"needs cells that can begin; {error}") from None


def train(plans: Sequence[Plan], overrides: list[str], arguments: Namespace) -> int:
    """Train what is missing of all plans as one sweep, a cell that several of them have once; the exit code.

    One sweep, since the processes of a launcher would otherwise start anew for each benchmark, and idle at its end.
    """
    from petlab.sweep.launch import launch

    if not plans:
        return 0
    entries = [entry for plan in plans for entry in plan.planned]
    cells: dict[object, Planned[Any]] = {}
    for entry in entries:
        cells.setdefault(entry.seat.run if entry.seat else id(entry), entry)
    missing = sum(entry.state == "missing" for entry in cells.values())
    workshop = plans[0].workshop
    what = plans[0].benchmark.name if len(plans) == 1 else f"{len(plans)} benchmarks"
    workshop.reporter.line(f"{what}: {len(cells)} cells, {missing} to train")
    sigterm_as_interrupt()
    launcher, _ = launcher_of(overrides)
    outcome = launch([*cells.values()], workshop, wanted(arguments), launcher)
    for entry in entries:
        if entry.seat is not None:
            entry.record = cells[entry.seat.run].record
    return finish(outcome)


def measurement(
    name: str, overrides: list[str], arguments: Namespace, compose: Composer
) -> tuple[Latency | Together, int]:
    """What was measured under a name, or is measured now, and the exit code of what had to be trained for it.

    Raises:
        Missing: it is not there and was not asked for.
        UserError: what the command line says does not fit.
    """
    from petlab.claims import latency

    if name == latency.BENCHMARK:
        return _measured(overrides, arguments), 0
    return _switched(overrides, arguments, compose)


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
    plan = plan_of("embedded", (), overrides, arguments, compose, rows="LoRA")
    code = train([plan], overrides, arguments)
    here = [entry.record.id for entry in plan.planned if entry.record is not None]
    try:
        found = tasks.together([export.find(cell.results, run, config_dir) for run in here], switching.SWITCHES)
    except UserError as error:
        raise Missing(str(error)) from None
    tasks.write(path, found)
    return found, code


def _what(overrides: list[str]) -> list[str]:
    """The overrides that change cells, not where they are run and kept."""
    return [key for key in pairs(overrides) if not key.startswith(_PLACES)]
