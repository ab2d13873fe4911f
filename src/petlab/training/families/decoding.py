"""How a data set's answers are decoded, in the words of transformers' `generate`."""

from __future__ import annotations

from typing import Any

from petlab.data.spec import GenerationSpec


def settings(decoding: GenerationSpec) -> dict[str, Any]:
    """Greedy with one beam, else beam search; nothing is sampled, and no default of a checkpoint is left in."""
    return {
        "num_beams": decoding.beams,
        "do_sample": False,
        "length_penalty": decoding.length_penalty,
        "no_repeat_ngram_size": decoding.no_repeat_ngram,
        "max_new_tokens": decoding.max_new_tokens,
        "min_new_tokens": None,
    }
