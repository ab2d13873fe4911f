"""Trained embeddings among those of the text: put in on the way into a stack, and taken out again on the way out.

Prefix tokens stand before the text (in BERT's family after its first token, which heads read), infix tokens at the
end of what is given: of an encoder's text, or of a causal model's context, before its completion. Only an encoder
whose output a decoder reads keeps them, since cross-attention shall see them. Everything outside the stack (labels,
heads that look for a position, generation) goes on counting the text alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from petlab.anatomy import TextEntry
from petlab.attachment.attachment import Attachment
from petlab.errors import UserError

Soft = Callable[[], Tensor]
"""Gives the soft embeddings, (prefix + infix, d)."""


class SoftTokens:
    """Soft tokens of one stack, woven around the module that text enters.

    `columns` says where they lie in the forward under way, (batch, prefix + infix) int64, or is None where they came
    with an earlier call and lie in the cache.
    """

    def __init__(self, attachment: Attachment, entry: TextEntry, soft: Soft, prefix: int, infix: int = 0) -> None:
        if prefix < 0 or infix < 0 or prefix + infix < 1:
            raise UserError(f"method: {prefix} prefix and {infix} infix tokens given, 1 or more in all are needed")
        attachment.claim(f"the text of the {entry.stack}")
        self.entry, self.soft = entry, soft
        self.prefix, self.infix, self.number = prefix, infix, prefix + infix
        self.at = 1 if entry.first_token_special else 0
        self.feeds_decoder = entry.stack == "encoder" and "decoder" in attachment.sites.entries
        self.columns: Tensor | None = None
        self._ends: Tensor | int | None = None
        """Where the context ends, as labels or a running generation tell; None: with the last token."""
        self._names = list(inspect.signature(entry.module.forward).parameters)
        attachment.weave(entry.module, self._around)
        if self.feeds_decoder:
            attachment.weave(attachment.sites.entry("decoder").module, self._widen_cross_mask)
        elif infix and entry.stack == "decoder":
            attachment.reads_labels = True
            attachment.weave(attachment.model, self._note_labels)
            attachment.place(lambda: self._note_generation(attachment.model))
        attachment.extra_positions += self.number

    def _around(self, inner: Any, *args: Any, **kwargs: Any) -> Any:
        given = {**dict(zip(self._names, args, strict=False)), **kwargs}
        cache, mask, positions = (given.get(name) for name in ("past_key_values", "attention_mask", "position_ids"))
        if cache is not None and int(cache.get_seq_length()) > 0:
            self.columns = None
            if mask is not None:
                given["attention_mask"] = self._cached_mask(mask)
            if positions is not None:
                given["position_ids"] = positions + self.number
            return inner(**given)
        text = given.pop("inputs_embeds", None)
        text = self.entry.embedding(given["input_ids"]) if text is None else text
        end = self._end(len(text), text.shape[1], mask, text.device)
        order, source = self._order(text, end)
        soft = self.soft().to(text.dtype).expand(len(text), -1, -1)
        given["inputs_embeds"] = _pick(torch.cat([soft, text], 1), order)
        for name, value in (("attention_mask", 1), ("token_type_ids", 0)):
            if (row := given.get(name)) is not None:
                given[name] = _pick(torch.cat([row.new_full((len(row), self.number), value), row], 1), order)
        if positions is not None:
            given["position_ids"] = self._positions(positions.expand(len(text), -1), order, end)
        output = inner(**{name: value for name, value in given.items() if name != "input_ids"})
        return output if self.feeds_decoder else _take_out(output, source)

    def _end(self, batch: int, seq: int, mask: Tensor | None, device: torch.device) -> Tensor:
        """Where each row's context ends, (batch, 1)."""
        if isinstance(self._ends, Tensor):
            return self._ends.to(device)
        if self._ends is not None or mask is None:
            return torch.full((batch, 1), seq if self._ends is None else self._ends, device=device)
        return (mask.long() * torch.arange(1, seq + 1, device=device)).amax(1, keepdim=True)

    def _order(self, text: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
        """For each place of a new row which of [soft; text] it takes, and where the text's states lie in it.

        Shapes (batch, number + seq) and (batch, seq).
        """
        along = torch.arange(text.shape[1], device=text.device).expand(len(text), -1)
        place = along + self.prefix * (along >= self.at) + self.infix * (along >= end)
        prefix = self.at + torch.arange(self.prefix, device=text.device).expand(len(text), -1)
        infix = end.clamp(min=self.at) + self.prefix + torch.arange(self.infix, device=text.device)
        self.columns = torch.cat([prefix, infix], 1)
        order = torch.argsort(torch.cat([self.columns, place], 1), 1)
        if self.infix and self.entry.stack == "decoder":
            # The completion's first token is foretold by what stands before it now: the last infix token.
            place = torch.where(along == end - 1, infix[:, -1:], place)
        return order, place

    def _positions(self, positions: Tensor, order: Tensor, end: Tensor) -> Tensor:
        """Explicit positions (batch, seq) count on over the soft tokens, (batch, number + seq)."""
        along = torch.arange(positions.shape[1], device=positions.device)
        moved = positions + self.prefix * (along >= self.at)
        own = self.at + torch.arange(self.prefix, device=positions.device).expand(len(positions), -1)
        last = torch.gather(moved, 1, (end - 1).clamp(min=0))
        between = last + 1 + torch.arange(self.infix, device=positions.device)
        return _pick(torch.cat([own, between, moved + self.infix * (along >= end)], 1), order)

    def _cached_mask(self, mask: Tensor) -> Tensor:
        """The mask over [prefix; context; infix; generated]; padding, if any, stands before the context."""
        end = self._ends if isinstance(self._ends, int) else mask.shape[1] - 1
        ones = mask.new_ones(len(mask), self.number)
        return torch.cat([ones[:, : self.prefix], mask[:, :end], ones[:, self.prefix :], mask[:, end:]], 1)

    def _widen_cross_mask(self, inner: Any, *args: Any, **kwargs: Any) -> Any:
        """Let a decoder's cross-attention see the soft tokens that its encoder kept."""
        mask: Tensor | None = kwargs.get("encoder_attention_mask")
        if mask is not None:
            along = torch.arange(mask.shape[1], device=mask.device)
            end = self._end(len(mask), mask.shape[1], mask, mask.device)
            wide = mask.new_ones(len(mask), mask.shape[1] + self.number)
            place = along + self.prefix * (along >= self.at) + self.infix * (along >= end)
            kwargs["encoder_attention_mask"] = wide.scatter(1, place, mask)
        return inner(*args, **kwargs)

    def _note_labels(self, inner: Any, *args: Any, **kwargs: Any) -> Any:
        labels = kwargs.get("labels")
        if labels is None or labels.dim() != 2:
            return inner(*args, **kwargs)
        known = (labels != -100).long()
        # A row without any label has no completion: its infix goes to the end.
        first = torch.where(known.any(1), known.argmax(1), labels.shape[1])
        before, self._ends = self._ends, first[:, None]
        try:
            return inner(*args, **kwargs)
        finally:
            self._ends = before

    def _note_generation(self, model: Any) -> Callable[[], None]:
        """While `generate` runs, the context ends where its input ended."""
        plain = model.generate

        def generate(*args: Any, **kwargs: Any) -> Any:
            given = args[0] if args else kwargs.get("inputs", kwargs.get("input_ids"))
            self._ends = None if given is None else int(given.shape[1])
            try:
                return plain(*args, **kwargs)
            finally:
                self._ends = None

        model.__dict__["generate"] = generate

        def undo() -> None:
            del model.__dict__["generate"]

        return undo


def _pick(rows: Tensor, order: Tensor) -> Tensor:
    """Rows (batch, n) or (batch, n, d) in a new order (batch, n)."""
    index = order if rows.dim() == 2 else order[:, :, None].expand(-1, -1, rows.shape[2])
    return torch.gather(rows.expand(len(order), *rows.shape[1:]), 1, index)


def _take_out(output: Any, source: Tensor) -> Any:
    if isinstance(output, tuple):
        return (_pick(output[0], source), *output[1:])
    output.last_hidden_state = _pick(output.last_hidden_state, source)
    return output
