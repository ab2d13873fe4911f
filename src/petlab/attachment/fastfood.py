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
Draw = tuple[Tensor, Tensor, Tensor]  # B as signs, Π as an order, G as its diagonal with the scale
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
        signs, order, gauss = _kept_draw(kept, *ctx.given, x.device)
        mixed = hadamard(x.float() * signs, _power(len(x)))
        return hadamard(mixed.index_select(0, order) * gauss, len(order), size)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        dimensions, _, _ = ctx.given
        signs, order, gauss = _kept_draw(ctx.kept, *ctx.given, gradient.device)
        mixed = hadamard(gradient.float(), len(order)) * gauss
        together = mixed.new_zeros(_power(dimensions)).index_add(0, order, mixed)
        return hadamard(together, len(together), dimensions) * signs, None, None, None


def _kept_draw(kept: Kept, *given: Any) -> Draw:
    """Drawing takes as long as projecting."""
    return kept.ask(given, lambda: _draw(*given))


def _draw(dimensions: int, size: int, seed: int, device: torch.device) -> Draw:
    """For the next power of two.

    H of a few numbers and many zeros is H of the few, again and again: the order says where in that they are.
    """
    length = _power(max(size, dimensions))
    generator = torch.Generator().manual_seed(seed)
    signs = torch.randint(0, 2, (length,), generator=generator).float() * 2 - 1
    order = torch.randperm(length, generator=generator) % _power(dimensions)
    gauss = torch.randn(length, generator=generator)
    scale = 1 / float(torch.sqrt(length * (gauss**2).sum()) * math.sqrt(size / length))
    return signs[:dimensions].clone().to(device), order.int().to(device), (gauss * scale).to(device)


def _power(size: int) -> int:
    """The next power of two."""
    return 1 << max(size - 1, 1).bit_length()


def hadamard(x: Tensor, length: int | None = None, size: int | None = None) -> Tensor:
    """The first `size` entries of H (x, 0, ..., 0), the Walsh-Hadamard transform of a vector with `length` entries.

    In fp32 whatever autocast says, without normalisation.

    Args:
        x: (n,), n ≤ length.
        length: a power of two; default n.
        size: default all.
    """
    length = length or len(x)
    with torch.autocast(x.device.type, enabled=False):
        return _rows(x[None], length, size or length)[0]


def _rows(x: Tensor, length: int, size: int) -> Tensor:
    """As `hadamard`, for each row of a matrix (rows, n).

    H is a Kronecker product of small ones: a few matrix products take the place of log2(length) passes. The blocks of a
    vector that are all zeros, or that nobody asks for, are left out of each.
    """
    factor = _factor(length)
    block = length // factor
    given, asked = math.ceil(x.shape[1] / block), math.ceil(size / block)
    matrix = _matrix(factor, x.device)[:asked, :given]
    if block == 1:
        return x @ matrix.T
    within = size if asked == 1 else block
    x = functional.pad(x, (0, given * block - x.shape[1])).view(-1, given, block)
    if asked < given:  # whichever leaves less to the other
        x = _rows((matrix @ x).view(-1, block), block, within)
    else:
        x = matrix @ _rows(x.view(-1, block), block, within).view(-1, given, within)
    return x.reshape(-1, asked * within)[:, :size]


def _factor(length: int) -> int:
    """The part of a power of two beside factors of `FACTOR`: it comes first, where it is multiplied with wide rows."""
    while length > FACTOR:
        length //= FACTOR
    return length


@cache
def _matrix(rows: int, device: torch.device) -> Tensor:
    matrix = torch.ones(1, 1)
    while len(matrix) < rows:
        matrix = torch.kron(torch.tensor([[1.0, 1.0], [1.0, -1.0]]), matrix)
    return matrix.to(device)
