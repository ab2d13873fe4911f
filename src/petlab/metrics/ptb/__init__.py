"""The Penn Treebank tokenizer of Stanford CoreNLP 3.4.1, without Java: what COCO's caption scores (ROUGE-L, CIDEr,
METEOR of the E2E scorer) are computed on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from petlab.metrics.ptb.alphabet import fold
from petlab.metrics.ptb.rules import RULES, SPACE, Rule

# What pycocoevalcap leaves out after tokenization. The names of brackets stand in capitals there and are lower-cased
# by then, so brackets stay: part of the definition.
PUNCTUATION = frozenset(
    ["''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-", "--", "...", ";"]
)
# Most of any text: a plain word, digits at its end or not, before a space or a comma and a space. Only the
# assimilations divide one.
_PLAIN = re.compile(r"([A-Za-z]+[0-9]*)(?=,?(?: |$))")
_GAP = re.compile(f"{SPACE}+")
_DIVIDED = {"cannot": 3, "gonna": 2, "gotta": 2, "lemme": 2, "gimme": 2, "wanna": 2}


def tokenize(lines: Sequence[str]) -> list[list[str]]:
    """The lower-cased tokens of each line, as `PTBTokenizer -preserveLines -lowerCase` prints them.

    The lines are one document, as in the official scorers: whether a full stop after a lone initial ends the sentence
    may depend on how the next line begins. A character that no rule knows is dropped.
    """
    # Only \n divides lines; the other line ends of Unicode are spaces within one.
    text = "\n".join(line.replace("\n", " ") for line in lines)
    tokens: list[list[str]] = [[]]
    for token in _scan(text):
        if token == "\n":
            tokens.append([])
        else:
            tokens[-1].append(token.lower())
    return tokens


def captions(lines: Sequence[str]) -> list[str]:
    """Each line as pycocoevalcap's PTBTokenizer gives it: tokens joined by spaces, without punctuation."""
    return [" ".join(token for token in tokens if token not in PUNCTUATION) for tokens in tokenize(lines)]


def _scan(text: str) -> Iterator[str]:
    folded = fold(text)
    position, end = 0, len(text)
    while position < end:
        character = folded[position]
        if character == " ":
            position = _GAP.match(folded, position).end()  # type: ignore[union-attr]  # it matches the space at least
            continue
        if character == "\n":
            yield "\n"
            position += 1
            continue
        plain = _PLAIN.match(folded, position)
        if plain:
            word = text[position : plain.end()]
            divide = _DIVIDED.get(word.lower())
            if divide:
                yield word[:-divide]
                yield word[-divide:]
            else:
                yield word
            position = plain.end()
            continue
        best, longest = _best(folded, position, character)
        if best is None or longest is None:
            position += 1
            continue
        stop = longest.end(1) - best.give_back
        token = text[position:stop]
        written = best.write(token) if best.write else token
        if written:  # spaces and marks without width are written as nothing
            yield written
        position = stop - best.repeat


def _best(folded: str, position: int, character: str) -> tuple[Rule | None, re.Match[str] | None]:
    best, longest, length = None, None, position
    for rule in _rules_for(character):
        match = rule.pattern.match(folded, position)
        if match and match.end() > length:
            best, longest, length = rule, match, match.end()
    return best, longest


@cache
def _rules_for(character: str) -> tuple[Rule, ...]:
    """The rules whose token can begin with this character."""
    return tuple(rule for rule in RULES if rule.first.match(character))
