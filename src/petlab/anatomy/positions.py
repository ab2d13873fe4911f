"""How many tokens an architecture has positions for."""

from __future__ import annotations

from typing import Any

# Distances between tokens instead of places: T5's buckets, BLOOM's ALiBi, DeBERTa's disentangled attention.
_RELATIVE = ("t5", "bloom", "deberta-v2")


def positions(model: Any) -> int | None:
    """The longest text that the model takes, in tokens; None where any length will do.

    Models that turn or shift by place (Llama, GPT-NeoX, GPT-J) are held to the length they are configured for.
    """
    config = model.config
    if config.model_type in _RELATIVE:
        return None
    most = int(config.max_position_embeddings)
    # RoBERTa counts on from the place of its padding token, and leaves the places up to it unused.
    return most - config.pad_token_id - 1 if config.model_type == "roberta" else most
