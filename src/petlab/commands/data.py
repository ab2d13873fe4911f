"""`petlab data check | fetch | pin`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from petlab.commands.common import folder
from petlab.interrupt import sigterm_as_interrupt
from petlab.progress import Reporter


def check(arguments: Namespace) -> int:
    """`petlab data check`: where each data set is found, and what it holds; downloads nothing."""
    from petlab.data import inventory

    names, root = inventory.asked(arguments.words)
    entries = inventory.check(names, root, folder(arguments.config_dir), Reporter())
    print((inventory.comma_separated if arguments.csv else inventory.table)(entries))
    inventory.refuse_broken(entries)
    return 0


def fetch(arguments: Namespace) -> int:
    """`petlab data fetch`: rows of the hub as files below a folder."""
    from petlab.data.fetch import fetch_all

    sigterm_as_interrupt()
    to = Path(arguments.to).expanduser()
    count = fetch_all(arguments.words, to, folder(arguments.config_dir), Reporter(quiet=arguments.quiet))
    print(f"{count} data sets in {to}; use them with data.root={to}")
    return 0


def pin(arguments: Namespace) -> int:
    """`petlab data pin`: commits of the hub into the data sets' YAML."""
    from petlab.data.pin import pin_all

    for name, commit in pin_all(arguments.words, folder(arguments.config_dir)):
        print(f"{name}: {commit or 'pinned before'}")
    return 0
