"""The pretraining mixture: span corruption of world text, copying and selecting, instruction tasks.

Span corruption follows T5 (Raffel et al. 2020, section 3.1.4): 15 % of the tokens in spans of 3 on average, each
replaced by one sentinel; the target lists the spans after their sentinels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from petlab.data.embedded import instructions, selecting
from petlab.data.embedded.lexicon import FIELDS
from petlab.data.embedded.selecting import Pair
from petlab.data.embedded.world import World

KINDS = ("text", "selecting", "instruction", "writing")
NOISE_DENSITY = 0.15
MEAN_SPAN = 3.0


def text(world: World, field: str | None = None) -> str:
    """A paragraph of one field, of a random one if None."""
    return world.paragraph(field or world.rng.choice(FIELDS), world.rng.randint(2, 6))


@dataclass(frozen=True)
class Shares:
    """How often an item is a paragraph, a selecting task, an instruction task, one of those whose answer is a text.

    They need not add up to 1.
    """

    text: float
    selecting: float
    instruction: float
    writing: float = 0.0


def draw(world: World, shares: Shares) -> str | Pair:
    """One item: a paragraph, or (input, target)."""
    kind = world.rng.choices(KINDS, (shares.text, shares.selecting, shares.instruction, shares.writing))[0]
    if kind == "text":
        return text(world)
    if kind == "writing":
        return instructions.writing(world)
    return selecting.task(world) if kind == "selecting" else instructions.task(world)


def corrupt(tokens: Sequence[int], sentinels: Sequence[int], rng: Random) -> tuple[list[int], list[int]]:
    """Input and target ids of one paragraph, both without the end token.

    Args:
        tokens: ids of the text, at least 4.
        sentinels: ids of the sentinels in order; no more spans than sentinels are made.
        rng: where the spans fall.
    """
    count = max(1, round(len(tokens) * NOISE_DENSITY))
    spans = max(1, min(round(count / MEAN_SPAN + rng.random() * 0.5), count, len(sentinels), len(tokens) - count))
    noise = _partition(count, spans, rng)
    keep = _partition(len(tokens) - count, spans, rng)
    source: list[int] = []
    target: list[int] = []
    at = 0
    for index in range(spans):
        source += [*tokens[at : at + keep[index]], sentinels[index]]
        at += keep[index]
        target += [sentinels[index], *tokens[at : at + noise[index]]]
        at += noise[index]
    return source, target


def _partition(total: int, parts: int, rng: Random) -> list[int]:
    """`total` as a sum of `parts` positive numbers, uniformly."""
    cuts = [0, *sorted(rng.sample(range(1, total), parts - 1)), total]
    return [after - before for before, after in pairwise(cuts)]
