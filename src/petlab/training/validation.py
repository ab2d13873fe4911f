"""When a fit is validated, and the loss it is validated by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from petlab.data.tokens import Row
from petlab.training.batching import evaluation_batches, tokens_at_once
from petlab.training.families import Family
from petlab.training.objective import autocast
from petlab.training.parallel import Alone


def evaluation_marks(steps: int, evaluations: int) -> set[int]:
    """The steps of an epoch (from 1) after which validation runs; the last step is always one of them."""
    return {max(1, round(steps * part / evaluations)) for part in range(1, evaluations + 1)}


def validation_loss(
    model: Any, rows: Sequence[Row], family: Family, batch: int, precision: str, team: Alone | None = None
) -> float:
    """Mean loss a gold token (or row) over all rows, those of all processes of a team.

    Dropout off; leaves the model in evaluation mode.
    """
    model.eval()
    device = next(model.parameters()).device
    total, golds = 0.0, 0.0
    with team.no_gradients() if team else torch.inference_mode(), autocast(device, precision):
        for numbers in evaluation_batches(rows, batch, family.length, tokens_at_once(device, "validation")):
            mine = team.share(numbers) if team else numbers
            part = family.collate([rows[number] for number in mine or numbers[:1]]).to(device)
            loss = float(family.loss_sum(model, part))
            if mine:
                total += loss
                golds += part.golds
    if team:
        total, golds = team.total(total, golds)
    return total / golds
