"""Claims and verdicts as text, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
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
    return "\n".join([*lines, _counts(judged)])


def as_csv(judged: Judged) -> str:
    """One line a claim, without the last line's end."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(values(claim, verdict) for claim, verdict in judged)
    return out.getvalue().rstrip("\n")


def as_markdown(judged: Judged, figures: Mapping[str, str]) -> str:
    """A section a family: its figure, and a table of its claims.

    Args:
        judged: claims with their verdicts.
        figures: file of a family's figure, as the page links to it.
    """
    families: dict[str, list[tuple[Claim, Verdict]]] = {}
    for claim, verdict in judged:
        families.setdefault(claim.family, []).append((claim, verdict))
    blocks = [_counts(judged)]
    for family, own in families.items():
        lines = [f"## {family}", ""]
        lines += [f"![Effects of {family} with their intervals]({figures[family]})", ""] if family in figures else []
        lines += ["| claim | verdict | effect (95 % interval) | n | what was compared | source; benchmark |"]
        lines += ["|---|---|---|--:|---|---|"]
        for claim, verdict in own:
            cells = (claim.text, f"**{verdict.word}**", _effect(verdict), f"{verdict.n or ''}", verdict.sentence)
            lines.append("| " + " | ".join(_cell(one) for one in (*cells, f"{claim.source}; {claim.benchmark}")) + " |")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _counts(judged: Judged) -> str:
    counts = Counter(verdict.word for _, verdict in judged)
    return f"{len(judged)} claims: " + ", ".join(f"{count} {word}" for word, count in counts.items())


def _effect(verdict: Verdict) -> str:
    if verdict.effect is None:
        return ""
    exact = verdict.low == verdict.high
    return f"{verdict.effect:.3g} {verdict.unit}" + ("" if exact else f" ({verdict.low:.3g} to {verdict.high:.3g})")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def as_json(judged: Judged) -> str:
    """A list of objects, one a claim."""
    return json.dumps([values(claim, verdict) for claim, verdict in judged], indent=1, allow_nan=False)
