"""Encoders with a new head on top: a class of the text or of a pair, or a score (Devlin et al. 2019, section 4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from petlab.data.spec import GenerationSpec
from petlab.data.tokens import Row
from petlab.training.batching import Batch, mask, padded, source_and_target
from petlab.training.objective import cross_entropy_sum


@dataclass(frozen=True)
class Encoder:
    """The head gives a logit a label, or one number where there are no labels: the score itself."""

    pad: int
    labels: tuple[str, ...]

    def length(self, row: Row) -> tuple[int, int]:
        return source_and_target(row)

    def asked_length(self, row: Row) -> tuple[int, int]:
        return source_and_target(row)

    def collate(self, rows: Sequence[Row]) -> Batch:
        sources = [row.source for row in rows]
        gold = torch.tensor([row.target[0] for row in rows], dtype=torch.long if self.labels else torch.float32)
        kinds = padded([row.segments for row in rows], 0) if rows[0].segments else None
        return Batch(padded(sources, self.pad), mask(sources), gold, len(rows), kinds)

    def loss_sum(self, model: Any, batch: Batch, label_smoothing: float = 0.0) -> Tensor:
        """Cross-entropy of the gold label in nats, or the squared distance to the gold score, summed over rows."""
        logits = self._logits(model, batch)
        if self.labels:
            return cross_entropy_sum(logits, batch.labels, label_smoothing)
        return functional.mse_loss(logits[:, 0].float(), batch.labels, reduction="sum")

    def answers(self, model: Any, tokenizer: Any, rows: Sequence[Row], decoding: GenerationSpec) -> list[str]:
        """The word of the largest logit, or the number with the nine digits that fp32 holds."""
        del tokenizer, decoding
        logits = self._logits(model, self.collate(rows).to(next(model.parameters()).device)).float()
        if self.labels:
            return [self.labels[int(best)] for best in logits.argmax(1)]
        return [f"{float(score):.9g}" for score in logits[:, 0]]

    def _logits(self, model: Any, batch: Batch) -> Tensor:
        kinds = {} if batch.token_type_ids is None else {"token_type_ids": batch.token_type_ids}
        logits: Tensor = model(input_ids=batch.input_ids, attention_mask=batch.attention_mask, **kinds).logits
        return logits
