"""`embedded/acceptability`: is a sentence well formed? CoLA's shape, over the whole lexicon.

Each unacceptable sentence is an acceptable one with one fault: agreement, verb form, irregular form, argument
structure, word order, determiner, a missing or a doubled word. A row holds one half of such a pair; the other half is
not in the data set, so that no row gives away its partner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from petlab.data.embedded import inflection
from petlab.data.embedded.grammar import Clause, Grammar, NounPhrase, sentence, verb_group
from petlab.data.embedded.lexicon import FIELDS, lexicon
from petlab.data.embedded.spaces import in_split
from petlab.data.example import Example

LABELS = ("unacceptable", "acceptable")
ACCEPTABLE_SHARE = 0.5
FAULTS = ("agreement", "form", "irregular", "arguments", "order", "determiner", "missing", "double")
# The faults that pretraining tasks show; the other kinds have to be learnt from the rows of this set, so that more of
# them help.
TAUGHT = tuple(fault for fault in FAULTS if fault not in ("determiner", "double"))
# The faults of whole words, which half of the rows draw from alone: they are what 100 rows teach, while the forms of
# single words take thousands.
STRUCTURAL = ("arguments", "order", "missing")


@dataclass(frozen=True)
class _Site:
    """Where a fault is made: the clause, its field, and what draws words for it."""

    clause: Clause
    field: str
    grammar: Grammar

    @property
    def rng(self) -> Random:
        return self.grammar.rng


def faulty(clause: Clause, grammar: Grammar, field: str, faults: tuple[str, ...] = FAULTS) -> str | None:
    """The clause with one random fault, or None where no fault applies or the text did not change."""
    for fault in grammar.rng.sample(faults, len(faults)):
        made = _APPLY[fault](_Site(clause, field, grammar))
        if made is not None and made != clause.text():
            return made
    return None


def _spell(clause: Clause, parts: list[str]) -> str:
    body = " ".join(part for part in parts if part)
    return f"{clause.front}, {body}" if clause.front else body


def _with_group(clause: Clause, group: list[str]) -> str:
    parts = clause.parts()
    parts[1] = " ".join(group)
    return _spell(clause, parts)


def _agreement(site: _Site) -> str | None:
    """`the coaches trains`: the verb has the other number."""
    clause = site.clause
    if clause.tense in ("past", "future") or clause.modal:
        return None
    return _with_group(clause, verb_group(clause.verb, clause.tense, clause.negated, not clause.subject.is_plural))


def _form(site: _Site) -> str | None:
    """`will trained`, `has train`, `is walk`: the main verb has a form its auxiliary does not take."""
    clause, rng = site.clause, site.rng
    verb = clause.verb
    group = clause.verb_group()
    if len(group) == 1:
        wrong = [[verb.ing]] + ([["is", verb.base]] if clause.tense == "present" else [["will", verb.past]])
        return _with_group(clause, rng.choice(wrong))
    others = [form for form in (verb.base, verb.past, verb.ing, verb.third) if form not in (group[-1], verb.participle)]
    return _with_group(clause, [*group[:-1], rng.choice(others)]) if others else None


def _irregular(site: _Site) -> str | None:
    """`runned`, `has took`, `childs`: a regular ending on an irregular word, or past for participle."""
    clause, rng = site.clause, site.rng
    verb = clause.verb
    regular = inflection.past(verb.base)
    group = clause.verb_group()
    if verb.irregular and group[-1] in (verb.past, verb.participle):
        wrong = regular if group[-1] == verb.past or rng.random() < 0.5 else verb.past
        return _with_group(clause, [*group[:-1], wrong])
    for phrase in (clause.subject, *clause.objects):
        noun = phrase.noun
        if noun and phrase.plural and noun.plural and noun.plural != inflection.plural(noun.singular):
            return clause.text().replace(noun.plural, inflection.plural(noun.singular), 1)
    return None


def _arguments(site: _Site) -> str | None:
    """`the nurse slept the bandage`: an object too many; `the referee said the whistle`."""
    clause = site.clause
    if clause.verb.frame == "intransitive" and not clause.manner:
        extra = site.grammar.phrase(site.field, "thing", bare=True)
        return replace(clause, objects=(replace(extra, determiner="the"),)).text()
    if clause.verb.frame == "clause":
        person = site.grammar.phrase(site.field, "person", bare=True)
        return replace(clause, complement="", objects=(person,)).text() + " that"
    return None


def _order(site: _Site) -> str | None:
    """Two neighbouring constituents, or a determiner and its noun, change places."""
    clause, rng = site.clause, site.rng
    parts = clause.parts()
    roll = rng.random()
    if roll < 0.4 and clause.objects:
        parts[1], parts[2] = parts[2], parts[1]
    elif roll < 0.7:
        parts[0], parts[1] = parts[1], parts[0]
    else:
        target = 2 if clause.objects and rng.random() < 0.5 else 0
        words = parts[target].split()
        if len(words) < 2:
            return None
        parts[target] = " ".join([*words[1:], words[0]])
    return _spell(clause, parts)


def _determiner(site: _Site) -> str | None:
    """`a coaches`, `many anchor`, `an player`, `these boat`."""
    clause, rng = site.clause, site.rng
    for index, phrase in enumerate((clause.subject, *clause.objects)):
        noun = phrase.noun
        if noun is None:
            continue
        if noun.plural is None:
            wrong = replace(phrase, determiner=rng.choice(("many", "these", "two", "several")))
        elif phrase.plural:
            wrong = replace(phrase, determiner=rng.choice(("a", "this", "every", "another")))
        elif phrase.determiner == "a" and rng.random() < 0.5:
            text = phrase.text()
            swapped = "a " + text[3:] if text.startswith("an ") else "an " + text[2:]
            wrong = NounPhrase(name=swapped)
        else:
            wrong = replace(phrase, determiner=rng.choice(("many", "these", "two", "several", "")))
        if index == 0:
            return replace(clause, subject=wrong if wrong.noun else replace(wrong, plural=False)).text()
        return replace(clause, objects=(*clause.objects[: index - 1], wrong, *clause.objects[index:])).text()
    return None


def _missing(site: _Site) -> str | None:
    """The verb, or the object of a verb that needs one, is missing."""
    clause = site.clause
    parts = clause.parts()
    if clause.tense not in ("past", "present") or clause.negated:
        group = clause.verb_group()
        parts[1] = " ".join(group[:-1])
        return _spell(clause, parts)
    del parts[1]
    return _spell(clause, parts)


def _double(site: _Site) -> str | None:
    """A determiner or an auxiliary stands twice: `the a coach`, `will can train`."""
    clause, rng = site.clause, site.rng
    parts = clause.parts()
    if clause.tense == "future" and rng.random() < 0.5:
        parts[1] = "will can " + clause.verb.base
    elif clause.subject.noun is not None:
        first = parts[0].split()[0]
        parts[0] = ("a " if first in ("the", "this", "these", "many", "some") else "the ") + parts[0]
        if parts[0].startswith("a ") and rng.random() < 0.3:
            parts[0] = "the " + parts[0][2:]
    else:
        return None
    return _spell(clause, parts)


_APPLY: dict[str, Callable[[_Site], str | None]] = {
    "agreement": _agreement, "form": _form, "irregular": _irregular, "arguments": _arguments, "order": _order,
    "determiner": _determiner, "missing": _missing, "double": _double,
}  # fmt: skip


def pair(rng: Random, grammar: Grammar, fields: tuple[str, ...], faults: tuple[str, ...] = FAULTS) -> tuple[str, str]:
    """A well formed sentence and the same sentence with a fault."""
    while True:
        field = rng.choice(fields)
        clause = grammar.clause(field, plain=rng.random() < 0.3)
        broken = faulty(clause, grammar, field, faults)
        if broken is not None and sentence(broken) != sentence(clause.text()):
            return sentence(clause.text()), sentence(broken)


def mistake(good: str, bad: str) -> str:
    """The first word in which a faulty sentence differs from the well formed one, after the word before it."""
    right, wrong = good.split(), bad.split()
    at = next((at for at, (one, other) in enumerate(zip(right, wrong, strict=False)) if one != other), len(right))
    return " ".join(wrong[max(0, at - 1) : at + 1])


def rows(split: str, count: int, rng: Random) -> list[Example]:
    """Rows of one split."""
    grammar = Grammar(lexicon(), rng, True)
    made: list[Example] = []
    seen: set[str] = set()
    while len(made) < count:
        good, bad = pair(rng, grammar, FIELDS, FAULTS if rng.random() < 0.5 else STRUCTURAL)
        if len(good.split()) > 16 or good in seen or bad in seen or not in_split(good, split):
            continue
        seen.update((good, bad))
        acceptable = rng.random() < ACCEPTABLE_SHARE
        number = len(made)
        made.append(
            Example(
                id=f"{split}-{number:05d}",
                fields={"sentence": good if acceptable else bad},
                targets=(LABELS[acceptable],),
                group=f"{split}-pair-{number:05d}",
            )
        )
    return made
