"""`embedded/entailment`: does a sentence follow from a short text? The shape of GLUE's RTE.

Each premise comes with two hypotheses of the same form and of the premise's words, one that follows and one that does
not; a row holds one of them. So neither the premise nor the hypothesis alone, nor how many words they share, tells the
label. Half of the kinds of inference occur in pretraining (other names and other neighbouring words), half do not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from petlab.data.embedded import names
from petlab.data.embedded.grammar import sentence
from petlab.data.embedded.inflection import article
from petlab.data.embedded.lexicon import FIELDS
from petlab.data.embedded.spaces import in_split
from petlab.data.embedded.world import World
from petlab.data.example import Example

LABELS = ("entailment", "not_entailment")
FACTS = ("knew", "noticed", "proved", "forgot", "regretted", "discovered")
OPINIONS = ("hoped", "feared", "believed", "claimed", "guessed", "pretended")


@dataclass(frozen=True)
class Inference:
    """A premise, a hypothesis that follows from it, and one that does not."""

    premise: str
    follows: str
    fails: str


@dataclass(frozen=True)
class Deed:
    """What somebody did: a transitive verb's past tense and participle, and its object."""

    past: str
    participle: str
    object: str

    def done(self) -> str:
        """`trained the dogs`."""
        return f"{self.past} {self.object}"

    def has(self, done: bool) -> str:
        """`has trained the dogs`, `has not trained the dogs`: the verb has one form in both."""
        return f"has{'' if done else ' not'} {self.participle} {self.object}"


def _deeds(world: World, field: str, count: int) -> list[Deed]:
    made: list[Deed] = []
    while len(made) < count:
        verb = world.grammar.verb(field, "transitive")
        phrase = world.grammar.phrase(field, verb.object, bare=True).text()
        if all(verb.past != other.past for other in made):
            made.append(Deed(verb.past, verb.participle, phrase))
    return made


def _people(world: World, field: str, count: int) -> list[str]:
    """Different people, by name or as `the nurse`."""
    made: list[str] = []
    while len(made) < count:
        if world.rng.random() < 0.5:
            who = names.given(world.rng, world.evaluation)
        else:
            who = f"the {world.grammar.noun(field, 'person').singular}"
        if who not in made:
            made.append(who)
    return made


def _named(world: World, count: int) -> list[str]:
    made: list[str] = []
    while len(made) < count:
        who = names.given(world.rng, world.evaluation)
        if who not in made:
            made.append(who)
    return made


def _jobs(world: World, field: str, count: int) -> list[str]:
    made: list[str] = []
    while len(made) < count:
        job = world.grammar.noun(field, "person").singular
        if job not in made:
            made.append(job)
    return made


def _inference(premise: str, follows: str, fails: str) -> Inference:
    return Inference(premise, sentence(follows), sentence(fails))


def roles(world: World, field: str) -> Inference:
    """Who did it to whom, in the active and in the passive."""
    rng = world.rng
    one, other = _people(world, field, 2)
    verb = world.grammar.verb(field, "transitive")
    active, passive = f"{one} {verb.past} {other}", f"{other} was {verb.participle} by {one}"
    turned_active, turned_passive = f"{other} {verb.past} {one}", f"{one} was {verb.participle} by {other}"
    where = f" {world.grammar.adjunct(field)}" if rng.random() < 0.6 else ""
    if rng.random() < 0.5:
        return _inference(sentence(active + where), passive, turned_passive)
    return _inference(sentence(passive + where), active, turned_active)


def subjects(world: World, field: str) -> Inference:
    """Two people did different things: which one did what."""
    one, other = _people(world, field, 2)
    first, second = _deeds(world, field, 2)
    link = world.rng.choice((", and", ", while", ", but", ";"))
    premise = sentence(f"{one} {first.done()}{link} {other} {second.done()}")
    if world.rng.random() < 0.5:
        return _inference(premise, f"{one} {first.done()}", f"{other} {first.done()}")
    return _inference(premise, f"{other} {second.done()}", f"{one} {second.done()}")


def negation(world: World, field: str) -> Inference:
    """One thing has been done, the other has not."""
    rng = world.rng
    (who,) = _people(world, field, 1)
    first, second = _deeds(world, field, 2)
    parts = [first.has(True), second.has(False)]
    if rng.random() < 0.5:
        parts.reverse()
    premise = sentence(f"{who} {parts[0]} {rng.choice(('but', 'and'))} {parts[1]}")
    claimed = rng.random() < 0.5
    follows, fails = (first, second) if claimed else (second, first)
    return _inference(premise, f"{who} {follows.has(claimed)}", f"{who} {fails.has(claimed)}")


def titles(world: World, field: str) -> Inference:
    """Which of two named people has which job."""
    one, other = _named(world, 2)
    first, second = _jobs(world, field, 2)
    (deed,) = _deeds(world, field, 1)
    premise = world.rng.choice((
        f"{one}, {article(first)} {first}, and {other}, {article(second)} {second}, {deed.done()}",
        f"{one} is {article(first)} {first} and {other} {article(second)} {second}",
        f"the {first} {one} {deed.done()} with the {second} {other}",
    ))  # fmt: skip
    if world.rng.random() < 0.5:
        one, other, first, second = other, one, second, first
    return _inference(sentence(premise), f"{one} is {article(first)} {first}", f"{other} is {article(first)} {first}")


