"""The state of pretraining between two steps, as one safetensors file: weights, moments, position. No pickle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from petlab.errors import UserError
from petlab.pretrain.recipe import Recipe, describe
from petlab.training.checkpoint import moments, restore_moments

POSITION, RECIPE = "position", "recipe"


@dataclass
class Position:
    """How far pretraining has come.

    Attributes:
        step: steps taken.
        seconds: time spent in steps so far, over all runs.
        tokens: input and target tokens seen, without padding.
        stage: which of the recipe's stages.
        epoch, batch: next batch of that stage's mixture.
    """

    step: int = 0
    seconds: float = 0.0
    tokens: int = 0
    stage: int = 0
    epoch: int = 0
    batch: int = 0


def save(
    path: Path, recipe: Recipe, model: nn.Module, optimisers: Sequence[torch.optim.Optimizer], position: Position
) -> None:
    """Write the state; what was there before stays whole until the new file is complete."""
    tensors = {f"model/{name}": tensor.detach() for name, tensor in model.named_parameters()}
    for number, optimiser in enumerate(optimisers):
        tensors.update({f"moments/{number}/{name}": tensor for name, tensor in moments(optimiser).items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    metadata = {POSITION: json.dumps(asdict(position)), RECIPE: json.dumps(describe(recipe))}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, part, metadata=metadata)
    part.replace(path)


def restore(path: Path, recipe: Recipe, model: nn.Module, optimisers: Sequence[torch.optim.Optimizer] = ()) -> Position:
    """Put a saved state into a model of the same recipe and its optimisers, in place.

    Raises:
        UserError: the file is of another recipe, or not readable.
    """
    try:
        with safe_open(path, "pt") as stored:
            metadata = stored.metadata() or {}
            tensors: dict[str, Tensor] = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise UserError(f"{path} cannot be read ({error}); delete it to begin anew") from None
    if metadata.get(RECIPE) != json.dumps(describe(recipe)):
        raise UserError(f"{path} is of another recipe; delete {path.parent} to begin anew with the one there is now")
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            tensor.copy_(tensors[f"model/{name}"])
    for number, optimiser in enumerate(optimisers):
        mark = f"moments/{number}/"
        restore_moments(optimiser, {n.removeprefix(mark): t for n, t in tensors.items() if n.startswith(mark)})
    return Position(**json.loads(metadata[POSITION]))
