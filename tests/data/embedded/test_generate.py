"""The generated data sets: shape, balance, determinism, what they share with pretraining text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from random import Random

import pytest

from petlab.data.embedded import SETS, TEST_ROWS, TRAIN_ROWS, cloze, corpus, generate, made
from petlab.data.embedded.names import is_evaluation, person
from petlab.data.embedded.overlap import runs, shared
from petlab.data.embedded.world import World
from petlab.data.example import Example
from petlab.errors import UserError


@pytest.fixture(scope="module", params=list(SETS))
def rows(request: pytest.FixtureRequest) -> tuple[str, Mapping[str, tuple[Example, ...]]]:
    """Name and rows of a set."""
    return request.param, generate(request.param, 0)


def test_size_ids_and_groups(rows: tuple[str, Mapping[str, tuple[Example, ...]]]) -> None:
    _, data = rows
    assert (len(data["train"]), len(data["test"])) == (TRAIN_ROWS, TEST_ROWS)
    ids = [row.id for split in data.values() for row in split]
    assert len(set(ids)) == len(ids)
    assert not {row.group for row in data["train"]} & {row.group for row in data["test"]}


def test_every_row_has_text_and_targets(rows: tuple[str, Mapping[str, tuple[Example, ...]]]) -> None:
    name, data = rows
    for row in (*data["train"], *data["test"]):
        assert all(value.strip() and "{" not in value for value in (*row.fields.values(), *row.targets))
    if name in ("restaurants", "dialogues"):
        assert all(len(row.targets) >= 2 for row in data["test"])


def test_same_seed_same_rows_other_seed_other_rows() -> None:
    first, again, other = generate("dialogues", 0), *(made("dialogues", seed) for seed in (0, 1))
    assert first == again
    assert first["test"][0] != other["test"][0]


def test_rows_are_the_same_on_every_machine() -> None:
    made = {name: sha256(repr([*generate(name, 0)["test"][:200]]).encode()).hexdigest()[:12] for name in SETS}
    assert made == {
        "topics": "2fb4ea7163f6",
        "acceptability": "86e4eaeb3c2f",
        "restaurants": "97b53485ed67",
        "dialogues": "46c15d668a83",
        "entailment": "6afb984e0c3b",
    }


def test_label_balance() -> None:
    topics = Counter(row.targets[0] for row in generate("topics", 0)["test"])
    assert len(set(topics.values())) == 1
    judged = Counter(row.targets[0] for row in generate("acceptability", 0)["test"])
    assert 0.5 < judged["acceptable"] / TEST_ROWS < 0.6


@pytest.fixture(scope="module")
def pretraining() -> list[str]:
    """Texts of both mixtures."""
    world = World(Random(11))
    texts: list[str] = []
    for _ in range(20_000):
        item = corpus.draw(world, corpus.Shares(0.3, 0.2, 0.4, writing=0.1))
        texts += [item] if isinstance(item, str) else list(item)
    for _ in range(10_000):
        asked = cloze.draw(world, cloze.Shares(0.3, 0.2, 0.4, 0.1))
        texts += [asked.first, asked.second or ""]
    return texts


def test_no_run_of_eight_words_is_shared_with_pretraining_text(
    rows: tuple[str, Mapping[str, tuple[Example, ...]]], pretraining: list[str]
) -> None:
    name, data = rows
    assert not shared([*data["train"], *data["test"]], pretraining), name


def test_runs_ignore_case_and_punctuation() -> None:
    assert list(runs("The coach, at last, won it.", 4)) == ["the coach at last", "coach at last won", "at last won it"]


def test_names_of_the_two_spaces_differ() -> None:
    rng = Random(5)
    for _ in range(200):
        assert all(is_evaluation(part) for part in person(rng, True).split())
        assert not any(is_evaluation(part) for part in person(rng, False).split())


def test_unknown_set() -> None:
    with pytest.raises(UserError, match="topics"):
        generate("weather", 0)
