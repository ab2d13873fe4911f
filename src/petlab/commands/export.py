"""`petlab export`: a finished run as a folder for use elsewhere."""

from __future__ import annotations

from argparse import Namespace

from petlab.commands.common import configured_results, folder


def export(arguments: Namespace) -> int:
    """`petlab export`: a run's trained tensors as petlab keeps them or as `peft` reads them."""
    from petlab import export as exporting

    config_dir = folder(arguments.config_dir)
    results = configured_results(arguments.overrides, config_dir)
    found = exporting.find(results, arguments.run_id, config_dir)
    out = folder(arguments.out) or results / "exports" / f"{found.run}-{arguments.format}"
    print(f"{found.title} -> {exporting.export(found, arguments.format, out)}")
    return 0
