"""Questions to token ids for a model that is not trained: solved examples stand before them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from petlab.data.example import Example
from petlab.data.render import render, target_text
from petlab.data.spec import DatasetSpec
from petlab.data.tokens import Longest, Row, continued, longest, text_to_text

Write = Callable[[Sequence[tuple[str, str]], str], str]
"""From solved examples (source, target) and a source to the text of the prompt (`petlab.methods.few_shot`)."""


def ask(
    spec: DatasetSpec,
    questions: Sequence[Example],
    pool: Sequence[Example],
    tokenizer: Any,
    write: Write,
    *,
    family: str,
    room: int | None,
    shots: int,
    seed: int,
) -> list[Row]:
    """One row a question, its text-to-text source after solved examples.

    The examples of a question are drawn from `pool` for it alone (Brown et al. 2020, section 2.4), by seed and the
    question's id. Whole examples are left out, from the last one on, until the prompt fits. A causal model answers in
    the line below the question.

    Args:
        questions: the rows to be answered.
        pool: the rows that examples come from: train rows.
        family: `seq2seq` or `causal`.
        room: tokens that the model's positions leave for a text, None where it takes any length.
        shots: examples a question.

    Raises:
        UserError: the model has no room for an answer.
    """
    one = longest(spec, family, room)
    most = Longest(one.source * (shots + 1), one.target)
    if room is not None:
        most = Longest(
            min(most.source, room - (spec.generation.max_new_tokens if family == "causal" else 0)), one.target
        )
    encode, last = (continued, "\n") if family == "causal" else (text_to_text, "")
    rows = []
    for question in questions:
        draw = random.Random(f"{seed} {question.id}")
        chosen = draw.sample(range(len(pool)), min(shots, len(pool)))
        solved = [(render(spec, pool[place]), target_text(spec, pool[place])) for place in chosen]
        while solved and _length(tokenizer, write(solved, render(spec, question)) + last) > most.source:
            solved.pop()
        prompt = write(solved, render(spec, question)) + last
        rows += encode([(prompt, target_text(spec, question))], tokenizer, most)
    return rows


def _length(tokenizer: Any, text: str) -> int:
    return len(tokenizer(text, verbose=False)["input_ids"])
