"""Instruction tasks in the shapes of the four data sets, over other fields, labels, domains and scenarios.

FLAN (Wei et al. 2022) too was tuned on tasks of the same shapes as its test tasks. The field labels of
`embedded/topics`, the label words of `embedded/acceptability`, restaurants and the scenarios of `embedded/dialogues`
never occur here as such.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from petlab.data.embedded import acceptability, conversation, domains, records, scenarios, topics
from petlab.data.embedded.grammar import TENSES, sentence
from petlab.data.embedded.lexicon import FIELDS, TASK_FIELDS
from petlab.data.embedded.selecting import Pair
from petlab.data.embedded.world import World

TOPIC_PROMPTS = (
    "What is this text about: {options}? {text}", "What is this text about: {options}? {text}",
    "Topic ({options}): {text}", "{text} Is this about {options}?", "Choose {options}: {text}",
    "Which of {options} fits? {text}",
)  # fmt: skip
OPEN_TOPIC_PROMPTS = ("Name the topic: {text}", "Name the topic: {text}", "What is this text about? {text}")
JUDGEMENTS = (
    ("correct", "wrong"), ("good", "bad"), ("right", "faulty"), ("fine", "broken"), ("well formed", "ill formed"),
    ("grammatical", "ungrammatical"), ("valid", "invalid"), ("proper", "improper"), ("sound", "unsound"),
    ("usable", "unusable"), ("tidy", "untidy"), ("clean", "unclean"), ("regular", "irregular"), ("real", "unreal"),
    ("stable", "unstable"), ("true", "untrue"), ("fair", "unfair"), ("safe", "unsafe"), ("happy", "unhappy"),
    ("reliable", "unreliable"), ("readable", "unreadable"), ("suitable", "unsuitable"), ("tolerable", "intolerable"),
    ("usual", "unusual"), ("likely", "unlikely"), ("able", "unable"), ("lawful", "unlawful"), ("kind", "unkind"),
    ("believable", "unbelievable"),
)  # fmt: skip
JUDGE_PROMPTS = (
    "Is this sentence {one} or {two}? {text}", "Is this sentence {one} or {two}? {text}",
    "{text} Is that {one} or {two}?", "Judge the grammar, {one} or {two}: {text}",
)  # fmt: skip
DESCRIBE_PROMPTS = ("Describe the {noun}: {record}", "Put into words: {record}", "Write about the {noun}: {record}")
SUMMARY_PROMPTS = ("Summarize the dialogue: {text}", "summarize: {text}", "{text}\nWhat was agreed?", "Sum up: {text}")


def _options(world: World, least: int, most: int) -> list[str]:
    return world.rng.sample(TASK_FIELDS, world.rng.randint(least, most))


def _either(options: list[str]) -> str:
    return ", ".join(options[:-1]) + " or " + options[-1]


def topic(world: World) -> Pair:
    """Name the field of a text or a word list, or choose it from options that the prompt lists.

    Naming comes first: with options alone the model learns to guess among them and nothing about the text.
    """
    rng = world.rng
    if rng.random() < 0.35:
        return _nearest(world)
    options = _options(world, 2, 6)
    label = rng.choice(options)
    if rng.random() < 0.3:
        text = ", ".join(world.group(label) for _ in range(rng.randint(1, 5)))
    else:
        text = topics.text(world, label, FIELDS, 0.1)
    if rng.random() < 0.4:
        return rng.choice(OPEN_TOPIC_PROMPTS).format(text=text), label
    return rng.choice(TOPIC_PROMPTS).format(options=_either(options), text=text), label


def _nearest(world: World) -> Pair:
    """Choose the word that stands nearest to a text, from words of different fields; over all fields."""
    rng = world.rng
    fields = rng.sample(FIELDS, rng.randint(2, 5))
    options = [world.group(field) for field in fields]
    chosen = rng.randrange(len(fields))
    text = topics.text(world, fields[chosen], FIELDS, 0.1)
    return rng.choice(TOPIC_PROMPTS).format(options=_either(options), text=text), options[chosen]


def belongs(world: World) -> Pair:
    """Which of two words, or sentences, goes with the others; over all fields, without their names."""
    rng = world.rng
    field, other = rng.sample(FIELDS, 2)
    roll = rng.random()
    if roll < 0.4:
        known = ", ".join(world.group(field) for _ in range(rng.randint(2, 4)))
        pair = [world.group(field), world.group(other)]
        answer = pair[0]
        rng.shuffle(pair)
        return f"Which goes with {known}: {pair[0]} or {pair[1]}?", answer
    if roll < 0.7:
        words = [world.group(field) for _ in range(3)]
        odd = world.group(other)
        words.insert(rng.randrange(4), odd)
        return f"Which does not belong: {', '.join(words)}?", odd
    same = rng.random() < 0.5
    first, second = world.sentence(field), world.sentence(field if same else other)
    return f"Do these belong together, yes or no? {first} {second}", "yes" if same else "no"


def related(world: World) -> Pair:
    """Words that stand near a text; over all fields, without their names.

    Every word of the target tells the field, so that a field becomes a feature without ever being a label.
    """
    rng = world.rng
    field = rng.choice(FIELDS)
    text = " ".join(world.sentence(field) for _ in range(rng.choice((1, 1, 2))))
    return f"Related words: {text}", ", ".join(world.group(field) for _ in range(4))


def judge(world: World) -> Pair:
    """Say whether a sentence is well formed, often in one fixed way, else with many pairs of label words."""
    rng = world.rng
    good, bad = acceptability.pair(rng, world.grammar, TASK_FIELDS, acceptability.TAUGHT)
    fine = rng.random() < 0.5
    text = good if fine else bad
    if rng.random() < 0.3:
        return f"Is this sentence correct or wrong? {text}", "correct" if fine else "wrong"
    if rng.random() < 0.1:
        return f"{rng.choice(('Is this good English?', 'Is the grammar right?'))} {text}", "yes" if fine else "no"
    labels = rng.choice(JUDGEMENTS)
    one, two = labels if rng.random() < 0.5 else labels[::-1]
    return rng.choice(JUDGE_PROMPTS).format(one=one, two=two, text=text), labels[0 if fine else 1]


def locate(world: World) -> Pair:
    """Where the mistake of a sentence is, or that there is none."""
    good, bad = acceptability.pair(world.rng, world.grammar, TASK_FIELDS, acceptability.TAUGHT)
    if world.rng.random() < 0.3:
        return f"Where is the mistake? {good}", "none"
    return f"Where is the mistake? {bad}", acceptability.mistake(good, bad)


def mend(world: World) -> Pair:
    """Correct a sentence; a well formed one stays as it is."""
    good, bad = acceptability.pair(world.rng, world.grammar, TASK_FIELDS, acceptability.TAUGHT)
    return f"Correct the sentence: {good if world.rng.random() < 0.2 else bad}", good


def better(world: World) -> Pair:
    """Which of two sentences is well formed."""
    pair = list(acceptability.pair(world.rng, world.grammar, TASK_FIELDS, acceptability.TAUGHT))
    good = pair[0]
    world.rng.shuffle(pair)
    return f"Which is better English? A: {pair[0]} B: {pair[1]}", "A" if pair[0] == good else "B"


def retell(world: World) -> Pair:
    """The same clause in another tense or number, or negated."""
    rng = world.rng
    clause = replace(world.grammar.clause(rng.choice(TASK_FIELDS), plain=True), negated=False)
    roll = rng.random()
    if roll < 0.3:
        return f"Deny: {sentence(clause.text())}", sentence(replace(clause, negated=True).text())
    if roll < 0.5 and clause.subject.noun is not None and clause.subject.noun.plural is not None:
        subjects = [replace(clause.subject, plural=plural, determiner="the") for plural in (False, True)]
        one, many = (sentence(replace(clause, subject=subject).text()) for subject in subjects)
        return (f"Make it plural: {one}", many) if rng.random() < 0.5 else (f"Make it singular: {many}", one)
    tense = rng.choice(TENSES)
    name = tense.replace("_", " ")
    return f"Put into the {name}: {sentence(clause.text())}", sentence(replace(clause, tense=tense).text())


def describe(world: World) -> Pair:
    """A record in words, or the record of a text."""
    rng = world.rng
    domain = rng.choice(domains.DOMAINS)
    record = records.record(domain, rng, False)
    text = records.describe(domain, record, rng)
    notation = rng.choice(records.NOTATIONS)(record)
    roll = rng.random()
    if roll < 0.12:
        return f"Write the record: {text}", records.colons(record)
    if roll < 0.22:
        key = rng.choice(list(record))
        return f"What is the {key}? {text}", record[key]
    return rng.choice(DESCRIBE_PROMPTS).format(noun=rng.choice(domain.nouns), record=notation), text


def summarize(world: World) -> Pair:
    """A dialogue and one of its summaries."""
    rng = world.rng
    dialogue = conversation.play(rng.choice(scenarios.SCENARIOS), rng, False, chatter=rng.choice((0.0, 0.2, 0.3)))
    return rng.choice(SUMMARY_PROMPTS).format(text=dialogue.text), dialogue.summaries[0]


TASKS: tuple[tuple[Callable[[World], Pair], int], ...] = (
    (topic, 26), (belongs, 1), (related, 12), (judge, 28), (locate, 9), (mend, 4), (retell, 3), (describe, 14),
    (summarize, 14),
)  # fmt: skip


def task(world: World) -> Pair:
    """A task of a random kind: (input, target)."""
    makers, weights = zip(*TASKS, strict=True)
    maker: Callable[[World], Pair] = world.rng.choices(makers, weights)[0]
    return maker(world)


def writing(world: World) -> Pair:
    """A task whose answer is a text: a record in words, or a summary."""
    return describe(world) if world.rng.random() < 0.6 else summarize(world)
