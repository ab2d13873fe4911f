"""One forward pass over full batches, timed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from petlab.models import Family


def inputs(model: Any, family: Family, batch: int, length: int) -> dict[str, Tensor]:
    """Random token ids (batch, length) without padding, as the family's forward pass takes them.

    An encoder-decoder reads the text in its encoder and computes the first token of its answer.
    """
    generator = torch.Generator().manual_seed(0)
    config, device = model.config, next(model.parameters()).device
    ids = torch.randint(int(config.vocab_size), (batch, length), generator=generator)
    if (pad := config.pad_token_id) is not None:
        ids[ids == pad] = (pad + 1) % config.vocab_size  # RoBERTa counts positions by what is not padding
    given = {"input_ids": ids.to(device), "attention_mask": torch.ones_like(ids).to(device)}
    if family == "seq2seq":
        given["decoder_input_ids"] = torch.full((batch, 1), config.decoder_start_token_id, device=device)
    return given


@torch.inference_mode()
def seconds(model: Any, family: Family, given: Mapping[str, Tensor], calls: int) -> float:
    """Seconds of one forward pass, the mean of `calls` of them."""
    device = given["input_ids"].device
    cache = {} if family == "encoder" else {"use_cache": False}
    _wait(device)
    started = time.perf_counter()
    for _ in range(calls):
        model(**given, **cache)
    _wait(device)
    return (time.perf_counter() - started) / calls


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
