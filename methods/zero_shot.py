"""Zero-shot prompting: the base as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from petlab.attachment import Attachment, Draws, Technique, Words
from petlab.methods.few_shot import FewShot


@dataclass(frozen=True)
class ZeroShot(Technique):
    """answer = model(source), no training and no examples.

    Brown et al. 2020 (arXiv 2005.14165), section 2. It needs a model that writes text.

    Parameters: none.
    """

    version: ClassVar[int] = 1
    trains: ClassVar[bool] = False

    @property
    def prompting(self) -> FewShot:
        """How a cell asks the base: the question alone."""
        return FewShot(shots=0)

    def put(self, attachment: Attachment, draws: Draws, words: Words | None) -> None:
        """Nothing is added. Raises UserError for a model with a new head, which untrained is noise."""
        FewShot(shots=0).put(attachment, draws, words)
