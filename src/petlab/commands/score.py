"""`petlab score`: a system's output against references, as the papers' official scorers do."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

from petlab.errors import UserError


def score(arguments: Namespace) -> int:
    """`petlab score`: a system's output against references."""
    from petlab import score as scoring

    options = scoring.Options(
        tables=None if arguments.tables is None else Path(arguments.tables).expanduser(),
        with_meteor=not arguments.no_meteor,
        models=dict(_model(word) for word in arguments.neural),
    )
    scored = scoring.score(
        arguments.suite,
        [Path(name).expanduser() for name in arguments.references],
        Path(arguments.predictions).expanduser(),
        options,
    )
    for remark in scored.remarks:
        print(remark, file=sys.stderr)
    if arguments.json:
        print(json.dumps(scored.scores | scored.needs))
    else:
        for name, value in scored.scores.items():
            print(f"{name}\t{value:.4f}")
        for name, needs in scored.needs.items():
            print(f"{name}\t{needs}")
    return 0


def _model(word: str) -> tuple[str, str]:
    name, sign, model = word.partition("=")
    if not sign or not model:
        raise UserError(f"--neural {word}: say NAME=MODEL, such as BERTScore=/models/roberta-large")
    return name, model
