"""How each family of models reads a batch, is taught by it, and answers: one file a family.

The loop, validation and testing speak to a `Family` and know nothing of token positions, heads or padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from torch import Tensor

from petlab.attachment import Attachment
from petlab.data.spec import DatasetSpec, GenerationSpec
from petlab.data.tokens import Row
from petlab.training.batching import Batch
from petlab.training.families.causal import Causal
from petlab.training.families.encoder import Encoder
from petlab.training.families.seq2seq import Seq2Seq

__all__ = ["VERSIONS", "Causal", "Encoder", "Family", "Seq2Seq", "family_of"]

# Raised when a family's results change; part of the run id. Text to text is under the loop's own version.
VERSIONS = {"causal": 1, "encoder": 1}


class Family(Protocol):
    """What training and testing ask of a family."""

    def length(self, row: Row) -> tuple[int, int]:
        """What rows are sorted by when batches are made for training and validation."""
        ...

    def asked_length(self, row: Row) -> tuple[int, int]:
        """The same when the gold output is not part of the input: while answering."""
        ...

    def collate(self, rows: Sequence[Row]) -> Batch:
        """Pad rows to the longest of them."""
        ...

    def loss_sum(self, model: Any, batch: Batch, label_smoothing: float = 0.0) -> Tensor:
        """The training loss summed over the batch's gold tokens or rows, a scalar."""
        ...

    def answers(self, model: Any, tokenizer: Any, rows: Sequence[Row], decoding: GenerationSpec) -> list[str]:
        """What the model answers to each row of one batch: a text, a label word, or a number as text."""
        ...


def family_of(name: str, dataset: DatasetSpec, tokenizer: Any, attachment: Attachment) -> Family:
    """The family of a model, set up for a data set and what is attached."""
    pad = pad_token(tokenizer)
    if name == "encoder":
        return Encoder(pad, dataset.labels)
    if name == "causal":
        return Causal(pad, tokenizer.eos_token_id, attachment.reads_labels)
    return Seq2Seq(pad)


def pad_token(tokenizer: Any) -> int:
    """The id that batches are filled up with; GPT-2 has none and takes its end token, behind an explicit mask."""
    pad = tokenizer.pad_token_id
    return int(tokenizer.eos_token_id if pad is None else pad)
