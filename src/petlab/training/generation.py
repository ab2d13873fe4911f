"""Answers of the tuned model for scoring, in the order of the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from petlab.data.spec import GenerationSpec
from petlab.data.tokens import Row
from petlab.training.batching import evaluation_batches, tokens_at_once
from petlab.training.families import Family
from petlab.training.objective import autocast


def generate(
    model: Any,
    tokenizer: Any,
    rows: Sequence[Row],
    family: Family,
    *,
    batch: int,
    precision: str,
    decoding: GenerationSpec,
    watch: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Let the model answer every row (greedy with one beam), batches sorted by length so that little is padded.

    Args:
        batch: rows answered together, divided by the number of beams.
        precision: of the passes on an accelerator. A CPU answers in fp32: autocast would cast every weight for every
            token.
        watch: called with (rows done, rows in all) after each batch.

    Returns:
        One text a row, outer white space stripped.
    """
    model.eval()
    device = next(model.parameters()).device
    texts = [""] * len(rows)
    done = 0
    tokens = tokens_at_once(device, "answers")
    with torch.inference_mode(), autocast(device, "fp32" if device.type == "cpu" else precision):
        for numbers in evaluation_batches(rows, max(1, batch // decoding.beams), family.asked_length, tokens):
            answers = family.answers(model, tokenizer, [rows[number] for number in numbers], decoding)
            for number, text in zip(numbers, answers, strict=True):
                texts[number] = text.strip()
            done += len(numbers)
            if watch:
                watch(done, len(rows))
    return texts
