"""Intrinsic-dimension tuning: every weight moves, but only in a random subspace of few dimensions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from petlab.attachment import Attachment, Draws, Technique, Words
from petlab.attachment.fastfood import Kept, fastfood
from petlab.attachment.kept import Fold
from petlab.errors import UserError

ROOM = 2**28  # bytes that may be kept of draws, and as many of moved weights


@dataclass(frozen=True)
class Intrinsic(Technique):
    """W_i ← W_i + s_i · P_i(θ) for every tensor W_i of the base, in one of two structures.

    `said`, structure-aware, Aghajanyan et al. 2021 (arXiv 2012.13255), section 3: s_i = λ_{b(i)}, one trained λ for
    each of m groups, θ (dimension − m,); a group is a block, or all that lies outside the blocks.
    `plain`, Li et al. 2018 (arXiv 1804.08838), section 2 (the other's DID): one projection of θ (dimension,) for all D
    weights together, whose columns have length one in expectation: s_i = √(n_i / D) for the n_i weights of W_i.

    P_i is the Fastfood projection to the size of W_i (as long as θ, in expectation), made from a seed whenever it is
    needed, a matrix at a time, in the backward pass too: the extra memory is that of the largest tensor, and at most
    512 MiB of draws and, while nothing is trained, of moved weights that are kept. Blocks of rows drawn one by one are
    one random projection. θ starts at zero and λ at one, so the output at attach is the base's. A task keeps θ, λ and
    the seed.

    Parameters: dimension.
    """

    version: ClassVar[int] = 1
    later: ClassVar[Mapping[str, object]] = {"structure": "said"}

    dimension: int = 20_000
    structure: Literal["said", "plain"] = "said"

    def put(self, attachment: Attachment, draws: Draws, words: Words | None) -> None:
        """θ, and λ with `said`. Raises UserError where `dimension` leaves θ nothing."""
        del words
        sites, model = attachment.sites, attachment.model
        groups = len(sites.blocks) + 1 if self.structure == "said" else 0
        if self.dimension <= groups:
            raise UserError(f"method.dimension: {self.dimension} given, {sites.model_type} needs more than {groups}")
        device = next(model.parameters()).device
        theta = attachment.new("intrinsic.theta", torch.zeros(self.dimension - groups, device=device))
        scales = attachment.new("intrinsic.scales", torch.ones(groups, device=device)) if groups else None
        heads = {name.rpartition(".")[0] for name in sites.task_head}
        size = sum(p.numel() for name, p in model.named_parameters() if name.rpartition(".")[0] not in heads)
        subspace = Subspace(theta, scales, int(draws.integers(2**31, 1)[0]), size)
        attachment.fold(Fold((), subspace.export, subspace.load))
        blocks = {f"{block.path}.": number for number, block in enumerate(sites.blocks)}
        tied = {id(parameter): number for number, parameter in enumerate(model.parameters())}
        for path, module in model.named_modules():
            if path in heads:
                continue
            own = {name: p for name, p in module.named_parameters(recurse=False)}
            group = next((number for prefix, number in blocks.items() if path.startswith(prefix)), groups - 1)
            if own:
                moved = {name: (p, tied[id(p)]) for name, p in own.items()}
                # DeBERTa's encoder reads this table without calling the module that holds it.
                reader = model.get_submodule(path.rpartition(".")[0]) if path.endswith("rel_embeddings") else module
                attachment.weave(reader, _moved(module, moved, subspace, group, leaf=reader is module))


@dataclass(eq=False)
class Subspace:
    """θ, λ (None: one projection for all weights), the seed of all projections, and how many weights they move."""

    theta: nn.Parameter
    scales: nn.Parameter | None
    seed: int
    size: int
    draws: Kept = field(default_factory=lambda: Kept(ROOM))
    still: Kept = field(default_factory=lambda: Kept(ROOM))
    at: tuple[Any, ...] | None = None  # where θ, λ and the seed stood when `still` was begun; None: it is empty

    def moved(self, parameter: Tensor, number: int, group: int) -> Tensor:
        """The moved weights. While nothing is trained they stay as they are, and are computed once."""
        both = (one for one in (self.theta, self.scales) if one is not None)
        now = None if torch.is_grad_enabled() else (self.seed, *((one.data_ptr(), one._version) for one in both))
        if self.at != now:
            self.still, self.at = Kept(ROOM), now
        if now is None:
            return parameter + self.step(parameter, number, group)
        (moved,) = self.still.ask(number, lambda: (parameter + self.step(parameter, number, group),))
        return moved

    def step(self, parameter: Tensor, number: int, group: int) -> Tensor:
        """s · P(θ) in the shape of a parameter, which has a number of its own."""
        flat = fastfood(self.theta, parameter.numel(), self.seed + number, self.draws)
        scale = math.sqrt(parameter.numel() / self.size) if self.scales is None else self.scales[group]
        return (scale * flat).view(parameter.shape).to(parameter.dtype)

    def export(self) -> dict[str, Tensor]:
        """The seed, since the projections are not kept."""
        return {"intrinsic.seed": torch.tensor([self.seed])}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Project as the kept tensors were projected. Raises UserError where the seed is missing."""
        if "intrinsic.seed" not in state:
            raise UserError("intrinsic: the kept tensors have no seed of their projection")
        self.seed = int(state["intrinsic.seed"])


def _moved(
    module: nn.Module, parameters: Mapping[str, tuple[nn.Parameter, int]], subspace: Subspace, group: int, *, leaf: bool
) -> Any:
    """Let the module compute with moved parameters; a leaf makes them again in the backward pass."""

    def around(inner: Any, *args: Any, **kwargs: Any) -> Any:
        def run(*given: Any, **named: Any) -> Any:
            # An instance attribute is found before the registered parameter.
            for name, (parameter, number) in parameters.items():
                module.__dict__[name] = subspace.moved(parameter, number, group)
            try:
                return inner(*given, **named)
            finally:
                for name in parameters:
                    module.__dict__.pop(name, None)

        if leaf and torch.is_grad_enabled():
            return checkpoint(run, *args, use_reentrant=False, preserve_rng_state=False, **kwargs)
        return run(*args, **kwargs)

    return around
