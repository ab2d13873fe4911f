"""Files in SAMSum's format and of SAMSum's lengths, made of embedded dialogues.

What padding costs, and what ends a batch of answers, depends on how lengths are spread, and SAMSum's spread is wide: a
dialogue has 20 to 1,600 tokens. No embedded set is like that, so that a comparison of whole cells on one of them would
say little about real text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import NormalDist
from typing import Any

from petlab.data.embedded import generate

# Every twentieth part of 5,000 training rows, in tokens of nano_t5 (the dialogue with its prompt, the summary), and the
# rank correlation of both. Measured on the authors' files.
DIALOGUE = (20, 53, 67, 79, 94, 106, 117, 131, 151, 169, 189, 210, 232, 255, 283, 314, 350, 395, 459, 574, 1563)
SUMMARY = (3, 16, 19, 21, 23, 26, 28, 30, 33, 35, 38, 41, 43, 47, 51, 55, 61, 67, 76, 91, 157)
CORRELATION = 0.65
ROWS = {"train": 400, "val": 100, "test": 500}


def write(folder: Path, tokenizer: Any, rows: Mapping[str, int] = ROWS, seed: int = 0) -> Path:
    """Write samsum/train.json, val.json and test.json into a folder, which then serves as `data.root`.

    A row is a chain of embedded dialogues and the chain of their summaries, each cut at its length.

    Args:
        folder: receives a folder `samsum`.
        tokenizer: counts tokens.
        rows: how many for each split.
        seed: draws lengths and dialogues.

    Returns:
        The folder that was given.
    """
    draw = Random(seed)
    examples = generate("dialogues", seed)["train"]
    prompt = len(tokenizer("summarize: ").input_ids)
    (folder / "samsum").mkdir(parents=True, exist_ok=True)
    for split, count in rows.items():
        made = []
        for number in range(count):
            source, target = lengths(draw)
            chain = draw.sample(examples, 24)  # 24 dialogues are longer than the longest length
            made.append(
                {
                    "id": f"{split}-{number}",
                    "dialogue": _cut("\n".join(one.fields["dialogue"] for one in chain), source - prompt, tokenizer),
                    "summary": _cut(" ".join(one.targets[0] for one in chain), target - 1, tokenizer),
                }
            )
        (folder / "samsum" / f"{split}.json").write_text(json.dumps(made))
    return folder


def lengths(draw: Random) -> tuple[int, int]:
    """Tokens of a dialogue and of its summary, drawn together (a Gaussian copula)."""
    first, second = draw.gauss(), draw.gauss()
    other = CORRELATION * first + (1 - CORRELATION**2) ** 0.5 * second
    return _at(DIALOGUE, first), _at(SUMMARY, other)


def _at(points: Sequence[int], normal: float) -> int:
    """The length at the rank that a standard normal number has, between the points along a straight line."""
    place = NormalDist().cdf(normal) * (len(points) - 1)
    below = min(int(place), len(points) - 2)
    return round(points[below] + (place - below) * (points[below + 1] - points[below]))


def _cut(text: str, tokens: int, tokenizer: Any) -> str:
    """The first tokens of a text as text."""
    return str(tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids[: max(1, tokens)]))
