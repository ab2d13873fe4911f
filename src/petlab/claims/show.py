"""Claims and verdicts as text, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

from petlab.claims.claim import Claim, Verdict

Judged = Sequence[tuple[Claim, Verdict]]
COLUMNS = ("id", "claim", "source", "benchmark", "verdict", "effect", "low", "high", "unit", "n", "finding")


def values(claim: Claim, verdict: Verdict) -> dict[str, Any]:
    """The values of `COLUMNS`; effect and interval are None where nothing was computed."""
    said = (claim.id, claim.text, claim.source, claim.benchmark)
    found = (verdict.word, verdict.effect, verdict.low, verdict.high, verdict.unit, verdict.n, verdict.sentence)
    return dict(zip(COLUMNS, (*said, *found), strict=True))


def text(judged: Judged) -> str:
    """Three lines a claim, then how many hold."""
    lines = []
    for claim, verdict in judged:
        lines.append(f"{claim.id:26} {verdict.word.upper()}: {claim.text}")
        lines += textwrap.wrap(f"{verdict.sentence}.", 116, initial_indent="    ", subsequent_indent="    ")
        lines.append(f"    {claim.source}; {claim.benchmark}")
    counts = Counter(verdict.word for _, verdict in judged)
    lines.append(f"{len(judged)} claims: " + ", ".join(f"{count} {word}" for word, count in counts.items()))
    return "\n".join(lines)


def as_csv(judged: Judged) -> str:
    """One line a claim, without the last line's end."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(values(claim, verdict) for claim, verdict in judged)
    return out.getvalue().rstrip("\n")


def as_json(judged: Judged) -> str:
    """A list of objects, one a claim."""
    return json.dumps([values(claim, verdict) for claim, verdict in judged], indent=1, allow_nan=False)
