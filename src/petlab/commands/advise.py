"""`petlab advise`: which way of tuning for a task, an amount of data and a limit."""

from __future__ import annotations

import dataclasses
import json
from argparse import Namespace
from typing import TYPE_CHECKING

from petlab.commands.common import results_folder

if TYPE_CHECKING:
    from petlab.advice import Evidence


def advise(arguments: Namespace) -> int:
    """One ranking with its evidence where task, rows and limit are given, else a line for each combination."""
    from petlab import advice
    from petlab.advice import show

    asked = advice.scale_of(arguments.rows) if arguments.rows is not None else None
    evidence = _evidence(arguments, asked)
    tasks = [arguments.task] if arguments.task else list(advice.TASKS)
    limits = [limit for limit in advice.LIMITS if arguments.limit in (None, limit)]
    scales = [asked] if asked else ["low", "medium", "high"]
    pieces = [advice.advise(evidence, task, scale, limit) for limit in limits for scale in scales for task in tasks]
    comparisons = [
        advice.compare(statement, evidence, arguments.task)
        for statement in (*advice.STATEMENTS, *advice.ASIDES)
        if evidence.source == "printed" and statement.limit in limits and statement.scale in scales
    ]
    if arguments.json:
        print(json.dumps(show.as_json(pieces, comparisons, evidence), indent=1, allow_nan=False))
        return 0
    if len(pieces) == 1:
        print(show.text(pieces[0], evidence, arguments.rows))
    else:
        print("\n".join([show.matrix(pieces), *(f"from: {line}" for line in evidence.told)]))
    if comparisons:
        print("\n" + show.framework(comparisons, "What section 3.2 of the paper recommends, beside its own tables:"))
    return 0


def _evidence(arguments: Namespace, scale: str | None) -> Evidence:
    from petlab import advice, reference
    from petlab.tables.collect import scan

    results = results_folder(arguments.overrides)
    if arguments.source == "printed":
        return advice.evidence_of_print()
    records, problems = scan(results / "runs")
    known = {**reference.everything(), **{record.id: record for record in records}}
    evidence = advice.evidence_of_records(known.values(), model=arguments.model, scale=scale)
    return dataclasses.replace(evidence, told=(*evidence.told, *(f"left out: {problem}" for problem in problems)))
