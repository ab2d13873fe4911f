"""Examples to token ids, by family of models: text to text, a text and what goes on from it, or one or two segments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from petlab.data.example import Example
from petlab.data.render import causal_text, encoder_text, render, target_text
from petlab.data.spec import DatasetSpec
from petlab.errors import UserError

LEAST_SOURCE = 8  # tokens; an input cut to fewer says nothing


@dataclass(frozen=True)
class Row:
    """One tokenised row, without padding.

    Attributes:
        source: token ids of the input; for a causal model those of the prompt.
        target: token ids of the gold output, or of the completion; for an encoder with a head a single number: the
            place of the label, or the gold score.
        segments: for each token of the source whether it is of the first segment (0) or of the second (1); empty for
            models that know no segments.
    """

    source: tuple[int, ...]
    target: tuple[float, ...]
    segments: tuple[int, ...] = ()


@dataclass(frozen=True)
class Longest:
    """The most tokens that a row's source and target may have; longer ones are cut."""

    source: int
    target: int


def longest(spec: DatasetSpec, family: str, room: int | None) -> Longest:
    """What a data set asks for, cut to what a model can hold.

    Args:
        room: tokens that the model's positions leave for a text, None where it takes any length. A causal model has
            to hold the prompt and what it writes, an encoder-decoder each in a stack of its own.

    Raises:
        UserError: the output does not fit, or next to nothing is left for the input.
    """
    source, target = spec.max_source_tokens, spec.max_target_tokens
    if room is None:
        return Longest(source, target)
    written = 0 if family == "encoder" else max(target, spec.generation.max_new_tokens)
    left = room - written if family == "causal" else room
    if left < LEAST_SOURCE or written > room:
        raise UserError(
            f"{spec.name}: the model has positions for {room} tokens beside those of the method, and the output may "
            f"take {written} of them; take a shorter prompt or prefix, or lower dataset.max_target_tokens and "
            "dataset.generation.max_new_tokens"
        )
    return Longest(min(source, left), target)


def tokenise(
    spec: DatasetSpec,
    examples: Sequence[Example],
    tokenizer: Any,
    *,
    family: str = "seq2seq",
    limits: Longest | None = None,
    segments: bool = False,
) -> list[Row]:
    """The rows of a split for a family of models: `seq2seq`, `causal` or `encoder`.

    Args:
        limits: where texts are cut, `longest`; None: at what the data set asks for.
        segments: the model tells first and second segment apart.
    """
    limits = limits or longest(spec, family, None)
    if family == "encoder":
        return _headed(spec, examples, tokenizer, limits, segments)
    if family == "causal":
        texts = [causal_text(spec, example, end_of(tokenizer)) for example in examples]
        return continued(texts, tokenizer, limits)
    return text_to_text(
        [(render(spec, example), target_text(spec, example)) for example in examples], tokenizer, limits
    )


def text_to_text(texts: Sequence[tuple[str, str]], tokenizer: Any, limits: Longest) -> list[Row]:
    """Rows of an encoder-decoder model from (input, gold output); both are cut at their end, the end token kept."""
    sources = tokenizer([source for source, _ in texts], truncation=True, max_length=limits.source)
    targets = tokenizer([target for _, target in texts], truncation=True, max_length=limits.target)
    return [
        Row(tuple(source), tuple(target))
        for source, target in zip(sources["input_ids"], targets["input_ids"], strict=True)
    ]


def continued(texts: Sequence[tuple[str, str]], tokenizer: Any, limits: Longest) -> list[Row]:
    """Rows of a causal model from (prompt, completion).

    Special tokens are those that stand in the texts, and before the prompt those that the tokenizer puts before any
    text. A prompt is cut at its beginning, so that what leads over to the completion stays; a completion at its end,
    but for its end token.
    """
    opening = _opening(tokenizer)
    prompts = tokenizer([prompt for prompt, _ in texts], add_special_tokens=False, verbose=False)["input_ids"]
    completions = tokenizer([completion for _, completion in texts], add_special_tokens=False, verbose=False)[
        "input_ids"
    ]
    room = limits.source - len(opening)
    return [
        Row((*opening, *prompt[-room:]), _shortened(completion, limits.target, tokenizer.eos_token_id))
        for prompt, completion in zip(prompts, completions, strict=True)
    ]


def end_of(tokenizer: Any) -> str:
    """The text of the end token. Raises UserError for a tokenizer without one: nothing would end what is written."""
    if tokenizer.eos_token is None:
        raise UserError(f"model: the tokenizer {tokenizer.name_or_path} has no end token, which generation needs")
    return str(tokenizer.eos_token)


def words_to_ids(tokenizer: Any) -> Callable[[str], list[int]]:
    """A function from text to token ids without special tokens, for methods that start from words."""

    def ids(text: str) -> list[int]:
        return list(tokenizer(text, add_special_tokens=False)["input_ids"])

    return ids


def _headed(
    spec: DatasetSpec, examples: Sequence[Example], tokenizer: Any, limits: Longest, segments: bool
) -> list[Row]:
    """Rows of an encoder with a head; of two segments, the longer one is cut first."""
    texts = [encoder_text(spec, example) for example in examples]
    pairs = [second for _, second in texts if second is not None]
    encoded = tokenizer(
        [first for first, _ in texts],
        pairs or None,
        truncation="longest_first",
        max_length=limits.source,
        return_token_type_ids=segments,
    )
    kinds = encoded["token_type_ids"] if segments else [()] * len(texts)
    return [
        Row(tuple(source), (_gold(spec, example),), tuple(kind))
        for source, kind, example in zip(encoded["input_ids"], kinds, examples, strict=True)
    ]


def _gold(spec: DatasetSpec, example: Example) -> float:
    gold = example.targets[0]
    return float(gold) if spec.scores is not None else spec.labels.index(gold)


def _opening(tokenizer: Any) -> tuple[int, ...]:
    """What the tokenizer itself puts before a text (Llama and OPT: a token for the beginning)."""
    alone = tokenizer("")["input_ids"]
    begins = tokenizer.bos_token_id is not None and alone[:1] == [tokenizer.bos_token_id]
    return (int(alone[0]),) if begins else ()


def _shortened(completion: list[int], most: int, end: int) -> tuple[int, ...]:
    if len(completion) <= most:
        return tuple(completion)
    return (*completion[: most - 1], end) if completion[-1] == end else tuple(completion[:most])
