"""`petlab latency`: what each method adds to a forward pass of its base."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from petlab.commands.common import folder, words
from petlab.errors import UserError
from petlab.progress import Reporter
from petlab.store import to_be_filled


def latency(arguments: Namespace) -> int:
    """`petlab latency`: measure, write the file of this model and machine, print the table."""
    from petlab.latency import results, show
    from petlab.latency.measure import Settings, cell_of, measure

    settings = Settings(
        _numbers("--batch", arguments.batch, Settings.batches),
        _numbers("--length", arguments.length, Settings.lengths),
        Settings.methods if arguments.methods is None else words(arguments.methods) or [],
        arguments.repetitions,
        arguments.threads,
    )
    config_dir = folder(arguments.config_dir)
    cell = cell_of(arguments.overrides, settings.methods, config_dir)
    given = (Path(arguments.out), "--out") if arguments.out else (cell.results / "speed", "paths.results")
    out = to_be_filled(*given)
    reporter = Reporter(quiet=arguments.quiet)
    found = measure(arguments.overrides, settings, reporter.status, config_dir)
    path = results.write(out, found)
    shown = results.as_json if arguments.json else show.as_csv if arguments.csv else show.text
    print(shown(found))
    reporter.line(f"-> {path}")
    return 0


def _numbers(option: str, given: str | None, otherwise: Sequence[int]) -> Sequence[int]:
    """Whole numbers with commas between them, each once."""
    try:
        return otherwise if given is None else list(dict.fromkeys(map(int, words(given) or [])))
    except ValueError:
        raise UserError(f"{option} {given}: whole numbers with commas between them are needed") from None
