"""GLUE: a submission TSV against the task's own TSV."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from petlab.errors import UserError
from petlab.metrics import files, glue
from petlab.score.scored import Options, Scored

# The label column of the tasks' own TSV where it is not called label.
_COLUMNS = {"mrpc": "quality", "stsb": "score", "qqp": "is_duplicate", "mnli": "gold_label"}
_COLA_LABEL = 1  # CoLA's file has no header: source, label, mark, sentence

# Label words in the order of their numbers; either may stand in a file.
_ENTAILMENT = ("entailment", "not_entailment")
_WORDS = {"rte": _ENTAILMENT, "qnli": _ENTAILMENT, "mnli": ("entailment", "neutral", "contradiction")}


class Label(NamedTuple):
    """A label as written, and the line of the file it stands in, from 1."""

    line: int
    word: str


def scorer(task: str) -> Callable[[Path, Path, Options], Scored]:
    """The scorer of one task's files."""

    def scored(reference: Path, predictions: Path, options: Options) -> Scored:
        del options
        return _score(task, reference, predictions)

    return scored


def _score(task: str, reference: Path, predictions: Path) -> Scored:
    golds = _read(task, reference)
    outputs = _read(task, predictions, submission=True)
    files.same_count(predictions, len(outputs), reference, len(golds), first_line=2)
    if task == "stsb":
        values = [_similarity(predictions, label) for label in outputs]
        return Scored(glue.scores(task, values, [_similarity(reference, label) for label in golds]))
    classes = _classes(task)
    known = [_class(reference, label, classes) for label in golds]
    for label, place in zip(golds, known, strict=True):
        if place is None:
            raise UserError(f"{reference}, line {label.line}: '{label.word}' is no label; {task} has {_listed(task)}")
    found = [_class(predictions, label, classes) for label in outputs]
    odd = [label for label, place in zip(outputs, found, strict=True) if place is None]
    if len(odd) == len(outputs):
        raise UserError(
            f"{predictions}, line {odd[0].line}: '{odd[0].word}' is no label, nor is any other line's; "
            f"{task} has {_listed(task)}"
        )
    scores = glue.scores(
        task,
        [-1.0 if place is None else place for place in found],  # a system may emit any word; such a one is wrong
        [place for place in known if place is not None],
    )
    remarks = [
        f"{predictions}, line {label.line}: '{label.word}' is no label; {len(odd)} such rows count as wrong"
        for label in odd[:1]
    ]
    return Scored(scores, remarks=remarks)


def _words(task: str) -> Sequence[str]:
    return _WORDS.get(task.removesuffix("_matched").removesuffix("_mismatched"), ())


def _classes(task: str) -> dict[str, float]:
    words = _words(task)
    numbers = {str(place): float(place) for place in range(len(words) or 2)}
    return numbers | {word: float(place) for place, word in enumerate(words)}


def _listed(task: str) -> str:
    return ", ".join(_classes(task))


def _class(path: Path, label: Label, classes: dict[str, float]) -> float | None:
    """The number of a label, None for another word; a label that is not a number at all is a mistake of the file."""
    word = label.word.lower()
    if word in ("nan", "null", "none", "na", "n/a"):
        raise UserError(f"{path}, line {label.line}: the label is missing ('{label.word}')")
    return classes.get(word.removesuffix(".0"))


def _similarity(path: Path, label: Label) -> float:
    try:
        value = float(label.word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UserError(f"{path}, line {label.line}: '{label.word}' is not a number")
    return value


def _read(task: str, path: Path, *, submission: bool = False) -> list[Label]:
    """The labels of a submission TSV (index, prediction), by index, or of the task's own TSV."""
    rows = files.plain_table(path)
    header = [name.strip().lower() for name in rows[0]]
    own = _COLUMNS.get(task.removesuffix("_matched").removesuffix("_mismatched"), "label")
    names = list(dict.fromkeys(("prediction", "label") if submission else (own, "label", "prediction")))
    name = next((name for name in names if name in header), None)
    if name is None and task == "cola" and not submission and len(header) == 4:
        place, first = _COLA_LABEL, 0
    elif name is None:
        raise UserError(f"{path}, line 1: no column {' or '.join(names)} in the header ({', '.join(rows[0])})")
    else:
        place, first = header.index(name), 1
    labels = []
    for number, row in enumerate(rows[first:], start=first + 1):
        if not row[place].strip():
            raise UserError(f"{path}, line {number}: no label in column {place + 1}")
        labels.append(Label(number, row[place].strip()))
    if not labels:
        raise UserError(f"{path}, line 2: a header and no rows")
    if submission and "index" in header:
        return _by_index(path, labels, [row[header.index("index")].strip() for row in rows[first:]])
    return labels


def _by_index(path: Path, labels: Sequence[Label], indices: Sequence[str]) -> list[Label]:
    """The labels in the order of their indices, each from 0 on once."""
    given: dict[int, Label] = {}
    for label, index in zip(labels, indices, strict=True):
        if not index.isdecimal():
            raise UserError(f"{path}, line {label.line}: index '{index}' is no whole number from 0 on")
        if int(index) in given:
            raise UserError(
                f"{path}, line {label.line}: index {index} is there before, in line {given[int(index)].line}"
            )
        given[int(index)] = label
    for wanted, found in enumerate(sorted(given)):
        if found != wanted:
            raise UserError(f"{path}, line {given[found].line}: index {found}, but no row has index {wanted}")
    return [given[place] for place in range(len(given))]
