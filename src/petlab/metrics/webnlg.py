"""WebNLG 2017 and DART: BLEU (0-100), METEOR (0-1) and TER (0 up, low is good) over several references a row.

As the scripts prepare text, it is lower-cased and every punctuation mark is a token of its own; files in the scripts'
own form stay as they are. WebNLG's script also turns letters into ASCII ones, in outputs and references alike. BLEU is
multi-bleu.perl's, for which an empty line of a reference file is a reference of length 0; METEOR and TER do without it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from petlab.metrics import ascii_letters, bleu, meteor, rows, ter

VERSION = 2
_TOKEN = re.compile(r"\w+|[^\w\s]")


def tokenize(text: str, *, ascii_only: bool = False) -> str:
    """Lower case, words and punctuation marks divided by spaces."""
    return " ".join(_TOKEN.findall(ascii_letters.fold(text) if ascii_only else text)).lower()


def scores(
    outputs: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    ascii_only: bool = False,
    with_meteor: bool = True,
) -> dict[str, float]:
    """BLEU, METEOR where `meteor.missing()` is None, and TER.

    Args:
        outputs: one text a row, at least one row.
        references: one or more texts a row; an empty text = no such reference, and at least one is not empty.
        ascii_only: WebNLG 2017's script turns letters into ASCII ones, DART's and LoRA's do not.
        with_meteor: METEOR takes seconds, most of them to start Java.

    Raises:
        ValueError: no rows, other numbers of outputs and references, or a row without a reference.
    """
    rows.check(outputs, references)
    tokens = [tokenize(output, ascii_only=ascii_only) for output in outputs]
    golds = [[tokenize(gold, ascii_only=ascii_only) for gold in row] for row in references]
    given = [[gold for gold in row if gold] for row in golds]
    if not all(given):
        raise ValueError(f"row {given.index([]) + 1} has no reference")
    result = {"BLEU": bleu.corpus(tokens, golds).score}
    if with_meteor and meteor.missing() is None:
        result["METEOR"] = meteor.corpus(tokens, given)
    result["TER"] = ter.corpus(tokens, given).score
    return result
