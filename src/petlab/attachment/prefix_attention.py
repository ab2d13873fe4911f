"""Trained keys and values in front of those of the text, inside the attention computation of each architecture.

Most architectures call attention through transformers' registry, and `petlab.attachment.prefix_by_registry` has the
functions for them. GPT-Neo, GPT-J, BLOOM and DeBERTa-v2 never ask it: `petlab.attachment.prefix_by_hand` computes
theirs.
"""

from __future__ import annotations

from torch import nn

from petlab.anatomy import AttentionSite
from petlab.attachment.attachment import Attachment
from petlab.attachment.prefix_by_hand import BY_HAND, PREFIXES, Source, Undo, together

_BEFORE = "_petlab_attention_before"


def put_before(attachment: Attachment, site: AttentionSite, source: Source) -> None:
    """Let one attention see the keys and values that `source` gives, each (length, width) or (batch, length, width).

    `width` is that of all key heads together. Several prefixes on one attention stand one after the other.
    """
    attachment.place(lambda: _hang(attachment, site.module, source))


def _hang(attachment: Attachment, module: nn.Module, source: Source) -> Undo:
    sources: list[Source] = module.__dict__.setdefault(PREFIXES, [])
    sources.append(source)
    by_hand = BY_HAND.get(attachment.sites.model_type)
    # The first prefix prepares the module (or the whole model), the last one to go clears up.
    if by_hand is None:
        # Imported here: it needs transformers' model code, which takes two seconds that a plan need not spend.
        from petlab.attachment import prefix_by_registry as registry

        registry.switch(attachment.model)
    elif len(sources) == 1:
        module.__dict__[_BEFORE] = by_hand(module, lambda: together(sources))

    def undo() -> None:
        sources.remove(source)
        if not sources:
            del module.__dict__[PREFIXES]
            if by_hand is not None:
                module.__dict__.pop(_BEFORE)()
        if by_hand is None:
            registry.switch_back(attachment.model)

    return undo
