"""Early stopping on validation loss, or on a score with its sign turned."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass
class EarlyStopping:
    """Stop when `patience` evaluations in a row did not lower the best loss by more than `min_delta`.

    The evaluation before the first step is no candidate: epochs count from 1, as in Pu et al. 2023, table 4.
    """

    patience: int
    min_delta: float = 0.0
    best: float = field(default=math.inf, init=False)
    since_best: int = field(default=0, init=False)

    def update(self, loss: float) -> bool:
        """Take one evaluation; True when it is the best so far (its tensors should be kept)."""
        if loss < self.best - self.min_delta:
            self.best, self.since_best = loss, 0
            return True
        self.since_best += 1
        return False

    @property
    def stop(self) -> bool:
        return self.since_best >= self.patience