def corrections(world: World, field: str) -> Inference:
    """Not this one but that one."""
    one, other = _people(world, field, 2)
    (deed,) = _deeds(world, field, 1)
    premise = world.rng.choice((
        f"it was not {one} but {other} who {deed.done()}", f"it was {other}, not {one}, who {deed.done()}",
        f"{other} and not {one} {deed.done()}", f"not {one} but {other} {deed.done()}",
    ))  # fmt: skip
    return _inference(sentence(premise), f"{other} {deed.done()}", f"{one} {deed.done()}")


def reports(world: World, field: str) -> Inference:
    """What is known is so; what is hoped need not be."""
    rng = world.rng
    speaker, one, other = _people(world, field, 3)
    first, second = _deeds(world, field, 2)
    fact, opinion = (
        f"{rng.choice(FACTS)} that {one} {first.done()}",
        f"{rng.choice(OPINIONS)} that {other} {second.done()}",
    )
    order = [fact, opinion] if rng.random() < 0.5 else [opinion, fact]
    premise = sentence(f"{speaker} {order[0]} and {order[1]}")
    return _inference(premise, f"{one} {first.done()}", f"{other} {second.done()}")


def conditions(world: World, field: str) -> Inference:
    """What is said is so; what would follow from something need not be."""
    rng = world.rng
    one, other = _people(world, field, 2)
    first, second, third = _deeds(world, field, 3)
    before, between = rng.choice((("unless", ","), ("if", ","), ("either", " or"), ("perhaps", " or")))
    unsure = f"{before} {other} {second.done()}{between} {one} {third.done()}"
    sure = f"{rng.choice((one, other))} {first.done()}"
    who = sure.removesuffix(f" {first.done()}")
    order = [sentence(sure), sentence(unsure)] if rng.random() < 0.5 else [sentence(unsure), sentence(sure)]
    fails = f"{one} {third.done()}" if who == one else f"{other} {second.done()}"
    return _inference(" ".join(order), sure, fails)


def degrees(world: World, field: str) -> Inference:
    """More and less."""
    rng = world.rng
    one, other = _people(world, field, 2)
    found = world.lexicon.adjective(rng, field, "person") or world.lexicon.adjective(rng, "general", "person")
    word = found.word if found else "patient"
    premise = f"{one} is more {word} than {other}" if rng.random() < 0.5 else f"{other} is less {word} than {one}"
    if rng.random() < 0.5:
        return _inference(sentence(premise), f"{other} is not as {word} as {one}", f"{one} is not as {word} as {other}")
    if premise.startswith(one):
        return _inference(sentence(premise), f"{other} is less {word} than {one}", f"{one} is less {word} than {other}")
    return _inference(sentence(premise), f"{one} is more {word} than {other}", f"{other} is more {word} than {one}")


def everyone(world: World, field: str) -> Inference:
    """What holds of every one holds of this one; what holds of some need not."""
    rng = world.rng
    one, other = _named(world, 2)
    first, second = _jobs(world, field, 2)
    all_did, some_did = _deeds(world, field, 2)
    facts = [
        f"every {first} {all_did.done()}",
        f"{rng.choice(('one', 'hardly any', 'only one'))} {second} {some_did.done()}",
    ]
    people = [f"{one} is {article(first)} {first}", f"{other} is {article(second)} {second}"]
    if rng.random() < 0.5:
        facts.reverse()
    if rng.random() < 0.5:
        people.reverse()
    premise = " ".join(sentence(part) for part in (" and ".join(facts), " and ".join(people)))
    return _inference(premise, f"{one} {all_did.done()}", f"{other} {some_did.done()}")


Kind = Callable[[World, str], Inference]
PRETRAINED: tuple[Kind, ...] = (roles, subjects, negation, titles, corrections)
HELD_OUT: tuple[Kind, ...] = (reports, conditions, degrees, everyone)
KINDS = PRETRAINED + HELD_OUT


def rows(split: str, count: int, rng: Random) -> list[Example]:
    """Rows of one split, the kinds in turn, one hypothesis of each premise."""
    world = World(rng, evaluation=True)
    made: list[Example] = []
    seen: set[str] = set()
    while len(made) < count:
        number = len(made)
        drawn = KINDS[number % len(KINDS)](world, rng.choice(FIELDS))
        if drawn.premise in seen or not in_split(drawn.premise, split):
            continue
        seen.add(drawn.premise)
        follows = rng.random() < 0.5
        fields = {"premise": drawn.premise, "hypothesis": drawn.follows if follows else drawn.fails}
        label = LABELS[0] if follows else LABELS[1]
        made.append(Example(f"{split}-{number:05d}", fields, (label,), drawn.premise))
    return made
