"""Texts for masked language models: sentences and pairs of them, some with a word that sums them up.

The gist is what the first token of an encoder is trained to name: a word that stands near a text, whether a sentence
is well formed, whether a sentence follows from another. BERT trained that token on sentence order (Devlin et al. 2019,
section 3.1); without any such task it means little in a model of this size. The label words of the embedded data sets
are never a gist.
"""

from __future__ import annotations

from dataclasses import dataclass

from petlab.data.embedded import acceptability, corpus, entailment, instructions, topics
from petlab.data.embedded.lexicon import FIELDS, TASK_FIELDS
from petlab.data.embedded.world import World

KINDS = ("text", "judgement", "inference", "rewriting")
NEAR_WORDS = 8
COMPLETED = 0.4  # share of the inferences whose words are to be found, not their truth: which name did what


@dataclass(frozen=True)
class Shares:
    """How often an item is a paragraph, a sentence to judge, a premise and hypothesis, a text and its rewriting."""

    text: float
    judgement: float
    inference: float
    rewriting: float


@dataclass(frozen=True)
class Cloze:
    """One item.

    Attributes:
        kind: one of `KINDS`.
        first: a text.
        second: what stands after it as a pair, or None.
        gist: words of which the first that is a single token is named; empty: nothing is.
        mended: `first` without its fault, where it has one.
    """

    kind: str
    first: str
    second: str | None = None
    gist: tuple[str, ...] = ()
    mended: str | None = None


def draw(world: World, shares: Shares) -> Cloze:
    """One item."""
    weights = (shares.text, shares.judgement, shares.inference, shares.rewriting)
    kind = world.rng.choices(KINDS, weights)[0]
    if kind == "text":
        return _text(world)
    if kind == "judgement":
        return _judgement(world)
    return _inference(world) if kind == "inference" else _rewriting(world)


def _text(world: World) -> Cloze:
    rng = world.rng
    field = rng.choice(FIELDS)
    text = corpus.text(world, field) if rng.random() < 0.4 else topics.text(world, field, FIELDS, 0.1)
    return Cloze("text", text, gist=tuple(world.group(field) for _ in range(NEAR_WORDS)))


def _judgement(world: World) -> Cloze:
    good, bad = acceptability.pair(world.rng, world.grammar, TASK_FIELDS, acceptability.TAUGHT)
    if world.rng.random() < 0.5:
        return Cloze("judgement", good, gist=("correct",), mended=good)
    return Cloze("judgement", bad, gist=("wrong",), mended=good)


def _inference(world: World) -> Cloze:
    drawn = world.rng.choice(entailment.PRETRAINED)(world, world.rng.choice(FIELDS))
    if world.rng.random() < COMPLETED:
        return Cloze("rewriting", drawn.premise, drawn.follows)
    if world.rng.random() < 0.5:
        return Cloze("inference", drawn.premise, drawn.follows, ("so",))
    return Cloze("inference", drawn.premise, drawn.fails, ("not",))


def _rewriting(world: World) -> Cloze:
    maker = world.rng.choice((instructions.describe, instructions.mend, instructions.retell, instructions.summarize))
    return Cloze("rewriting", *maker(world))
