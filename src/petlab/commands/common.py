"""What several commands share: words of the command line, plans, the end of a sweep."""

from __future__ import annotations

import functools
import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from petlab.errors import UserError
from petlab.interrupt import STOPPED
from petlab.progress import Reporter

if TYPE_CHECKING:
    from petlab.benchmark import Benchmark
    from petlab.overrides import Composer
    from petlab.sweep.execute import Outcome, Wanted
    from petlab.sweep.launchers import Launcher
    from petlab.sweep.plan import Planned
    from petlab.workshop import Workshop


def plan_benchmark(
    arguments: Namespace, *, quiet: bool, refuse: bool = True, compose: Composer | None = None
) -> tuple[Benchmark, list[Any], list[Planned[Any]], Workshop]:
    """A benchmark's requests, composed and looked up. With `refuse`, cells none of which can begin are an error.

    `compose`: shared by the benchmarks of one command, whose cells are choices of the same groups.
    """
    from petlab import benchmark as benchmarks
    from petlab.overrides import Composer
    from petlab.sweep.plan import composed, look_up

    found = benchmarks.load(arguments.name)
    overrides = pairs(launcher_of(arguments.overrides)[1])
    requests = found.cells(overrides, rows=words(arguments.rows), columns=words(arguments.columns))
    if not requests:
        raise UserError(f"{arguments.name}: nothing is left of the benchmark with these rows, columns and overrides")
    compose = compose or Composer(folder(arguments.config_dir))
    planned = composed([(request.key, request.asked) for request in requests], compose)
    for request, entry in zip(requests, planned, strict=True):
        entry.problem = request.problem
    workshop = workshop_of(planned, quiet)
    look_up(planned, workshop)
    problems = {entry.problem for entry in planned}
    if refuse and None not in problems:  # no cell can begin: the user's mistake, not a cell's failure
        raise UserError(sorted(str(problem) for problem in problems)[0])
    return found, requests, planned, workshop


def print_plan(planned: list[Planned[Any]]) -> int:
    """The cells and their states, for a dry run; those that they start from ahead of them."""
    from petlab.sweep.plan import earlier

    planned = [*earlier([entry for entry in planned if entry.state == "missing"]), *planned]
    states = [entry.state for entry in planned]
    for entry in planned:
        run = entry.seat.run if entry.seat else ""
        why = entry.problem or (entry.obstacle() if entry.record is None else None)
        print(f"{entry.state:9} {run:16} {entry.cell.title}{f': {why}' if why else ''}")
    print(", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states)))
    return 0


def finish(outcome: Outcome[Any]) -> int:
    """The last summary of a sweep, which --quiet does not silence, and its exit code."""
    reporter = Reporter()
    diverged = [
        entry for entry in (*outcome.trained, *outcome.reused) if entry.record and entry.record.status == "diverged"
    ]
    for what, entries in (("failed", outcome.failed), ("diverged", diverged)):
        if entries:
            reporter.line(f"{len(entries)} cell(s) {what}:")
        for entry in entries:
            reason = entry.problem or (entry.record.convergence.reason if entry.record else "")
            reporter.line(f"  {entry.cell.title}: {reason}")
    if outcome.failed:
        reporter.line("--retry-failed trains the failed ones again")
    if outcome.stopped:
        reporter.line(f"stopped: {len(outcome.trained)} trained, {len(outcome.left)} left; the same command goes on")
        return STOPPED
    return 1 if outcome.failed or diverged else 0


def workshop_of(planned: list[Planned[Any]], quiet: bool) -> Workshop:
    from petlab.workshop import Workshop

    return Workshop(planned[0].cell.results, Reporter(quiet=quiet))


def shared(command: Callable[[Namespace], int]) -> Callable[[Namespace], int]:
    """A command that torchrun starts in several processes: the first runs it, the others share its cells."""

    @functools.wraps(command)
    def call(arguments: Namespace) -> int:
        if os.environ.get("WORLD_SIZE", "1") == "1":
            return command(arguments)
        from petlab.training import parallel

        if parallel.rank():
            from petlab.sweep.follow import follow

            return follow()
        with parallel.leading():
            return command(arguments)

    return call


def launcher_of(overrides: list[str]) -> tuple[Launcher, list[str]]:
    """The launcher that a command line names (`hydra/launcher=joblib`), and the words about cells."""
    from petlab.sweep.launchers import check, split

    launcher, others = split(overrides)
    check(launcher)
    return launcher, others


def wanted(arguments: Namespace, *, retry_failed: bool = False) -> Wanted:
    """Which cells the options of a command line ask to train."""
    from petlab.sweep.execute import Wanted

    return Wanted(arguments.limit, arguments.retry_failed or retry_failed, arguments.force)


def pairs(overrides: list[str]) -> dict[str, str]:
    pairs = {}
    for word in overrides:
        key, equals, value = word.partition("=")
        if not equals:
            raise UserError(f"{word}: an override is KEY=VALUE")
        pairs[key] = value
    return pairs


def results_folder(overrides: list[str]) -> Path:
    """The results folder of a command that reads records only.

    Raises:
        UserError: an override of something else.
    """
    given = pairs(overrides)
    other = sorted(set(given) - {"paths.results"})
    if other:
        raise UserError(f"{other[0]}: this command reads records and takes no override but paths.results=DIR")
    return Path(given.get("paths.results", "results")).expanduser()


def configured_results(overrides: list[str], config_dir: Path | None) -> Path:
    """The results folder of a command whose overrides are composed."""
    from petlab.overrides import compose

    return Path(compose(overrides, config_dir)[0]["paths"]["results"]).expanduser()


def words(given: str | None) -> list[str] | None:
    return None if given is None else [word.strip() for word in given.split(",") if word.strip()]


def folder(given: str | None) -> Path | None:
    return None if given is None else Path(given)
