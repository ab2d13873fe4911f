"""Data sets generated at run time from a seed: the synthetic English world.

`generate("topics", seed)` gives the rows of `embedded/topics`. Rows are the same on every machine and Python version.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from random import Random

from petlab.data.embedded import acceptability, dialogues, entailment, restaurants, topics
from petlab.data.embedded.cache import Splits, kept
from petlab.data.example import Example
from petlab.errors import choices

Rows = Callable[[str, int, Random], list[Example]]
SETS: dict[str, Rows] = {
    "topics": topics.rows,
    "acceptability": acceptability.rows,
    "restaurants": restaurants.rows,
    "dialogues": dialogues.rows,
    "entailment": entailment.rows,
}
TRAIN_ROWS = 13_000
TEST_ROWS = 2_600


@functools.lru_cache(maxsize=5)  # every set of one seed, some 15,000 short rows each
def generate(name: str, seed: int) -> Splits:
    """All rows of a set: `train` (validation is drawn from it) and `test`.

    Raises:
        UserError: no set of this name.
    """
    if name not in SETS:
        raise choices("embedded data set", name, SETS)
    return kept(name, seed, lambda: made(name, seed))


def made(name: str, seed: int) -> Splits:
    """The rows of a set, generated anew."""
    order = list(SETS).index(name)
    make = SETS[name]
    return {
        split: tuple(make(split, count, Random(seed * 1_000 + order * 10 + part)))
        for part, (split, count) in enumerate((("train", TRAIN_ROWS), ("test", TEST_ROWS)))
    }
