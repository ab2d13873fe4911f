"""Encoder-decoder models, text to text: every task is an input text and an output text (Raffel et al. 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from petlab.data.spec import GenerationSpec
from petlab.data.tokens import Row
from petlab.training.batching import IGNORED, Batch, mask, padded, source_and_target
from petlab.training.families.decoding import settings
from petlab.training.objective import cross_entropy_sum


@dataclass(frozen=True)
class Seq2Seq:
    """Sources go into the encoder, targets into the decoder, each padded on the right."""

    pad: int

    def length(self, row: Row) -> tuple[int, int]:
        return source_and_target(row)

    def asked_length(self, row: Row) -> tuple[int, int]:
        return source_and_target(row)

    def collate(self, rows: Sequence[Row]) -> Batch:
        sources, targets = [row.source for row in rows], [row.target for row in rows]
        return Batch(
            padded(sources, self.pad), mask(sources), padded(targets, IGNORED), sum(len(target) for target in targets)
        )

    def loss_sum(self, model: Any, batch: Batch, label_smoothing: float = 0.0) -> Tensor:
        """Cross-entropy of the gold tokens, each read after the gold ones before it."""
        decoder_input = model.prepare_decoder_input_ids_from_labels(labels=batch.labels)
        logits = model(
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            decoder_input_ids=decoder_input,
            use_cache=False,
        ).logits
        return cross_entropy_sum(logits.float().flatten(0, 1), batch.labels.flatten(), label_smoothing)

    def answers(self, model: Any, tokenizer: Any, rows: Sequence[Row], decoding: GenerationSpec) -> list[str]:
        """The texts that the decoder writes, special tokens removed."""
        batch = self.collate(rows).to(next(model.parameters()).device)
        written = model.generate(
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            **settings(decoding),
        )
        return list(tokenizer.batch_decode(written, skip_special_tokens=True))
