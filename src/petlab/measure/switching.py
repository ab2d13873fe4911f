"""What becomes of the base when tasks are switched by subtraction, as the LoRA paper describes.

Hu et al. 2021 (arXiv 2106.09685), section 4.1: a served model holds W = W_0 + ΔW; "to switch to another task, recover
W_0 by subtracting BA and then adding a different B'A'". In floating point W_0 does not quite come back.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from petlab.attachment import Attachment, LowRank
from petlab.attachment.edits import merge_into
from petlab.errors import UserError


@dataclass(frozen=True)
class Drift:
    """How far the weights are from the base's after all switches, the last task subtracted.

    Attributes:
        switches: how often one task was subtracted and another added.
        dtype: type of the weights (`float32`, `bfloat16`).
        largest: of the differences of single weights.
        relative: norm of all differences over the norm of the weights.
        of_update: norm of all differences over the norm of a task's ΔW, on the average of the tasks.
        changed: share of the weights that differ at all.
        seconds: of one switch, on the average.
    """

    switches: int
    dtype: str
    largest: float
    relative: float
    of_update: float
    changed: float
    seconds: float


@torch.no_grad()
def added(attachment: Attachment) -> dict[str, Tensor]:
    """ΔW (out, in) in fp32 for each weight that a method adds to, by the module's path.

    Raises:
        UserError: the method is more than a sum of low-rank matrices.
    """
    changes: dict[str, Tensor] = {}
    ours = set(attachment.trainable) - set(attachment.sites.task_head)
    low_rank = all(isinstance(edit, LowRank) for _, edit in attachment.edits)
    of_edits = {id(p) for _, edit in attachment.edits if isinstance(edit, LowRank) for p in (edit.a, edit.b)}
    if not (low_rank and attachment.weights_only and all(id(attachment.trainable[n]) in of_edits for n in ours)):
        raise UserError(
            "switching by subtraction: W + ΔW is asked for, and this method is no sum of that kind; take lora"
        )
    for site, edit in attachment.edits:
        before = changes.get(site.path)
        if before is None:
            before = torch.zeros_like(site.whole, dtype=torch.float32)
        changes[site.path], _ = merge_into(site, edit, before, None)
    return changes


def originals(attachment: Attachment) -> dict[str, Tensor]:
    """The base's own weights (out, in) where the method adds to them, by the module's path."""
    return {site.path: site.whole.detach().clone() for site, _ in attachment.edits}


@torch.no_grad()
def by_subtraction(
    base: Mapping[str, Tensor], tasks: Sequence[Mapping[str, Tensor]], switches: int, dtype: torch.dtype
) -> Drift:
    """Switch through the tasks in turn and come back to the base.

    Args:
        base: W_0 by name.
        tasks: ΔW of each task by the same names; a name that a task leaves out is not changed by it.
        switches: how often to switch.
        dtype: type in which the weights are held; what is added is cast to it first.

    Raises:
        UserError: fewer than two tasks, or no switch.
    """
    if len(tasks) < 2 or switches < 1:
        raise UserError(f"switching: {len(tasks)} tasks and {switches} switches given; 2 and 1 are the least")
    start = {name: weight.to(dtype) for name, weight in base.items()}
    changes = [{name: change.to(dtype) for name, change in task.items()} for task in tasks]
    now = {name: weight.clone() for name, weight in start.items()}
    _add(now, changes[0], 1)
    began = time.perf_counter()
    for number in range(switches):
        _add(now, changes[number % len(changes)], -1)
        _add(now, changes[(number + 1) % len(changes)], 1)
    seconds = (time.perf_counter() - began) / switches
    _add(now, changes[switches % len(changes)], -1)
    before, after = (torch.cat([part[name].flatten().double() for name in start]) for part in (start, now))
    away = (after - before).abs()
    update = sum(math.sqrt(sum(float(one.double().square().sum()) for one in task.values())) for task in changes)
    return Drift(
        switches=switches,
        dtype=str(dtype).removeprefix("torch."),
        largest=float(away.max()),
        relative=float(away.norm() / before.norm()),
        of_update=float(away.norm()) * len(changes) / update if update else 0.0,
        changed=float((away > 0).double().mean()),
        seconds=seconds,
    )


def _add(weights: Mapping[str, Tensor], changes: Mapping[str, Tensor], sign: int) -> None:
    for name, change in changes.items():
        weights[name].add_(change, alpha=sign)
