"""Suites of texts: E2E, WebNLG, DART, summaries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from petlab import metrics
from petlab.errors import UserError
from petlab.metrics import files, meteor, neural
from petlab.score.scored import Options, Scored

_OUTPUT_COLUMNS = ("output", "prediction", "ref", "text")


def e2e(reference: Path, predictions: Path, options: Options) -> Scored:
    """The E2E challenge's scores.

    The references are its text (a line a reference, an empty line between rows) or a CSV or TSV with columns mr and
    ref. The output is a line a row, or a CSV or TSV with a column mr that finds its row.
    """
    meanings: list[files.Row] = []
    if reference.suffix.lower() in files.TABLES:
        rows = files.table(reference, ("mr", "ref"))
        groups = files.grouped(rows, "mr", "ref")
        golds = list(groups.values())
        first = {row.fields["mr"]: row for row in reversed(rows)}
        meanings = [first[meaning] for meaning in groups]
    else:
        golds = files.reference_blocks(reference)
    if predictions.suffix.lower() not in files.TABLES:
        outputs = files.lines(predictions)
        files.same_count(predictions, len(outputs), reference, len(golds))
    else:
        outputs = _outputs(predictions, reference, meanings)
        files.same_count(predictions, len(outputs), reference, len(golds), first_line=2)
    return _with_meteor(metrics.e2e.scores(outputs, golds, with_meteor=options.with_meteor), options)


def _outputs(path: Path, reference: Path, meanings: Sequence[files.Row]) -> list[str]:
    """The outputs of a table, in the order of the references' meanings where they have any."""
    rows = files.table(path, ("mr",))
    column = next((name for name in _OUTPUT_COLUMNS if name in rows[0].fields), None)
    if column is None:
        raise UserError(f"{path}, line 1: no column {', '.join(_OUTPUT_COLUMNS[:-1])} or text beside mr")
    if not meanings:
        return [row.fields[column] for row in rows]
    known = {row.fields["mr"] for row in meanings}
    given: dict[str, files.Row] = {}
    for row in rows:
        meaning = row.fields["mr"]
        if meaning not in known:
            raise UserError(f"{path}, line {row.line}: {reference} has no mr {meaning}")
        if meaning in given:
            raise UserError(f"{path}, line {row.line}: mr {meaning} is there before, in line {given[meaning].line}")
        given[meaning] = row
    for row in meanings:
        if row.fields["mr"] not in given:
            raise UserError(f"{path}: no row for mr {row.fields['mr']} ({reference}, line {row.line})")
    return [given[row.fields["mr"]].fields[column] for row in meanings]


def webnlg(references: Sequence[Path], predictions: Path, options: Options) -> Scored:
    """WebNLG 2017's scores: a line a row in every file, an empty line of a reference file = no such reference."""
    return _data_to_text(references, predictions, options, ascii_only=True)


def dart(references: Sequence[Path], predictions: Path, options: Options) -> Scored:
    """DART's scores; files as WebNLG's."""
    return _data_to_text(references, predictions, options, ascii_only=False)


def _data_to_text(references: Sequence[Path], predictions: Path, options: Options, *, ascii_only: bool) -> Scored:
    outputs, golds = _parallel(references, predictions)
    found = metrics.webnlg.scores(outputs, golds, ascii_only=ascii_only, with_meteor=options.with_meteor)
    scored = _with_meteor(found, options)
    for name, model in options.models.items():
        try:
            column, value = neural.score(name, model, outputs, golds)
            scored.scores[column] = value
        except neural.Missing as missing:
            scored.needs[f"{name}[{Path(model).name}]"] = str(missing)
    return scored


def summaries(references: Sequence[Path], predictions: Path, options: Options) -> Scored:
    """ROUGE of summaries: a line a row in every file."""
    del options
    outputs, golds = _parallel(references, predictions)
    return Scored(metrics.summaries.scores(outputs, [[gold for gold in row if gold] for row in golds]))


def _parallel(references: Sequence[Path], predictions: Path) -> tuple[list[str], list[list[str]]]:
    columns = [files.lines(path) for path in references]
    for path, column in zip(references[1:], columns[1:], strict=True):
        files.same_count(path, len(column), references[0], len(columns[0]))
    outputs = files.lines(predictions)
    files.same_count(predictions, len(outputs), references[0], len(columns[0]))
    golds = [list(row) for row in zip(*columns, strict=True)]
    for number, row in enumerate(golds, start=1):
        if not any(row):
            raise UserError(f"{references[0]}, line {number}: no reference for this row in any file")
    return outputs, golds


def _with_meteor(scores: dict[str, float], options: Options) -> Scored:
    """The scores, and what METEOR needs where it is wanted and cannot be had."""
    missing = meteor.missing() if options.with_meteor else None
    return Scored(scores, {"METEOR": missing} if missing else {})
