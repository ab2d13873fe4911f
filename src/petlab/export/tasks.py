"""Several finished tasks on one base: what they take, and what switching between them does to the base."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from petlab.errors import UserError
from petlab.export.finished import Finished, attached
from petlab.measure.switching import Drift, added, by_subtraction, originals
from petlab.models import load_base
from petlab.store import write_atomic
from petlab.typed import build

KINDS = (torch.float32, torch.bfloat16)


@dataclass(frozen=True)
class Task:
    """One run, and the bytes of what it keeps."""

    run: str
    title: str
    bytes: int


@dataclass(frozen=True)
class Together:
    """Tasks that share a base.

    Attributes:
        tasks: the runs.
        base_bytes: size of the base, without a head.
        bytes: of the base and all that the tasks keep.
        copies_bytes: of a base for each task.
        drift: of switching by subtraction, for each type that the weights may be held in.
    """

    tasks: tuple[Task, ...]
    base_bytes: int
    bytes: int
    copies_bytes: int
    drift: tuple[Drift, ...]


def together(runs: Sequence[Finished], switches: int) -> Together:
    """Measure finished runs on one base.

    Raises:
        UserError: fewer than two runs, runs on different bases, or of a method that adds no low-rank matrices.
    """
    if len(runs) < 2:
        raise UserError(f"switch: {len(runs)} run(s) given; two tasks or more are switched")
    if len({str(dataclasses.replace(run.model, name="")) for run in runs}) > 1:
        names = ", ".join(sorted({run.model.name for run in runs}))
        raise UserError(f"switch: the runs are on different bases ({names}); one base serves several tasks")
    changes: list[dict[str, Tensor]] = []
    weights: dict[str, Tensor] = {}
    base = 0
    for run in runs:
        model = load_base(run.model, labels=run.labels).model
        with attached(run, model) as attachment:
            changes.append(added(attachment))
            weights |= originals(attachment)
            base = _bytes(model.parameters()) - _bytes(attachment.sites.task_head.values())
    tasks = tuple(Task(run.run, run.title, _bytes(run.state.values())) for run in runs)
    return Together(
        tasks=tasks,
        base_bytes=base,
        bytes=base + sum(task.bytes for task in tasks),
        copies_bytes=len(tasks) * base,
        drift=tuple(by_subtraction(weights, changes, switches, kind) for kind in KINDS),
    )


def write(path: Path, found: Together) -> None:
    """Keep what was measured as JSON."""
    write_atomic(path, json.dumps(dataclasses.asdict(found), indent=1, allow_nan=False) + "\n")


def read(path: Path) -> Together:
    """What `write` kept. Raises UserError where the file is none of it."""
    try:
        return build(Together, json.loads(path.read_text(encoding="utf-8")), path.name)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {error}; delete it and measure again") from None


def _bytes(tensors: Iterable[Tensor]) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
