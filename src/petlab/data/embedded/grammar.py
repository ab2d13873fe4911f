"""Noun phrases, verb groups and clauses over the lexicon, kept as structure so that they can be varied and broken.

A `Clause` is subject, verb, complements and adjuncts with tense and polarity; `Clause.text()` spells it. Agreement,
tense and articles are computed when it is spelled, never stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from zlib import crc32

from petlab.data.embedded import phrases
from petlab.data.embedded.inflection import article
from petlab.data.embedded.lexicon import GENERAL, Lexicon, Noun, Verb

TENSES = ("past", "present", "future", "perfect", "progressive", "past_progressive")
ADVERBIALS = {
    "past": phrases.PAST_TIMES, "present": phrases.PRESENT_TIMES, "future": phrases.FUTURE_TIMES,
    "past_progressive": phrases.PAST_TIMES,
}  # fmt: skip
FRAMES = ("transitive", "intransitive", "ditransitive", "clause")


@dataclass(frozen=True)
class NounPhrase:
    """A noun phrase. `noun` None: a proper name or a pronoun given by `name`."""

    noun: Noun | None = None
    name: str = ""
    plural: bool = False
    determiner: str = "the"
    adjectives: tuple[str, ...] = ()
    tail: str = ""

    @property
    def is_plural(self) -> bool:
        """Number for agreement."""
        return self.plural

    def text(self) -> str:
        """`the tired coaches`, `an anchor`, `Mira Tolst`."""
        if self.noun is None:
            return self.name + self.tail
        head = (self.noun.plural if self.plural else None) or self.noun.singular
        words = [*self.adjectives, head]
        determiner = article(words[0]) if self.determiner == "a" else self.determiner
        return " ".join([determiner, *words] if determiner else words) + self.tail


@dataclass(frozen=True)
class Clause:
    """A clause.

    Attributes:
        subject: agrees with the verb.
        verb: its frame fits `objects` and `complement`.
        tense: one of `TENSES`.
        negated: with do-support where English needs it.
        objects: noun phrases after the verb, a tuple of 0 to 2.
        complement: text of a that-clause without `that`, or empty.
        manner: adverb after the objects, or empty.
        adjuncts: prepositional phrases and times at the end.
        front: fronted adjunct, spelled first.
    """

    subject: NounPhrase
    verb: Verb
    tense: str = "past"
    negated: bool = False
    objects: tuple[NounPhrase, ...] = ()
    complement: str = ""
    manner: str = ""
    adjuncts: tuple[str, ...] = ()
    front: str = ""
    modal: str = field(default="")

    def verb_group(self) -> list[str]:
        """The finite verb and what belongs to it: `['does', 'not', 'run']`, `['has', 'taken']`."""
        return verb_group(self.verb, self.tense, self.negated, self.subject.is_plural, self.modal)

    def parts(self) -> list[str]:
        """Constituents in order; joined with spaces they are the clause without its full stop."""
        parts = [self.subject.text(), " ".join(self.verb_group())]
        parts += [each.text() for each in self.objects]
        if self.complement:
            parts.append("that " + self.complement)
        if self.manner:
            parts.append(self.manner)
        return parts + list(self.adjuncts)

    def text(self) -> str:
        """The clause in lower case without a full stop."""
        body = " ".join(self.parts())
        return f"{self.front}, {body}" if self.front else body


def verb_group(verb: Verb, tense: str, negated: bool, plural: bool, modal: str = "") -> list[str]:
    """Auxiliaries, negation and main verb."""
    no = ["not"] if negated else []
    be = "are" if plural else "is"
    if modal:
        return [modal, *no, verb.base]
    if tense == "past":
        return ["did", "not", verb.base] if negated else [verb.past]
    if tense == "present":
        if negated:
            return ["do" if plural else "does", "not", verb.base]
        return [verb.base if plural else verb.third]
    if tense == "future":
        return ["will", *no, verb.base]
    if tense == "perfect":
        return ["have" if plural else "has", *no, verb.participle]
    if tense == "past_progressive":
        return ["were" if plural else "was", *no, verb.ing]
    return [be, *no, verb.ing]


def sentence(text: str) -> str:
    """First letter in upper case, full stop at the end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


