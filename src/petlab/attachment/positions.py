"""Moving the text's positions, as a cache that is filled with a prefix would."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from petlab.attachment.attachment import Attachment
from petlab.errors import UserError

# Why positions cannot be moved, by architecture.
FIXED = {
    "t5": "its positions are relative",
    "deberta-v2": "its positions are relative",
    "bloom": "its positions are relative (ALiBi)",
    "bart": "it takes no positions from outside",
}


def move_positions(attachment: Attachment, by: int) -> None:
    """Let the text's positions start at `by`. Raises UserError for architectures whose positions cannot be moved."""
    sites = attachment.sites
    if sites.model_type in FIXED:
        raise UserError(f"method.shift_positions: not on {sites.model_type}, {FIXED[sites.model_type]}")
    (entry,) = sites.entries.values()
    names = list(inspect.signature(entry.module.forward).parameters)
    offset = int(getattr(attachment.model.config, "pad_token_id", 0) or 0) + 1 if sites.model_type == "roberta" else 0

    def around(inner: Any, *args: Any, **kwargs: Any) -> Any:
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        positions = given.get("position_ids")
        if positions is None:
            text = given["input_ids"] if given.get("input_ids") is not None else given["inputs_embeds"]
            cache = given.get("past_key_values")
            past = 0 if cache is None else int(cache.get_seq_length())
            if sites.model_type == "opt" and given.get("attention_mask") is not None:
                mask = given["attention_mask"].long()
                positions = (mask.cumsum(1) * mask - 1)[:, past:]
            else:
                # RoBERTa's first position follows that of its padding.
                positions = torch.arange(text.shape[1], device=text.device)[None] + past + offset
        given["position_ids"] = positions + by
        return inner(**given)

    attachment.weave(entry.module, around)
    attachment.extra_positions = max(attachment.extra_positions, by)
