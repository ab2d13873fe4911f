"""`petlab params`: parameters of methods on the papers' architectures, counted without weights."""

from __future__ import annotations

from argparse import Namespace

from petlab.commands.common import folder
from petlab.errors import UserError


def params(arguments: Namespace) -> int:
    """The rows of every table that prints parameter counts, those of one benchmark, or cells of the command line."""
    if arguments.overrides and arguments.benchmark:
        raise UserError("params: give the words of a cell, or --benchmark, not both")
    if arguments.tasks is not None and arguments.tasks < 1:
        raise UserError(f"--tasks {arguments.tasks}: a whole number from 1 is needed")
    from petlab.audit import attached, listing
    from petlab.overrides import sweep

    counter = attached.Counter(folder(arguments.config_dir))
    if arguments.overrides:
        rows = [counter.words(words) for words in sweep(arguments.overrides)]
    else:
        names = [arguments.benchmark] if arguments.benchmark else attached.tables()
        rows = [row for name in names for row in counter.table(name)]
    show = listing.as_json if arguments.json else listing.as_csv if arguments.csv else listing.as_text
    print(show(rows, arguments.tasks), end="")
    return 0
