"""`petlab switch`: one base and several finished tasks: what they take, and what switching between them does."""

from __future__ import annotations

import dataclasses
import json
from argparse import Namespace
from typing import TYPE_CHECKING

from petlab.commands.common import configured_results, folder

if TYPE_CHECKING:
    from petlab.export.tasks import Together


def switch(arguments: Namespace) -> int:
    """`petlab switch`: bytes of N tasks on one base against N copies, and the drift of switching by subtraction."""
    from petlab import export
    from petlab.export.tasks import together

    ids = [word for word in arguments.words if "=" not in word]
    overrides = [word for word in arguments.words if "=" in word]
    config_dir = folder(arguments.config_dir)
    results = configured_results(overrides, config_dir)
    found = together([export.find(results, word, config_dir) for word in ids], arguments.switches)
    print(json.dumps(dataclasses.asdict(found)) if arguments.json else _text(found))
    return 0


def _text(found: Together) -> str:
    lines = [f"{task.run}  {task.title}: {task.bytes:,} bytes" for task in found.tasks]
    number, base = len(found.tasks), found.base_bytes
    lines.append(
        f"{number} tasks on one base of {base:,} bytes take {found.bytes:,} ({found.bytes / base:.2f} x base), "
        f"{number} copies {found.copies_bytes:,} ({number:.2f} x base)"
    )
    for drift in found.drift:
        lines.append(
            f"{drift.switches} switches by subtraction in {drift.dtype}: weights of the base are off by at most "
            f"{drift.largest:.2e}, relative norm {drift.relative:.2e} ({drift.of_update:.2e} of a task's own change), "
            f"{100 * drift.changed:.1f} % of them; "
            f"{1000 * drift.seconds:.2f} ms a switch"
        )
    return "\n".join([*lines, "petlab itself keeps the touched weights and puts them back: no drift"])
