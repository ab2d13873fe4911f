"""What `petlab score` is asked and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """What a user may choose beside the files.

    Attributes:
        tables: WikiSQL's .db file, for execution accuracy.
        with_meteor: METEOR takes seconds, most of them to start Java.
        models: for WebNLG and DART, neural scores to add (names of `petlab.metrics.neural`) and the model of each.
    """

    tables: Path | None = None
    with_meteor: bool = True
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scored:
    """What an output is worth.

    Attributes:
        scores: name → number.
        needs: the suite's scores that are not there → what they need.
        remarks: what a reader of the scores should know about the files.
    """

    scores: dict[str, float]
    needs: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