class Grammar:
    """Draws phrases and clauses of one semantic field, in one of two disjoint spaces.

    Two nouns or verbs that follow each other in a clause belong to the evaluation space or to the pretraining space by
    a checksum of the pair. Eight consecutive words hold at least two of them, so that no run of eight words of an
    evaluation text occurs in pretraining text.
    """

    def __init__(self, lexicon: Lexicon, rng: Random, evaluation: bool) -> None:
        self.lexicon = lexicon
        self.rng = rng
        self.evaluation = evaluation
        self._follow("")

    def _follow(self, head: str) -> None:
        """Note the last head; of its checksum with the next one this part is known."""
        self._begun = crc32(f"{head} ".encode())

    def _fits(self, head: str) -> bool:
        """Whether the head may follow the last one in this space."""
        return (crc32(head.encode(), self._begun) % 4 == 0) == self.evaluation

    def noun(self, field: str, kind: str | None = None) -> Noun:
        """A noun that may follow the last noun or verb drawn in this space."""
        for attempt in range(60):
            noun = self.lexicon.noun(self.rng, field, kind if attempt < 20 else None)
            if self._fits(noun.singular):
                break
        self._follow(noun.singular)
        return noun

    def verb(self, field: str, frame: str) -> Verb:
        """A verb that may follow the last noun or verb drawn in this space."""
        for attempt in range(60):
            verb = self.lexicon.verb(self.rng, field if attempt < 20 else GENERAL, frame)
            if self._fits(verb.base):
                break
        self._follow(verb.base)
        return verb

    def follow(self, noun: Noun) -> None:
        """Note a noun that was chosen elsewhere as the last head."""
        self._follow(noun.singular)

    def phrase(self, field: str, kind: str | None, bare: bool = False, noun: Noun | None = None) -> NounPhrase:
        """A noun phrase of the field, with a determiner that fits."""
        rng = self.rng
        noun = noun or self.noun(field, kind)
        plural = noun.plural is not None and rng.random() < 0.35
        adjectives: tuple[str, ...] = ()
        if not bare and rng.random() < 0.3:
            adjective = self.lexicon.adjective(rng, field, noun.kind)
            adjectives = (adjective.word,) if adjective else ()
        if noun.plural is None:
            determiner = rng.choice(("the", "the", "some", "", "this", "much"))
            determiner = "the" if determiner == "much" else determiner
        elif plural:
            determiner = rng.choice(("the", "the", "some", "many", "these", "several", "a few", *phrases.COUNTS[:5]))
        else:
            determiner = rng.choice(("the", "the", "the", "a", "a", "this", "every", "another"))
        return NounPhrase(noun, plural=plural, determiner=determiner, adjectives=adjectives)

    def adjunct(self, field: str) -> str:
        """A prepositional phrase of the field."""
        kind = self.rng.choice(("place", "place", "thing", "event"))
        noun = self.noun(field, kind)
        prepositions = phrases.PREPOSITIONS.get(noun.kind, ("with", "near"))
        return f"{self.rng.choice(prepositions)} {self.phrase(field, kind, noun=noun).text()}"

    def _again(self, subject: Noun, field: str, frame: str) -> Verb:
        self.follow(subject)
        return self.verb(field, frame)

    def clause(self, field: str, subject: NounPhrase | None = None, plain: bool = False, depth: int = 0) -> Clause:
        """A clause of the field; `plain` leaves out adverbs and adjuncts."""
        rng = self.rng
        frame = rng.choices(FRAMES, (60, 25, 6, 9 if depth == 0 else 0))[0]
        source = GENERAL if rng.random() < 0.15 else field
        kind = self.lexicon.verb(rng, source, frame).subject
        subject = subject or self.phrase(field, kind)
        if subject.noun:
            self.follow(subject.noun)
        verb = self.verb(source, frame)
        for _ in range(8):
            if subject.noun is None or verb.subject == subject.noun.kind:
                break
            verb = self._again(subject.noun, source, frame)
        tense = rng.choices(TENSES, (40, 25, 10, 10, 7, 8))[0]
        objects: tuple[NounPhrase, ...] = ()
        complement = ""
        if verb.frame == "transitive":
            objects = (self.phrase(field, verb.object),)
        elif verb.frame == "ditransitive":
            objects = (self.phrase(field, "person"), self.phrase(field, verb.object))
        elif verb.frame == "clause":
            complement = self.clause(field, plain=True, depth=depth + 1).text()
        made = Clause(subject, verb, tense, rng.random() < 0.1, objects, complement)
        if plain:
            return made
        manner = ""
        if rng.random() < 0.12 and self.lexicon.manner and verb.frame == "transitive":
            manner = rng.choice(self.lexicon.manner)
        adjuncts: tuple[str, ...] = ()
        front = ""
        roll = rng.random()
        if roll < 0.3 and verb.frame != "clause":
            adjuncts = (self.adjunct(field),)
        elif roll < 0.5 and tense in ADVERBIALS:
            adjuncts = (rng.choice(ADVERBIALS[tense]),)
        elif roll < 0.6 and tense in ADVERBIALS:
            front = rng.choice(ADVERBIALS[tense])
        return replace(made, manner=manner, adjuncts=adjuncts, front=front)
