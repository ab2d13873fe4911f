"""Start values for models with learned absolute positions: heads that begin by looking at a neighbour.

T5 can be told to look at the token before by one number of its relative position biases. GPT-2 and RoBERTa have only
position vectors. Here these begin as sinusoids in the first coordinates, and some heads of the first layer begin with
keys that read the sinusoids and queries that read them turned by as many positions as the neighbour is away, so that
query and key agree best there. Training is free to change all of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Neighbours:
    """Which heads begin with which neighbour.

    Attributes:
        offsets: for the first heads in turn, how many tokens before the query (negative: after it).
        preference: logits by which a head prefers its neighbour to a token far away, at the start.
        amplitude: of the sinusoids, in standard deviations of the token embeddings.
    """

    offsets: tuple[int, ...]
    preference: float
    amplitude: float


def frequencies(pairs: int) -> Tensor:
    """Angles a position turns each pair of coordinates by, spread over (0, pi).

    Positions up to 60 apart agree by less than half; some farther ones agree nearly as well as equal ones (110, 178 and
    288 apart), which start values may leave to training.
    """
    return math.pi * torch.frac(torch.arange(1, pairs + 1, dtype=torch.float64) * GOLDEN)


def turned(positions: Tensor, pairs: int) -> Tensor:
    """Sinusoids at (real) positions: cosines, then sines, (positions, 2 x pairs)."""
    angles = positions[:, None].double() * frequencies(pairs)
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def place(positions: Tensor, head_width: int, scale: float) -> None:
    """Add sinusoids to the first `head_width` coordinates of a table of position vectors, (positions, width)."""
    at = torch.arange(len(positions))
    positions.data[:, :head_width] += scale * turned(at, head_width // 2).to(positions.dtype)


def look(query: Tensor, key: Tensor, neighbours: Neighbours, head_width: int, deviation: float) -> None:
    """Set the first heads of a layer's query and key matrices, each (outputs, inputs).

    Args:
        query, key: weights as `nn.Linear` holds them; changed in place.
        neighbours: what to look at.
        head_width: coordinates of a head.
        deviation: standard deviation of the token embeddings, which share the layer norm with the positions.
    """
    width, pairs = query.shape[1], head_width // 2
    scale = neighbours.amplitude * deviation
    # Squared length of the sinusoids after a layer norm to unit variance; what query and key have in common at best.
    total = pairs * scale**2 + width * deviation**2
    agreement = pairs * scale**2 * width / total
    gain = math.sqrt(neighbours.preference * math.sqrt(head_width) / agreement)
    angles = frequencies(pairs)
    for head, offset in enumerate(neighbours.offsets):
        rows = slice(head * head_width, (head + 1) * head_width)
        cosine, sine = (torch.diag(part).to(query.dtype) for part in ((angles * offset).cos(), (angles * offset).sin()))
        back = torch.cat([torch.cat([cosine, sine], 1), torch.cat([-sine, cosine], 1)])
        query.data[rows] = 0
        key.data[rows] = 0
        query.data[rows, :head_width] = gain * back
        key.data[rows, :head_width] = gain * torch.eye(head_width, dtype=key.dtype)
