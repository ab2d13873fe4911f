"""Few-shot prompting: nothing is trained, some solved examples stand before the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from petlab.attachment import Attachment, Draws, Technique, Words
from petlab.errors import UserError


@dataclass(frozen=True)
class FewShot(Technique):
    """answer = model([source_1, target_1, …, source_k, target_k, source]), no gradient at all.

    Brown et al. 2020 (arXiv 2005.14165), section 2: the k training examples are given in the input alone. It needs a
    model that writes text.

    Parameters: none.
    """

    version: ClassVar[int] = 1
    trains: ClassVar[bool] = False

    shots: int = 4
    separator: str = "\n\n"

    def put(self, attachment: Attachment, draws: Draws, words: Words | None) -> None:
        """Nothing is added. Raises UserError for a model with a new head, which untrained is noise."""
        del draws, words
        if self.shots < 0:
            raise UserError(f"method.shots: {self.shots} given, 0 or more are needed")
        if attachment.sites.task_head:
            raise UserError("method few_shot and zero_shot: this model answers with a new, untrained head; train it")

    @property
    def prompting(self) -> FewShot:
        """How a cell asks the base: with these shots."""
        return self

    def prompt(self, examples: Sequence[tuple[str, str]], source: str) -> str:
        """The input for one question: the first `shots` examples (source, target), then the source."""
        shown = [f"{given}\n{target}" for given, target in examples[: self.shots]]
        return self.separator.join([*shown, source])

    def answer(self, text: str) -> str:
        """The model's answer: what it wrote before it went on to a next example."""
        return text.strip().partition(self.separator)[0].strip()
