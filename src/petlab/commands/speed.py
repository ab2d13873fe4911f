"""`petlab speed`: petlab beside peft + Trainer and a bare loop, as ratios."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from petlab.errors import UserError
from petlab.progress import Reporter
from petlab.store import to_be_filled


def speed(arguments: Namespace) -> int:
    """`petlab speed`: measure, write the machine's file, print the table; 1 if a goal is not met."""
    from petlab.device import resolve_threads
    from petlab.measure.ratios import refuse_too_few
    from petlab.speed import Settings, measure
    from petlab.speed.results import table

    refuse_too_few(arguments.repetitions, arguments.threads)
    root = None if arguments.data_root is None else Path(arguments.data_root)
    if root is not None and not root.is_dir():
        raise UserError(f"--data-root {root}: no such folder; it holds the files of SAMSum, E2E and CoLA")
    settings = Settings(resolve_threads(arguments.threads), arguments.repetitions, data_root=root)
    out = to_be_filled(Path(arguments.out), "--out")
    path, found = measure(arguments.groups, settings, out, Reporter(quiet=arguments.quiet))
    print(table(found))
    print(f"-> {path}")
    return 0 if all(finding.met for finding in found) else 1
