"""The words of the synthetic world: nouns, verbs, adjectives and adverbs of sixteen semantic fields, and name parts.

Files in `lexicon/` (tab-separated, one header line, ordered by frequency within a field):

- `*_nouns.tsv`: field, singular, plural, kind. Plural empty: regular; `-`: none (substances).
- `*_verbs.tsv`: field, base, third, past, participle, ing, frame, subject, object. Empty forms are regular.
- `*_adjectives.tsv`: field, word, applies (the kind of noun).
- `adverbs.tsv`: word, kind; `given_names.txt`, `surnames.txt`: one name a line.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from petlab.data.embedded import inflection

GENERAL = "general"
FIELDS = (
    "sport", "business", "science", "politics", "food", "medicine", "music", "travel",
    "farming", "law", "school", "weather", "home", "crafts", "sea", "technology",
)  # fmt: skip
HELD_OUT_FIELDS = ("sport", "business", "science", "politics")  # embedded/topics; never a task's label
TASK_FIELDS = tuple(field for field in FIELDS if field not in HELD_OUT_FIELDS)
KINDS = ("person", "animal", "place", "thing", "substance", "event", "idea")

T = TypeVar("T")


@dataclass(frozen=True)
class Noun:
    """A noun; `plural` is None for a substance."""

    field: str
    singular: str
    plural: str | None
    kind: str


@dataclass(frozen=True)
class Verb:
    """A verb with all its forms; `frame` says which complements it takes, `subject` and `object` which kind of noun."""

    field: str
    base: str
    third: str
    past: str
    participle: str
    ing: str
    frame: str
    subject: str
    object: str

    @property
    def irregular(self) -> bool:
        """Whether the past tense is not formed by the regular rule."""
        return self.past != inflection.past(self.base)


@dataclass(frozen=True)
class Adjective:
    """An adjective and the kind of noun it goes with."""

    field: str
    word: str
    applies: str


W = TypeVar("W", Noun, Verb, Adjective)


class Bag(Generic[T]):
    """Items, one at least, drawn with Zipf-like frequency, (rank + 10)^-exponent in the order given."""

    def __init__(self, items: Sequence[T], exponent: float = 0.6) -> None:
        self.items = list(items)
        self._cumulative = list(accumulate((rank + 10) ** -exponent for rank in range(len(self.items))))
        self._total, self._last = self._cumulative[-1], len(self.items) - 1

    def draw(self, rng: Random) -> T:
        """One item, that of `rng.choices` with these weights."""
        return self.items[bisect(self._cumulative, rng.random() * self._total, 0, self._last)]


class Lexicon:
    """All words, with weighted draws by field and kind."""

    def __init__(self) -> None:
        self.nouns = _unique(list(_nouns()))
        self.verbs = _unique(list(_verbs()))
        self.adjectives = _unique(list(_adjectives()))
        self.adverbs = [row[0] for row in _rows("adverbs.tsv")]
        self.manner = [row[0] for row in _rows("adverbs.tsv") if row[1] == "manner"] or self.adverbs
        self.given_names = _lines("given_names.txt")
        self.surnames = _lines("surnames.txt")
        self._nouns = _index(self.nouns, lambda noun: noun.kind)
        self._verbs = _index(self.verbs, lambda verb: verb.frame)
        self._adjectives = _index(self.adjectives, lambda adjective: adjective.applies)

    def noun(self, rng: Random, field: str, kind: str | None = None) -> Noun:
        """A noun of the field, of the kind if the field has one."""
        return (self._nouns.get((field, kind)) or self._nouns[field, None]).draw(rng)

    def verb(self, rng: Random, field: str, frame: str | None = None) -> Verb:
        """A verb of the field, with the frame if the field has one, else a general verb of that frame."""
        bag = self._verbs.get((field, frame)) or self._verbs.get((GENERAL, frame)) or self._verbs[field, None]
        return bag.draw(rng)

    def adjective(self, rng: Random, field: str, kind: str) -> Adjective | None:
        """An adjective of the field that goes with the kind, or None."""
        bag = self._adjectives.get((field, kind)) or self._adjectives.get((GENERAL, kind))
        return bag.draw(rng) if bag else None


@cache
def lexicon() -> Lexicon:
    """The lexicon, read once a process."""
    return Lexicon()


def _index(words: Sequence[W], key: Callable[[W], str]) -> dict[tuple[str, str | None], Bag[W]]:
    """Bags by (field, key) and, with key None, by field."""
    groups: dict[tuple[str, str | None], list[W]] = {}
    for word in words:
        groups.setdefault((word.field, key(word)), []).append(word)
        groups.setdefault((word.field, None), []).append(word)
    return {name: Bag(group) for name, group in groups.items()}


def _unique(words: list[T]) -> list[T]:
    return list(dict.fromkeys(words))


def _lines(name: str) -> list[str]:
    path = files("petlab.data.embedded").joinpath("lexicon").joinpath(name)
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _rows(*names: str) -> Iterator[list[str]]:
    """Cells of each row; short rows are filled up with empty cells."""
    for name in names:
        for line in _lines(name)[1:]:
            yield line.split("\t") + [""] * 9


def _nouns() -> Iterator[Noun]:
    for field, singular, plural, kind, *_ in _rows("a_nouns.tsv", "b_nouns.tsv"):
        yield Noun(field, singular, None if plural == "-" else plural or inflection.plural(singular), kind)


def _verbs() -> Iterator[Verb]:
    for field, base, third, past, participle, ing, frame, subject, obj, *_ in _rows(
        "a_verbs.tsv", "b_verbs.tsv", "general_verbs.tsv"
    ):
        past = past or inflection.past(base)
        yield Verb(
            field, base, third or inflection.third_person(base), past, participle or past,
            ing or inflection.ing_form(base), frame, subject or "person", obj or "thing",
        )  # fmt: skip


def _adjectives() -> Iterator[Adjective]:
    for field, word, applies, *_ in _rows("a_adjectives.tsv", "b_adjectives.tsv", "general_adjectives.tsv"):
        yield Adjective(field, word, applies)
