"""Copying and looking up in random token sequences: nothing can be memorised, the only way down is to copy."""

from __future__ import annotations

from random import Random

from petlab.pretrain.family import Ids


def sequences(seed: int, step: int, low: int, vocabulary: int, items: int = 64) -> list[tuple[Ids, Ids]]:
    """Pairs of source and target ids without end tokens, longer with every step up to 15 tokens.

    Three kinds: a whole sequence, the value of a key, all values in the order of their keys.

    Args:
        seed: of the recipe.
        step: steps taken; a step's batch is always the same.
        low: first id that is no special token.
        vocabulary: one more than the last id.
        items: pairs.
    """
    rng = Random(seed * 1_000_003 + step)
    longest = 1 + min(14, step // 20)
    marks, keys, words = (range(low, low + 10), range(low + 10, low + 40), range(low + 60, vocabulary))
    pairs: list[tuple[Ids, Ids]] = []
    for _ in range(items):
        length = rng.randint(1, longest)
        if rng.randrange(3) == 0:
            sequence = [rng.choice(words) for _ in range(length)]
            pairs.append(([marks[0], *sequence], sequence))
            continue
        chosen = sorted(rng.sample(keys, max(1, length // 4)))
        values = {key: [rng.choice(words) for _ in range(rng.randint(1, 3))] for key in chosen}
        order = rng.sample(chosen, len(chosen))
        body = [token for key in order for token in (key, marks[1], *values[key], marks[2])]
        if rng.random() < 0.5:
            key = rng.choice(chosen)
            pairs.append(([marks[3], key, marks[4], *body], values[key]))
        else:
            pairs.append(([marks[5], *body], [token for key in chosen for token in (marks[6], key, *values[key])]))
    return pairs
