"""Fastfood: a random projection from few dimensions to many that is made anew from its seed (Le et al. 2013)."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, TypeVar, cast

import torch
from torch import Tensor
from torch.nn import functional

T = TypeVar("T", bound=tuple[Any, ...])
Draw = tuple[Tensor, Tensor, Tensor, float]  # B as signs, Π as an order, G as its diagonal, the scale
FACTOR = 64  # rows of the largest Hadamard matrix that is multiplied with


class Kept:
    """Tensors that are kept rather than made anew, as many as have room."""

    def __init__(self, room: int) -> None:
        """Keep up to `room` bytes."""
        self.room = room
        self.found: dict[Hashable, tuple[Any, ...]] = {}

    def ask(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make()` gives for a key, perhaps from before."""
        if key in self.found:
            return cast(T, self.found[key])
        made = make()
        size = sum(part.nbytes for part in made if isinstance(part, Tensor))
        if size <= self.room:
            self.room -= size
            self.found[key] = made
        return made


def fastfood(x: Tensor, size: int, seed: int, kept: Kept | None = None) -> Tensor:
    """H G Π H B x, scaled to keep lengths: x (d,) to (size,), in fp32; autograd keeps no matrix."""
    result: Tensor = _Fastfood.apply(x, size, seed, kept or Kept(0))  # type: ignore[no-untyped-call]
    return result


class _Fastfood(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, size: int, seed: int, kept: Kept) -> Tensor:
        ctx.given = (len(x), size, seed)
        ctx.kept = kept
        signs, order, gauss, scale = _kept_draw(kept, *ctx.given, x.device)
        padded = functional.pad(x.float(), (0, len(signs) - len(x)))
        return hadamard(hadamard(padded * signs)[order] * gauss)[:size] * scale

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        dimensions, size, _ = ctx.given
        signs, order, gauss, scale = _kept_draw(ctx.kept, *ctx.given, gradient.device)
        padded = functional.pad(gradient.float() * scale, (0, len(signs) - size))
        mixed = hadamard(padded) * gauss
        x = hadamard(torch.zeros_like(mixed).index_copy(0, order, mixed)) * signs
        return x[:dimensions], None, None, None


def _kept_draw(kept: Kept, *given: Any) -> Draw:
    """Drawing takes as long as projecting."""
    return kept.ask(given, lambda: _draw(*given))


def _draw(dimensions: int, size: int, seed: int, device: torch.device) -> Draw:
    """For the next power of two."""
    length = 2 ** math.ceil(math.log2(max(size, dimensions, 2)))
    generator = torch.Generator().manual_seed(seed)
    signs = torch.randint(0, 2, (length,), generator=generator).float() * 2 - 1
    order = torch.randperm(length, generator=generator)
    gauss = torch.randn(length, generator=generator)
    scale = 1 / float(torch.sqrt(length * (gauss**2).sum()) * math.sqrt(size / length))
    return signs.to(device), order.to(device), gauss.to(device), scale


def hadamard(x: Tensor) -> Tensor:
    """The Walsh-Hadamard transform H x of a vector (2^k,), without normalisation, in fp32 whatever autocast says.

    H is a Kronecker product of small ones, so that a few matrix products take the place of k passes over the vector.
    What is left of the length comes first, where it is multiplied with wide rows.
    """
    done = 1
    with torch.autocast(x.device.type, enabled=False):
        for rows in _factors(len(x)):
            matrix = _matrix(rows, x.device)
            # The last factor is multiplied from the right: H is symmetric.
            x = x.view(done, rows) @ matrix if done * rows == x.numel() else matrix @ x.view(done, rows, -1)
            done *= rows
    return x.reshape(-1)


@cache
def _factors(length: int) -> tuple[int, ...]:
    """As many `FACTOR` as a power of two has, after the rest."""
    return (length,) if length <= FACTOR else (*_factors(length // FACTOR), FACTOR)


@cache
def _matrix(rows: int, device: torch.device) -> Tensor:
    matrix = torch.ones(1, 1)
    while len(matrix) < rows:
        matrix = torch.kron(torch.tensor([[1.0, 1.0], [1.0, -1.0]]), matrix)
    return matrix.to(device)
