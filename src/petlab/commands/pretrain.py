"""`petlab pretrain`: make an embedded base."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from petlab.errors import UserError
from petlab.interrupt import sigterm_as_interrupt
from petlab.store import to_be_filled


def pretrain(arguments: Namespace) -> int:
    """`petlab pretrain`: make an embedded base."""
    from petlab import pretrain as recipes

    for unit in ("minutes", "tokens"):
        given = getattr(arguments, unit)
        if given is not None and given <= 0:
            raise UserError(f"--{unit} {given:g}: a positive number is needed")
    sigterm_as_interrupt()
    out = None if arguments.out is None else to_be_filled(Path(arguments.out), "--out")
    out = recipes.run(arguments.model, out, arguments.minutes, arguments.tokens, arguments.width)
    print(f"{arguments.model} -> {out}")
    return 0
