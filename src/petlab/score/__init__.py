"""`petlab score`: any system's output against references, in the community's file formats.

Torch, transformers and evaluate are not imported unless a neural score is asked for. Names and scales of the scores are
those of the metric's module (docs/metrics.md lists them).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from petlab.errors import UserError, choices
from petlab.metrics import glue
from petlab.score import labels, queries, texts
from petlab.score.scored import Options, Scored

__all__ = ["SUITES", "Options", "Scored", "score"]

# Suites with one reference file, and with as many as there are references a row.
_ONE: dict[str, Callable[[Path, Path, Options], Scored]] = {
    "e2e": texts.e2e,
    "wikisql": queries.wikisql,
    **{f"glue/{task}": labels.scorer(task) for task in glue.TASKS},
}
_SEVERAL: dict[str, Callable[[Sequence[Path], Path, Options], Scored]] = {
    "webnlg": texts.webnlg,
    "dart": texts.dart,
    "summaries": texts.summaries,
}
SUITES = (*_SEVERAL, *_ONE)


def score(suite: str, references: Sequence[Path], predictions: Path, options: Options | None = None) -> Scored:
    """The suite's scores.

    Args:
        suite: one of `SUITES`.
        references: one file; for webnlg, dart and summaries as many as there are references a row.
        predictions: the system's output.
        options: what to leave out or add.

    Raises:
        UserError: unknown suite, an option of another suite, or a file that is missing, empty, not UTF-8, or does not
            fit; says which line.
    """
    if suite not in SUITES:
        raise choices("suite", suite, SUITES)
    options = options or Options()
    if options.models and suite not in ("webnlg", "dart"):
        raise UserError(f"{suite}: --neural is for webnlg and dart")
    if options.tables and suite != "wikisql":
        raise UserError(f"{suite}: --tables is for wikisql")
    if suite in _SEVERAL and references:
        return _SEVERAL[suite](references, predictions, options)
    if len(references) != 1:
        raise UserError(f"{suite}: {len(references)} reference files; give --references FILE once")
    return _ONE[suite](references[0], predictions, options)
