"""`petlab claims`: what the documents claim, and what the records say of it."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from petlab.commands.bench import placed_records
from petlab.commands.common import finish, folder, launcher_of, pairs, plan_benchmark, wanted
from petlab.errors import UserError
from petlab.interrupt import STOPPED, sigterm_as_interrupt
from petlab.progress import Reporter

if TYPE_CHECKING:
    from petlab.claims import Claim, Verdict
    from petlab.latency.results import Latency
    from petlab.tables.collect import Collected

_PLACES = ("paths.", "data.root", "train.device", "train.threads", "hydra/")  # where, not what


def claims(arguments: Namespace) -> int:
    """Print a verdict for each claim; with `--run`, train the missing cells of their benchmarks first."""
    from petlab.claims import Missing, chosen, latency, show, undecided

    asked = chosen([word for word in arguments.words if "=" not in word])
    overrides = [word for word in arguments.words if "=" in word]
    groups: dict[tuple[str, tuple[str, ...]], list[Claim]] = {}
    for claim in asked:
        own = tuple(f"{key}={value}" for key, value in claim.overrides.items())
        groups.setdefault((claim.benchmark, own), []).append(claim)
    judged: dict[str, Verdict] = {}
    code = 0
    for (name, own), group in groups.items():
        evidence: Collected | Latency
        try:
            if name == latency.BENCHMARK:
                evidence, ended = _measured(overrides, arguments), 0
            else:
                evidence, ended = _collected(name, [*own, *overrides], arguments, own_words=not _what(overrides))
        except Missing as missing:
            judged |= {claim.id: undecided(str(missing)) for claim in group}
            continue
        if ended == STOPPED:
            return STOPPED
        code = max(code, ended)
        judged |= {claim.id: claim.verdict(evidence) for claim in group}
    lines = [(claim, judged[claim.id]) for claim in asked]
    print(show.as_json(lines) if arguments.json else show.as_csv(lines) if arguments.csv else show.text(lines))
    return code


def _collected(name: str, overrides: list[str], arguments: Namespace, *, own_words: bool) -> tuple[Collected, int]:
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
    given = Namespace(**{**vars(arguments), "name": name, "overrides": overrides, "rows": None, "columns": None})
    try:
        benchmark, requests, planned, workshop = plan_benchmark(given, quiet=arguments.quiet or not arguments.train)
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
    return collect(benchmark, requests, placed, problems, lambda run: store.read_rows(run, "outputs.jsonl")), code


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


def _what(overrides: list[str]) -> list[str]:
    """The overrides that change cells, not where they are run and kept."""
    return [key for key in pairs(overrides) if not key.startswith(_PLACES)]
