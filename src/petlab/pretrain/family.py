"""What differs between the families of base models while pretraining; the loop knows nothing else of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import GenerationConfig, PreTrainedConfig, PreTrainedTokenizerFast

from petlab.data.embedded.world import World

if TYPE_CHECKING:
    from petlab.pretrain.batches import Items
    from petlab.pretrain.recipe import Recipe, Stage

IGNORED = -100  # label of a token that is not learnt
Batch = Mapping[str, Tensor]
Ids = Sequence[int]
Lengths = npt.NDArray[np.int64]
S = TypeVar("S")


class Family(ABC):
    """One family.

    Attributes:
        specials: the tokenizer's special tokens in the order of their ids, from 0.
        last: special tokens with the last ids.
    """

    specials: tuple[str, ...]
    last: tuple[str, ...] = ()

    @abstractmethod
    def tokenizer_keys(self) -> dict[str, Any]:
        """Which special token is what, as `PreTrainedTokenizerFast` takes it."""

    @abstractmethod
    def layout(self) -> tuple[str, str]:
        """How the tokenizer puts special tokens around one text and a pair."""

    @abstractmethod
    def build(self, recipe: Recipe) -> Any:
        """The model at its start values, drawn from the recipe's seed."""

    @abstractmethod
    def items(
        self, stage: Stage, count: int, world: World, words: PreTrainedTokenizerFast, recipe: Recipe
    ) -> Iterator[tuple[Ids, Ids]]:
        """`count` tokenised items of a stage's mixture: two sequences of ids each, what they mean is the family's."""

    @abstractmethod
    def lengths(self, items: Items) -> Lengths:
        """(items, parts): tokens of what is padded together. A batch holds the sum of its longest parts an item."""

    @abstractmethod
    def collate(self, pairs: Iterable[tuple[Ids, Ids]]) -> Batch:
        """A batch of items, padded; `labels` among it."""

    @abstractmethod
    def loss(self, model: Any, batch: Batch) -> Tensor:
        """Mean loss in nats a learnt token."""

    @abstractmethod
    def seen(self, batch: Batch) -> int:
        """Tokens of a batch without padding."""

    @abstractmethod
    def copying(self, recipe: Recipe, step: int) -> Batch:
        """A batch of random copying, for recipes that begin with it."""

    def generation(self, config: PreTrainedConfig) -> GenerationConfig | None:
        """How the finished model decodes where nothing else is said; None: it does not write."""
        del config
        return None


def mixture(stage: Stage, kind: type[S]) -> S:
    """A stage's shares, of the kind that the family draws from. Raises TypeError for a recipe that mixes them up."""
    if not isinstance(stage.shares, kind):
        raise TypeError(f"a stage of {type(stage.shares).__module__}; {kind.__module__} is needed")
    return stage.shares


def padded(rows: Sequence[Ids], value: int) -> Tensor:
    """Rows of ids as one tensor (rows, longest), filled up on the right."""
    made = np.full((len(rows), max(len(row) for row in rows)), value, dtype=np.int64)
    for index, row in enumerate(rows):
        made[index, : len(row)] = row
    return torch.from_numpy(made)
