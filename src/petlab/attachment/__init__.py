"""The contract between a tuning method and everything that uses one.

>>> attachment = attach(method, model, seed=0)
>>> optimiser = AdamW(attachment.trainable.values())
>>> attachment.detach()  # the base is bit for bit what it was
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from torch import nn

from petlab.anatomy import Sites, describe
from petlab.attachment.attachment import Attachment
from petlab.attachment.draws import Draws
from petlab.attachment.edits import Bias, Edit, LowRank, ScaleInput, ScaleOutput
from petlab.attachment.kept import Counts
from petlab.errors import UserError

__all__ = [
    "Attachment",
    "Bias",
    "Counts",
    "Draws",
    "Edit",
    "LowRank",
    "Method",
    "ScaleInput",
    "ScaleOutput",
    "Technique",
    "Words",
    "attach",
    "needed",
]


@dataclass(frozen=True)
class Words:
    """What a method that starts from words needs of the tokenizer and the data set."""

    tokenize: Callable[[str], list[int]]
    """A text to token ids, without special tokens."""
    labels: tuple[str, ...] = ()

    def ids(self, text: str, what: str) -> list[int]:
        """Token ids of a text. Raises UserError for an empty one, under the name the user knows it by."""
        found = self.tokenize(text) if text else []
        if not found:
            raise UserError(f"{what}: a text is needed, '{text}' was given")
        return found

    def label_ids(self) -> list[list[int]]:
        """Token ids of each label word. Raises UserError where the data set has none."""
        if not self.labels:
            raise UserError("method.init: 'labels' needs a data set with label words, this one has none")
        return [self.tokenize(label) for label in self.labels]


def needed(words: Words | None) -> Words:
    """The words, for a method that cannot start without them. Raises UserError where there are none."""
    if words is None:
        raise UserError("method.init: starting from words needs a tokenizer, and none was given")
    return words


class Method(Protocol):
    """One way of tuning: a frozen dataclass whose fields are its hyper-parameters.

    `version` is raised when the method's results change, so that kept records of the old one do not count as done.
    """

    version: ClassVar[int]

    def attach(self, model: nn.Module, sites: Sites, *, seed: int, words: Words | None = None) -> Attachment:
        """Put the method into the model; its randomness comes from `seed` alone.

        Raises UserError where a selection matches nothing or the architecture cannot carry the method; the model is
        then untouched.
        """
        ...


class Technique(ABC):
    """What the methods share: an attachment is begun, filled by `put`, and installed.

    Attributes:
        later: fields that a method got after runs of it were kept, with the values that stand for how it was before:
            these stay out of the run id.
    """

    later: ClassVar[Mapping[str, object]] = {}

    def attach(self, model: nn.Module, sites: Sites, *, seed: int, words: Words | None = None) -> Attachment:
        """See `Method.attach`."""
        attachment = Attachment(model, sites)
        self.put(attachment, Draws(seed), words)
        return attachment.install()

    @abstractmethod
    def put(self, attachment: Attachment, draws: Draws, words: Words | None) -> None:
        """Note the method's tensors and changes in the attachment. Raises UserError where the method does not fit."""


def attach(
    method: Method,
    model: nn.Module,
    *,
    seed: int,
    tokenize: Callable[[str], list[int]] | None = None,
    labels: Iterable[str] = (),
) -> Attachment:
    """Attach a method to a model of any described architecture.

    `tokenize` (text to ids without special tokens) and the label words are needed only by methods that start from
    words. Raises UserError for an unknown architecture and where the method does not fit.
    """
    words = None if tokenize is None else Words(tokenize, tuple(labels))
    return method.attach(model, describe(model), seed=seed, words=words)
