"""The state of a fit between two evaluations: enough to go on after a kill and reach the same result.

One safetensors file: trained tensors, the optimiser's moments, the best tensors, the state of the random generators,
and as JSON in its header the position and what was measured so far. No pickle is written or read.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

HEADER = "petlab"


@dataclass(frozen=True)
class Checkpoint:
    """What a fit was made of at one moment.

    Attributes:
        epoch, index: the next step: epoch from 0, step within the epoch from 0.
        fit: the fields of `Fit` that are numbers, and its evaluations.
        since_best, best_loss: of early stopping.
        trained, best: tensors by name; `best` is empty before the first evaluation that was a candidate.
        moments: the optimiser's tensors, `"<parameter number>.<name>"`.
        generators: random states by device type.
        measured: where its seconds were taken, and in what company (`petlab.cell.measured`); empty where none said so.
    """

    epoch: int
    index: int
    fit: dict[str, Any]
    since_best: int
    best_loss: float | None
    trained: dict[str, Tensor]
    best: dict[str, Tensor]
    moments: dict[str, Tensor]
    generators: dict[str, Tensor]
    measured: str = ""

    def to_bytes(self) -> bytes:
        """As the content of a safetensors file."""
        groups = {name: getattr(self, name) for name in _GROUPS}
        tensors = {
            f"{group}/{name}": tensor.detach().cpu().contiguous()
            for group, named in groups.items()
            for name, tensor in named.items()
        }
        rest = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name not in _GROUPS
        }
        return save(tensors, metadata={HEADER: json.dumps(rest)})


_GROUPS = ("trained", "best", "moments", "generators")


def from_bytes(content: bytes) -> Checkpoint | None:
    """Read what `to_bytes` wrote; None where the content is no such file (the fit then begins anew)."""
    try:
        tensors = load(content)
        length = int.from_bytes(content[:8], "little")
        rest = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][HEADER])
        groups: dict[str, dict[str, Tensor]] = {group: {} for group in _GROUPS}
        for name, tensor in tensors.items():
            group, _, own = name.partition("/")
            groups[group][own] = tensor
        return Checkpoint(**{**rest, **groups})
    except (SafetensorError, ValueError, KeyError, TypeError):
        return None


def moments(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's tensors by parameter number and name."""
    state: Mapping[int, Mapping[str, Tensor]] = optimiser.state_dict()["state"]
    return {f"{number}.{name}": tensor for number, named in state.items() for name, tensor in named.items()}


def restore_moments(optimiser: torch.optim.Optimizer, given: Mapping[str, Tensor]) -> None:
    """Put tensors of `moments` back."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in given.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = tensor
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})


def generators() -> dict[str, Tensor]:
    """The states of torch's random generators."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return states


def restore_generators(states: Mapping[str, Tensor]) -> None:
    """Put states of `generators` back."""
    torch.set_rng_state(states["cpu"].to("cpu"))
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"].to("cpu"))
