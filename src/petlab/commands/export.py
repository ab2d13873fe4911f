"""`petlab export`: a finished run as a folder for use elsewhere."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from petlab.commands.common import folder


def export(arguments: Namespace) -> int:
    """`petlab export`: a run's trained tensors as petlab keeps them or as `peft` reads them."""
    from petlab import export as exporting
    from petlab.overrides import compose

    results = Path(compose(arguments.overrides, folder(arguments.config_dir))[0]["paths"]["results"]).expanduser()
    found = exporting.find(results, arguments.run_id, folder(arguments.config_dir))
    out = folder(arguments.out) or results / "exports" / f"{found.run}-{arguments.format}"
    print(f"{found.title} -> {exporting.export(found, arguments.format, out)}")
    return 0
