"""Entailment: what each kind says, and that no shortcut tells the label."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from random import Random

import pytest

from petlab.data.embedded import entailment, generate
from petlab.data.embedded.entailment import HELD_OUT, KINDS, LABELS, PRETRAINED, Kind
from petlab.data.embedded.lexicon import FIELDS
from petlab.data.embedded.world import World
from petlab.data.example import Example

Features = Callable[[Example], Iterable[str]]
TRAIN, TEST = 6_000, 2_000


def words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())


def bigrams(text: str) -> list[str]:
    found = ["<s>", *words(text), "</s>"]
    return [*found, *(f"{one} {two}" for one, two in pairwise(found))]


def overlap(row: Example) -> list[str]:
    """Words that only the hypothesis has, and the share of the premise's words that it repeats."""
    premise, hypothesis = set(words(row.fields["premise"])), set(words(row.fields["hypothesis"]))
    return [f"new {len(hypothesis - premise)}", f"kept {round(10 * len(hypothesis & premise) / len(premise))}"]


def naive_bayes(features: Features) -> float:
    """Accuracy of naive Bayes with these features, trained on rows of train and measured on rows of test."""
    counts: dict[str, Counter[str]] = {label: Counter() for label in LABELS}
    for row in generate("entailment", 0)["train"][:TRAIN]:
        counts[row.targets[0]].update(set(features(row)))
    known = set(counts[LABELS[0]]) | set(counts[LABELS[1]])
    totals = {label: sum(count.values()) + len(known) for label, count in counts.items()}

    def score(row: Example, label: str) -> float:
        return sum(math.log((counts[label][each] + 1) / totals[label]) for each in set(features(row)) & known)

    rows = generate("entailment", 0)["test"][:TEST]
    return sum(max(LABELS, key=lambda label: score(row, label)) == row.targets[0] for row in rows) / len(rows)


@pytest.mark.parametrize(
    "features",
    [
        pytest.param(lambda row: bigrams(row.fields["hypothesis"]), id="hypothesis only"),
        pytest.param(lambda row: bigrams(row.fields["premise"]), id="premise only"),
        pytest.param(overlap, id="overlap"),
    ],
)
def test_no_shortcut_tells_the_label(features: Features) -> None:
    # Chance is 0.5; 2,000 rows have a standard error of 0.011.
    assert naive_bayes(features) < 0.54


def test_a_shortcut_would_be_found() -> None:
    assert naive_bayes(lambda row: [row.targets[0]]) == 1.0


def test_labels_are_balanced() -> None:
    count = Counter(row.targets[0] for row in generate("entailment", 0)["train"])
    assert 0.48 < count["entailment"] / sum(count.values()) < 0.52


@pytest.mark.parametrize("kind", KINDS)
def test_both_hypotheses_are_sentences_of_the_same_length(kind: Kind) -> None:
    world = World(Random(3), evaluation=True)
    for _ in range(200):
        drawn = kind(world, world.rng.choice(FIELDS))
        assert drawn.follows != drawn.fails
        assert drawn.premise.endswith(".") and drawn.follows.endswith(".") and drawn.fails.endswith(".")
        assert abs(len(words(drawn.follows)) - len(words(drawn.fails))) <= 4


def test_roles_swap_who_did_it() -> None:
    world = World(Random(1), evaluation=True)
    for _ in range(100):
        drawn = entailment.roles(world, "sport")
        doer, _, done_to = drawn.follows.partition(" was ")
        if done_to:  # the premise is active: its subject comes after `by`
            assert drawn.premise.lower().startswith(done_to.partition(" by ")[2].rstrip(".").lower())
            assert doer.lower() in drawn.premise.lower()


def test_half_of_the_kinds_are_held_out() -> None:
    assert not set(PRETRAINED) & set(HELD_OUT)
    assert len(HELD_OUT) >= 4
