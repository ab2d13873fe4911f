"""TER over rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from petlab.metrics.ter import shifts
from petlab.metrics.ter.alignment import Reference


class Ter(NamedTuple):
    """What TERCOM prints."""

    edits: int
    words: float  # the sum of the rows' mean reference lengths

    @property
    def score(self) -> float:
        """Edits a reference word."""
        return self.edits / self.words


def corpus(outputs: Sequence[str], references: Sequence[Sequence[str]]) -> Ter:
    """TER of texts that are tokenized already: tokens are what white space divides, lower-cased.

    Args:
        outputs: one text a row, at least one row.
        references: one or more texts a row, none of them empty.
    """
    known: dict[tuple[str, tuple[str, ...]], int] = {}
    total, lengths = 0, []
    for output, golds in zip(outputs, references, strict=True):
        row = (output, tuple(golds))
        tokens = [tuple(gold.lower().split()) for gold in golds]
        if row not in known:
            known[row] = _fewest(tuple(output.lower().split()), tokens)
        total += known[row]
        lengths.append(sum(len(gold) for gold in tokens) / len(tokens))
    return Ter(total, math.fsum(lengths))


def _fewest(words: tuple[str, ...], golds: Sequence[tuple[str, ...]]) -> int:
    """The edits to the reference that needs fewest."""
    if not words:
        return min(len(gold) for gold in golds)
    best = len(words) + max(len(gold) for gold in golds)  # as many as any alignment has
    for reference in map(Reference, golds):
        if shifts.fewest(words, reference) < best:
            best = min(best, shifts.edits(words, reference))
    return best
