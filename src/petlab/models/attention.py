"""How a base computes its attention: by what is quickest where it runs."""

from __future__ import annotations

from typing import Any, Literal

Implementation = Literal["eager", "sdpa"]


def quickest(model: Any, device: str, precision: str) -> Implementation:
    """Products and softmax written out (`eager`), or torch's fused kernel (`sdpa`).

    The kernel saves the matrix of scores. On a CPU it computes bf16 slower than fp32, and where positions are a bias on
    the scores (T5) that matrix is there anyway: written out, a step takes 0.65 to 1.0 of the time.
    """
    biased = hasattr(model.config, "relative_attention_num_buckets")
    return "eager" if device == "cpu" and (biased or precision == "bf16") else "sdpa"


def attend(model: Any, how: Implementation) -> None:
    """Let a model compute its attention so, if its architecture gives the choice; in place.

    A model whose attention a method has taken over (`petlab.attachment.prefix_attention`) stays as it is.
    """
    now = model.config._attn_implementation
    if now in ("eager", "sdpa") and now != how and model._supports_sdpa and model._can_set_attn_implementation():
        model.set_attn_implementation(how)
