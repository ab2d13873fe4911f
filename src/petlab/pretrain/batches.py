"""Pretraining batches: the mixture tokenised once into flat arrays on disk, then grouped by length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from transformers import PreTrainedTokenizerFast

from petlab.data.embedded.world import World
from petlab.pretrain.family import Batch, Family, Ids, Lengths
from petlab.pretrain.recipe import Recipe

POOL = 4_096  # items sorted by length together
CHUNK = 4_000  # items tokenised together

Flat = npt.NDArray[np.uint16]
Offsets = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Items:
    """Tokenised items of two parts: ids one after the other, and where each begins (one more offset than items)."""

    sources: Flat
    source_at: Offsets
    targets: Flat
    target_at: Offsets

    def __len__(self) -> int:
        return len(self.source_at) - 1

    @property
    def tokens(self) -> int:
        """Tokens of all items."""
        return len(self.sources) + len(self.targets)

    def pair(self, index: int) -> tuple[list[int], list[int]]:
        """Both parts of one item."""
        return (
            self.sources[self.source_at[index] : self.source_at[index + 1]].tolist(),
            self.targets[self.target_at[index] : self.target_at[index + 1]].tolist(),
        )


def load_or_make(
    recipe: Recipe,
    family: Family,
    stage: int,
    tokenizer: PreTrainedTokenizerFast,
    folder: Path,
    say: Callable[[str], None],
) -> Items:
    """The items of a stage, from `folder` if they were made before.

    Delete the folder after a change of the world: it is not part of the file's key.
    """
    made_of = (stage, recipe.family, recipe.stages[stage], recipe.seed, recipe.max_source, recipe.max_target)
    key = sha256(f"{made_of}{tokenizer.backend_tokenizer.to_str()}".encode()).hexdigest()[:16]
    path = folder / f"items-{key}.npz"
    if path.is_file():
        with np.load(path) as stored:
            return Items(*(stored[name] for name in ("sources", "source_at", "targets", "target_at")))
    items = make(recipe, family, stage, tokenizer, say)
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez(part, sources=items.sources, source_at=items.source_at, targets=items.targets, target_at=items.target_at)
    part.replace(path)
    return items


def make(
    recipe: Recipe, family: Family, stage: int, tokenizer: PreTrainedTokenizerFast, say: Callable[[str], None]
) -> Items:
    """Generate and tokenise the mixture of a stage."""
    count = recipe.stages[stage].items
    world = World(Random(recipe.seed + 1 + stage))
    sources: list[Flat] = []
    targets: list[Flat] = []
    for begin in range(0, count, CHUNK):
        chunk = min(CHUNK, count - begin)
        for source, target in family.items(recipe.stages[stage], chunk, world, tokenizer, recipe):
            sources.append(np.array(source, dtype=np.uint16))
            targets.append(np.array(target, dtype=np.uint16))
        if begin % (CHUNK * 20) == 0:
            say(f"text: {begin + chunk} of {count} items")
    return Items(*_flat(sources), *_flat(targets))


def _flat(rows: list[Flat]) -> tuple[Flat, Offsets]:
    return np.concatenate(rows), np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64)


def plan(lengths: Lengths, recipe: Recipe, epoch: int) -> list[npt.NDArray[np.int64]]:
    """Item numbers of each batch of an epoch: similar lengths together, batches in random order.

    Args:
        lengths: (items, parts), what is padded together; the last part is sorted by first.
        recipe: `batch_tokens` and the seed.
        epoch: another order each.
    """
    rng = np.random.default_rng([recipe.seed, epoch])
    order = rng.permutation(len(lengths))
    batches: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(order), POOL):
        pool = order[start : start + POOL]
        pool = pool[np.lexsort((lengths[pool, 0], lengths[pool, -1] // 6))]
        first = 0
        longest = np.zeros(lengths.shape[1], dtype=np.int64)
        for at, item in enumerate(pool):
            grown = np.maximum(longest, lengths[item])
            if at > first and int(grown.sum()) * (at - first + 1) > recipe.batch_tokens:
                batches.append(pool[first:at])
                first = at
                grown = lengths[item]
            longest = grown
        batches.append(pool[first:])
    return [batches[number] for number in rng.permutation(len(batches))]


def collate(family: Family, items: Items, chosen: npt.NDArray[np.int64]) -> Batch:
    """A batch of the items with these numbers."""
    pairs: list[tuple[Ids, Ids]] = [items.pair(int(index)) for index in chosen]
    return family.collate(pairs)
