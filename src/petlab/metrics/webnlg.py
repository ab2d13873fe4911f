"""WebNLG 2017 and DART: BLEU (0-100), METEOR (0-1) and TER (0 up, low is good) over several references a row.

As the challenge's scripts prepare text, it is lower-cased and every punctuation mark is a token of its own; files in
the scripts' own form stay as they are. BLEU is multi-bleu.perl's, for which an empty line of a reference file is a
reference of length 0; METEOR and TER do without it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from petlab.metrics import bleu, meteor, rows, ter

VERSION = 1
_TOKEN = re.compile(r"\w+|[^\w\s]")


def tokenize(text: str) -> str:
    """Lower case, words and punctuation marks divided by spaces."""
    return " ".join(_TOKEN.findall(text.lower()))


def scores(
    outputs: Sequence[str], references: Sequence[Sequence[str]], *, with_meteor: bool = True
) -> dict[str, float]:
    """BLEU, METEOR where `meteor.missing()` is None, and TER.

    Args:
        outputs: one text a row, at least one row.
        references: one or more texts a row; an empty text = no such reference, and at least one is not empty.
        with_meteor: METEOR takes seconds, most of them to start Java.

    Raises:
        ValueError: no rows, other numbers of outputs and references, or a row without a reference.
    """
    rows.check(outputs, references)
    tokens = [tokenize(output) for output in outputs]
    golds = [[tokenize(gold) for gold in row] for row in references]
    given = [[gold for gold in row if gold] for row in golds]
    if not all(given):
        raise ValueError(f"row {given.index([]) + 1} has no reference")
    result = {"BLEU": bleu.corpus(tokens, golds).score}
    if with_meteor and meteor.missing() is None:
        result["METEOR"] = meteor.corpus(tokens, given)
    result["TER"] = ter.corpus(tokens, given).score
    return result
