"""How far a mean score would move with other seeds and other test rows, and Holm's correction of many comparisons.

A two-level bootstrap. Every method is tested on the same rows, so a draw resamples the test rows once for both methods
of a comparison (differences are paired by row), and moves each method's mean over seeds by itself. Seeds are few: with
three of them a resampled spread is a third too small and has no tails, so that move is not resampled but drawn from
Student's t with the seeds' own standard error and S - 1 degrees of freedom. What a seed does to single rows shows in
both levels; its share is taken out of the rows' level, by the residual of the table of seeds x rows.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 10_000
LEVEL = 0.05
_CHUNK = 500  # draws whose row weights are turned into floating point at a time


@dataclass(frozen=True)
class Sample:
    """What one method scored in one place of a table.

    Attributes:
        name: unique in the table; draws of two names are independent where seeds are concerned.
        seeds: the score of each seed: (S,).
        rows: scores by seed and test row: (S, N), rows in the same order for all methods; None where unknown.
    """

    name: str
    seeds: tuple[float, ...]
    rows: Floats | None = None

    @property
    def mean(self) -> float:
        return float(np.mean(self.seeds))

    @property
    def noise(self) -> float:
        """Variance that seeds bring to a row's mean over seeds: the mean square of the residual over S."""
        if self.rows is None or min(self.rows.shape) < 2:
            return 0.0
        residual = self.rows - self.rows.mean(0) - self.rows.mean(1, keepdims=True) + self.rows.mean()
        seeds, rows = self.rows.shape
        return float(np.square(residual).sum() / ((seeds - 1) * (rows - 1) * seeds))


class Bootstrap:
    """Draws that are the same for the same arguments, whatever else was asked for before.

    Args:
        draws: how many.
        seed: of the random numbers.
    """

    def __init__(self, draws: int = DRAWS, seed: int = 0) -> None:
        self.draws = draws
        self.seed = seed
        self._weights: dict[int, NDArray[np.uint8]] = {}
        self._seeds: dict[tuple[str, tuple[float, ...]], Floats] = {}  # a row is compared with every other one

    def moves(self, sample: Sample, other: Sample | None = None) -> Floats:
        """Draws of a mean (of a difference of two means, with `other`), minus what it is: (draws,).

        One seed tells nothing of others and adds no spread. Rows count where both samples have them.
        """
        moves = self._over_seeds(sample)
        if other is not None:
            moves = moves - self._over_seeds(other)
        if sample.rows is not None and (other is None or other.rows is not None):
            rows = sample.rows.mean(0)
            noise = sample.noise
            if other is not None and other.rows is not None:
                rows = rows - other.rows.mean(0)
                noise += other.noise
            spread = float(rows.var(ddof=1)) if len(rows) > 1 else 0.0
            if spread > noise:
                moves = moves + (1 - noise / spread) ** 0.5 * self._over_rows(rows)
        return moves

    def _over_seeds(self, sample: Sample) -> Floats:
        count = len(sample.seeds)
        if count < 2:
            return np.zeros(self.draws)
        known = (sample.name, sample.seeds)
        if known not in self._seeds:
            error = float(np.std(sample.seeds, ddof=1)) / count**0.5
            random = np.random.default_rng([self.seed, zlib.crc32(sample.name.encode())])
            self._seeds[known] = np.asarray(error * random.standard_t(count - 1, self.draws))
        return self._seeds[known]

    def _over_rows(self, rows: Floats) -> Floats:
        """The mean of the resampled rows, minus their mean, for each draw."""
        weights = self._drawn(len(rows))
        parts = [weights[at : at + _CHUNK].astype(np.float64) @ rows for at in range(0, self.draws, _CHUNK)]
        return np.asarray(np.concatenate(parts) / len(rows) - rows.mean())

    def _drawn(self, count: int) -> NDArray[np.uint8]:
        """How often each of `count` rows is drawn: (draws, count)."""
        if count not in self._weights:
            random = np.random.default_rng([self.seed, count])
            drawn = np.empty((self.draws, count), np.uint8)
            for at in range(0, self.draws, _CHUNK):
                size = min(_CHUNK, self.draws - at)
                drawn[at : at + size] = random.multinomial(count, np.full(count, 1 / count), size)
            self._weights[count] = drawn
        return self._weights[count]


def p_value(difference: float, moves: Floats) -> float:
    """How often draws move a difference of zero at least as far as the one that was seen, either way."""
    return float((1 + np.count_nonzero(np.abs(moves) >= abs(difference))) / (1 + len(moves)))


def interval(value: float, moves: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Bounds that leave out `level` of the draws, half on each side."""
    low, high = np.quantile(moves, [level / 2, 1 - level / 2])
    return value + float(low), value + float(high)


def holm(p_values: Sequence[float]) -> list[float]:
    """P values corrected for their number by Holm's step-down method, in the order given."""
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=lambda at: p_values[at])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[at]))
        corrected[at] = highest
    return corrected
