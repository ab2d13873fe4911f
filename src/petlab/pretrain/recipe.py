"""How the embedded bases are made: size, mixtures, optimisers, schedule, budget. docs/pretraining.md tells why."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import nn

from petlab.data.embedded import cloze
from petlab.data.embedded.corpus import Shares
from petlab.models.widths import Size


@dataclass(frozen=True)
class Stage:
    """A part of pretraining.

    Attributes:
        until: share of the budget at which it ends.
        shares: its mixture.
        items: mixture items generated; the order repeats after them.
        vector_rate: AdamW's learning rate, for embeddings, norms, biases and position biases.
    """

    until: float
    shares: Shares | cloze.Shares
    items: int
    vector_rate: float


@dataclass(frozen=True)
class Budget:
    """How long to train: minutes of steps or tokens without padding, one of the two."""

    minutes: float | None = None
    tokens: float | None = None

    def used(self, seconds: float, tokens: int) -> float:
        """Share of the budget used, from 0; 1 and more: used up."""
        if self.minutes is not None:
            return seconds / (self.minutes * 60)
        return tokens / (self.tokens or 1)

    def __str__(self) -> str:
        return f"{self.minutes:.0f} min" if self.minutes is not None else f"{(self.tokens or 0) / 1e6:.2f} M tokens"


@dataclass(frozen=True)
class Recipe:
    """One way to pretrain.

    Attributes:
        family: `seq2seq`, `encoder` or `causal`.
        stages: mixtures, one after the other.
        budget: used where none is given on the command line.
        width, layers, heads: of the model, of each stack of an encoder-decoder.
        inner: width of the feed-forward networks.
        seed: of everything random.
        vocabulary: entries of the tokenizer.
        tokenizer_items: mixture items the tokenizer is trained on.
        copy_steps: steps on random token sequences before the mixture.
        batch_tokens: padded input and target tokens of a batch.
        max_source, max_target: longer items are cut, in tokens.
        matrix_rate: Muon's learning rate, for the hidden matrices.
        weight_decay: Muon's.
        warmup_steps: linear warm-up.
        decay_from: share of the budget after which the rate falls linearly to zero.
        clip: largest gradient norm.
    """

    family: str
    stages: tuple[Stage, ...]
    budget: Budget
    width: int
    layers: int
    heads: int
    inner: int
    seed: int = 2023
    vocabulary: int = 4096
    tokenizer_items: int = 60_000
    copy_steps: int = 300
    batch_tokens: int = 5_000
    max_source: int = 160
    max_target: int = 96
    matrix_rate: float = 0.005
    weight_decay: float = 0.05
    warmup_steps: int = 100
    decay_from: float = 0.6
    clip: float = 1.0


RECIPES = {
    "nano_t5": Recipe(
        family="seq2seq",
        stages=(
            Stage(0.38, Shares(text=0.28, selecting=0.25, instruction=0.47), 420_000, 3e-3),
            Stage(1.0, Shares(text=0.20, selecting=0.12, instruction=0.68), 420_000, 1e-2),
        ),
        budget=Budget(tokens=22e6),
        width=160,
        layers=4,
        heads=6,
        inner=448,
    ),
    "nano_roberta": Recipe(
        family="encoder",
        stages=(
            Stage(0.709, cloze.Shares(text=0.32, judgement=0.28, inference=0.28, rewriting=0.12), 160_000, 3e-3),
            Stage(1.0, cloze.Shares(text=0.13, judgement=0.47, inference=0.33, rewriting=0.07), 90_000, 3e-3),
        ),
        budget=Budget(tokens=3.8e6),
        width=192,
        layers=4,
        heads=6,
        inner=768,
        max_source=192,
        copy_steps=100,
        batch_tokens=3_000,
        decay_from=0.695,
    ),
    "nano_gpt2": Recipe(
        family="causal",
        stages=(Stage(1.0, Shares(0.25, 0.25, 0.20, writing=0.30), 220_000, 3e-3),),
        budget=Budget(tokens=5.2e6),
        width=192,
        layers=4,
        heads=6,
        inner=768,
        max_source=192,
        max_target=128,
        decay_from=0.88,
    ),
}


def at_width(recipe: Recipe, width: int) -> Recipe:
    """The same recipe at another width; heads and feed-forward follow."""
    size = Size(recipe.width, recipe.heads, recipe.inner).at(width)
    return replace(recipe, width=size.width, heads=size.heads, inner=size.inner)


def optimisers(model: nn.Module, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon (Jordan 2024) for the hidden matrices, AdamW for embeddings, norms, biases and position biases."""
    tables = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    matrices: list[torch.Tensor] = []
    others: list[torch.Tensor] = []
    for tensor in model.parameters():
        (matrices if tensor.ndim == 2 and id(tensor) not in tables else others).append(tensor)
    return [
        torch.optim.Muon(matrices, lr=recipe.matrix_rate, weight_decay=recipe.weight_decay),
        torch.optim.AdamW(others, lr=recipe.stages[0].vector_rate, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def rate(recipe: Recipe, step: int, progress: float) -> float:
    """Factor on the learning rates: warm-up, constant, then linearly to zero.

    Args:
        step: steps taken.
        progress: share of the budget used, 0 to 1.
    """
    warm = min(1.0, (step + 1) / recipe.warmup_steps)
    cool = min(1.0, max(0.0, (1.0 - progress) / (1.0 - recipe.decay_from)))
    return warm * cool


def stage_at(recipe: Recipe, progress: float) -> int:
    """Number of the stage at a share of the budget."""
    ahead = [number for number, stage in enumerate(recipe.stages) if progress < stage.until]
    return ahead[0] if ahead else len(recipe.stages) - 1


def describe(recipe: Recipe) -> dict[str, Any]:
    """The recipe's numbers, to be stored beside a checkpoint."""
    return asdict(recipe)
