"""The scores that a data set asks for: the one that tables show first, and those that its authors report.

Names in the record are the scorers' own: exact_match; rougeL, rouge1 and rouge2 (`rouge`: stemmed, one sequence);
accuracy, f1, matthews, pearson and spearman (`glue`); BLEU, NIST, METEOR, ROUGE_L and CIDEr of `e2e`; BLEU, METEOR and
TER of `webnlg`; logical_form of `wikisql`. `unreadable` counts outputs that are no number or no query. Where the test
set has parts, each score stands there by part, too, as `accuracy/matched`. A score that something is missing for
(METEOR: Java) is not there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from petlab.data.example import Example
from petlab.data.spec import DatasetSpec
from petlab.metrics import ROW_SCORERS, e2e, glue, means, rows, score_rows, webnlg, wikisql

UNREADABLE = -1.0  # what counts for an output that is no number or no label word; in T5's scoring of STS-B, too


@dataclass(frozen=True)
class Scores:
    """What a cell's outputs are worth.

    Attributes:
        rows: one number a row, for the scores that are means over rows.
        whole: every score of the test set, and of its parts.
    """

    rows: dict[str, list[float]]
    whole: dict[str, float]


def score(spec: DatasetSpec, outputs: Sequence[str], examples: Sequence[Example]) -> Scores:
    """Score the outputs of a test set.

    Args:
        outputs: one a row: a text, a label word, or a number.
        examples: the test rows.

    Raises:
        ValueError: no rows, or other numbers of outputs and examples.
    """
    rows.check(outputs, examples)
    by_row: dict[str, list[float]] = {}
    for name in asked(spec):
        if name in ROW_SCORERS and name not in by_row:
            by_row |= score_rows(name, outputs, [example.targets for example in examples])
    whole = means(by_row) | _of_all(spec, outputs, examples)
    for part in spec.parts if spec.part is None else ():
        places = [place for place, example in enumerate(examples) if example.part == part]
        if places:
            own = means({name: [values[place] for place in places] for name, values in by_row.items()})
            own |= _of_all(spec, [outputs[place] for place in places], [examples[place] for place in places])
            whole |= {f"{name}/{part}": value for name, value in own.items()}
    return Scores(by_row, whole)


def asked(spec: DatasetSpec) -> list[str]:
    """The names of the scores, the first one first, each once."""
    return list(dict.fromkeys((spec.metric, *spec.metrics)))


def choosing(spec: DatasetSpec) -> list[str]:
    """The scores that may choose the best evaluation: those that are found under the name they are asked by."""
    return [name for name in asked(spec) if name in ROW_SCORERS or name in _GLUE or spec.scored_as == "wikisql"]


def version(spec: DatasetSpec, name: str) -> int:
    """The version of one score: raised when its numbers change; part of the run id."""
    return ROW_SCORERS[name][1] if name in ROW_SCORERS else _TOGETHER[spec.scored_as][1]


def _of_all(spec: DatasetSpec, outputs: Sequence[str], examples: Sequence[Example]) -> dict[str, float]:
    """The scores that only a whole set of rows has."""
    wanted = [name for name in asked(spec) if name not in ROW_SCORERS]
    return _TOGETHER[spec.scored_as][0](spec, outputs, examples, wanted) if wanted else {}


def _labels(
    spec: DatasetSpec, outputs: Sequence[str], examples: Sequence[Example], wanted: Sequence[str]
) -> dict[str, float]:
    """Label words as their places; a word that is no label is wrong, whatever the gold one."""
    places = {word: float(place) for place, word in enumerate(spec.labels)}
    given = [places.get(output, UNREADABLE) for output in outputs]
    gold = [places[example.targets[0]] for example in examples]
    return {name: _GLUE[name](given, gold) for name in wanted}


def _numbers(
    spec: DatasetSpec, outputs: Sequence[str], examples: Sequence[Example], wanted: Sequence[str]
) -> dict[str, float]:
    del spec
    read = [_number(output) for output in outputs]
    given = [UNREADABLE if number is None else number for number in read]
    gold = [float(example.targets[0]) for example in examples]
    return {name: _GLUE[name](given, gold) for name in wanted} | {"unreadable": float(read.count(None))}


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _e2e(
    spec: DatasetSpec, outputs: Sequence[str], examples: Sequence[Example], wanted: Sequence[str]
) -> dict[str, float]:
    del spec
    golds = [example.targets for example in examples]
    return _only(wanted, e2e.scores(outputs, golds, with_meteor="meteor" in wanted))


def _triples(
    spec: DatasetSpec, outputs: Sequence[str], examples: Sequence[Example], wanted: Sequence[str]
) -> dict[str, float]:
    golds = [example.targets for example in examples]
    own = spec.suite == "webnlg"
    return _only(wanted, webnlg.scores(outputs, golds, ascii_only=own, with_meteor="meteor" in wanted))


def _only(wanted: Sequence[str], scores: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in scores.items() if name.lower() in wanted}


def _wikisql(
    spec: DatasetSpec, outputs: Sequence[str], examples: Sequence[Example], wanted: Sequence[str]
) -> dict[str, float]:
    """Logical-form accuracy of the written queries, read against the columns of each row's table.

    Execution accuracy needs the tables' contents, which no row carries: `petlab score wikisql` gives it.
    """
    del spec, wanted
    columns = [_columns(example.fields["columns"].split("\n")) for example in examples]
    given = [_query(output, names) for output, names in zip(outputs, columns, strict=True)]
    gold = [_query(example.targets[0], names) for example, names in zip(examples, columns, strict=True)]
    right = 0
    for own, query, output, example in zip(given, gold, outputs, examples, strict=True):
        # A gold query that its own columns do not explain is compared as text.
        same = output == example.targets[0] if query is None else own is not None and own.key() == query.key()
        right += same
    return {"logical_form": right / len(examples), "unreadable": float(given.count(None))}


def _columns(names: Sequence[str]) -> list[str]:
    """The names, and neighbours as one: a sample without quotes leaves a name with a comma in pieces."""
    joined = [", ".join(names[start:end]) for start in range(len(names)) for end in range(start + 2, len(names) + 1)]
    return [*names, *joined]


def _query(text: str, columns: Sequence[str]) -> wikisql.Query | None:
    try:
        return wikisql.parse_sql(text, columns)
    except wikisql.Unreadable:
        return None


_GLUE = {
    "accuracy": glue.accuracy,
    "f1": glue.f1,
    "matthews": glue.matthews,
    "pearson": glue.pearson,
    "spearman": glue.spearman,
}
# Scores of a whole set that are made together, by what the data set is scored as.
_Together = Callable[[DatasetSpec, Sequence[str], Sequence[Example], Sequence[str]], dict[str, float]]
_TOGETHER: dict[str, tuple[_Together, int]] = {
    "classification": (_labels, glue.VERSION),
    "regression": (_numbers, glue.VERSION),
    "e2e": (_e2e, e2e.VERSION),
    "webnlg": (_triples, webnlg.VERSION),
    "dart": (_triples, webnlg.VERSION),
    "wikisql": (_wikisql, wikisql.VERSION),
}
