"""Causal models: every task is a prompt and what goes on from it (Hu et al. 2021, section 5.4; Li and Liang 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from petlab.data.spec import GenerationSpec
from petlab.data.tokens import Row
from petlab.training.batching import IGNORED, Batch, mask, padded
from petlab.training.families.decoding import settings
from petlab.training.objective import cross_entropy_sum


@dataclass(frozen=True)
class Causal:
    """Prompt and completion are one text, padded on the right; while generating the prompt alone, on the left.

    Attributes:
        pad: fills up, always behind a mask.
        end: the token that ends a completion.
        show_labels: tell the model where the completion begins, for methods that put tokens there.
    """

    pad: int
    end: int
    show_labels: bool = False

    def length(self, row: Row) -> tuple[int, int]:
        return len(row.source) + len(row.target), len(row.target)

    def asked_length(self, row: Row) -> tuple[int, int]:
        return len(row.source), 0

    def collate(self, rows: Sequence[Row]) -> Batch:
        texts = [(*row.source, *row.target) for row in rows]
        gold = [(*[IGNORED] * len(row.source), *row.target) for row in rows]
        return Batch(padded(texts, self.pad), mask(texts), padded(gold, IGNORED), sum(len(row.target) for row in rows))

    def loss_sum(self, model: Any, batch: Batch, label_smoothing: float = 0.0) -> Tensor:
        """Cross-entropy of the completion's tokens alone, each foretold from all before it."""
        seen = {"labels": batch.labels} if self.show_labels else {}
        logits = model(input_ids=batch.input_ids, attention_mask=batch.attention_mask, use_cache=False, **seen).logits
        foretold, gold = logits[:, :-1], batch.labels[:, 1:]
        learnt = gold != IGNORED
        # Only the places that count go to fp32: a vocabulary wide, they are the largest tensor of a step.
        return cross_entropy_sum(foretold[learnt], gold[learnt], label_smoothing)

    def answers(self, model: Any, tokenizer: Any, rows: Sequence[Row], decoding: GenerationSpec) -> list[str]:
        """What follows each prompt up to the end token, special tokens removed."""
        device = next(model.parameters()).device
        prompts = [row.source for row in rows]
        given = padded(prompts, self.pad, left=True).to(device)
        written = model.generate(
            input_ids=given,
            attention_mask=mask(prompts, left=True).to(device),
            **settings(decoding),
            eos_token_id=self.end,
            pad_token_id=self.pad,
        )
        return [
            str(tokenizer.decode(self._until_end(row), skip_special_tokens=True))
            for row in written[:, given.shape[1] :].cpu()
        ]

    def _until_end(self, row: Tensor) -> Tensor:
        ends = torch.nonzero(row == self.end)
        return row[: int(ends[0])] if len(ends) else row
