"""Advice as text for a terminal, and as containers that JSON knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from petlab.advice.evidence import LIMITS, Evidence, rows_of
from petlab.advice.from_records import filled_by
from petlab.advice.rank import Advice, Fact, Standing
from petlab.advice.statements import Comparison, Verdict
from petlab.tables.numbers import fixed, significant


def text(advice: Advice, evidence: Evidence, rows: int | None = None) -> str:
    """One piece of advice with its evidence, or what is missing for one."""
    allowed = rows_of(advice.scale)
    size = f"{advice.scale} (at most {allowed:,})" if allowed else f"{advice.scale} (no limit)"
    asked = f"{rows:,} training rows: {size}" if rows is not None else size
    lines = [f"{advice.task}, {asked}, limit: {advice.limit} ({LIMITS[advice.limit]})", ""]
    lines += [f"  {line}" for line in [*verdict(advice), *_next_step(advice, evidence)]]
    if advice.ranking:
        lines += ["", *_table(advice)]
    lines += [f"  left out: {variant}: {why}" for variant, why in advice.left_out]
    if len(advice.seeds) > 1:
        lines.append(
            f"  in brackets: 95 % interval over seeds {', '.join(map(str, advice.seeds))}, compared seed by seed"
        )
    return "\n".join([*lines, *(f"  from: {line}" for line in evidence.told)])


def verdict(advice: Advice) -> list[str]:
    """The advice in a sentence or two: what, by how much, and how sure."""
    if advice.missing:
        return [f"not enough runs: {'; '.join(advice.missing)}"]
    first, *others = advice.advised
    lines = [f"advice: {first.variant}"]
    if others:
        names = ", ".join(one.variant for one in others)
        lines.append(f"{len(advice.seeds)} seeds do not tell it from {names}")
    ahead = next((one for one in advice.ranking[1:] if not one.level), None)
    if ahead is not None:
        lines.append(f"{_factor(ahead)} times {ahead.variant}{_between(ahead)}")
    return lines


def _between(one: Standing) -> str:
    return f" ({one.interval[0]:.3g} to {one.interval[1]:.3g})" if one.interval else ""


def _next_step(advice: Advice, evidence: Evidence) -> list[str]:
    """What to do where runs are missing."""
    if not advice.missing:
        return []
    if advice.source == "printed":
        return []
    name = filled_by(advice.task, advice.scale, evidence.model)
    run = [f"`petlab bench {name} scale={advice.scale}` trains them"] if name else []
    return [*run, "`--source printed` shows what the paper's numbers say"]


def _table(advice: Advice) -> list[str]:
    """One line a method: share of the best, how far behind the first, parameters; score and seconds of each set."""
    sets = list(advice.ranking[0].facts)
    head = ["", "method", "of best", "first / this", "stored", *sets]
    body = [
        [
            str(number),
            one.variant,
            significant(one.share),
            _behind(one),
            f"{one.parameters:,}" if one.parameters else "?",
            *(_fact(one.facts[name]) for name in sets),
        ]
        for number, one in enumerate(advice.ranking, start=1)
    ]
    widths = [max(len(row[at]) for row in [head, *body]) for at in range(len(head))]
    return [
        "  " + "  ".join(_placed(cell, width, at) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in [head, *body]
    ]


def _placed(cell: str, width: int, at: int) -> str:
    return cell.ljust(width) if at == 1 else cell.rjust(width)


def _behind(one: Standing) -> str:
    if one.behind == 1 and one.interval is None:
        return ""
    return _factor(one) + _between(one)


def _factor(one: Standing) -> str:
    """`1.08`, `2.7`, `3,200`; as many digits as it takes to differ from 1."""
    if one.behind >= 100:
        return f"{one.behind:,.0f}"
    if one.behind >= 1.1:
        return f"{one.behind:.3g}"
    return next((shown for digits in (3, 4, 5) if float(shown := fixed(one.behind, digits)) > 1), "1.000")


def _fact(fact: Fact) -> str:
    """`0.4395 ± .0040, 16.8 s`."""
    spread = f" ± {fixed(fact.deviation, 4).removeprefix('0')}" if fact.deviation is not None else ""
    return f"{fixed(fact.score, 4)}{spread}" + (f", {fact.seconds:.4g} s" if fact.seconds is not None else "")


def matrix(pieces: Sequence[Advice]) -> str:
    """Several pieces of advice, one line each."""
    lines = []
    for limit in dict.fromkeys(one.limit for one in pieces):
        lines.append(f"{limit}: {LIMITS[limit]}")
        mine = [one for one in pieces if one.limit == limit]
        lines += [f"  {one.scale:7} {one.task:15} {'; '.join(verdict(one)).removeprefix('advice: ')}" for one in mine]
        outside = dict.fromkeys(pair for one in mine for pair in one.left_out)
        lines += [f"  left out: {variant}: {why}" for variant, why in outside]
    return "\n".join(lines)


def framework(comparisons: Sequence[Comparison], title: str) -> str:
    """Section 3.2's recommendations, each with what the tables say to it."""
    lines = [title]
    for one in comparisons:
        stated = one.statement
        agreed = {True: "the tables agree", False: "the tables disagree", None: f"no numbers: {one.reason}"}[one.agrees]
        lines.append(f"  {stated.limit}, {stated.scale}: {stated.said}; {agreed}")
        firsts: dict[str, list[str]] = {}
        for found in one.verdicts:
            firsts.setdefault(found.best, []).append(found.dataset)
        if firsts:
            lines.append("    first: " + "; ".join(f"{best} on {', '.join(sets)}" for best, sets in firsts.items()))
        lines += [f"    against: {line}" for found in one.verdicts for line in _against(found)]
    return "\n".join(lines)


def _against(found: Verdict) -> list[str]:
    """`CoLA: Full fine-tuning 0.07808 < (IA)3 0.08733, BitFit 0.09318`."""
    lines = []
    for mine, value in dict.fromkeys((mine, value) for mine, value, _, _ in found.against):
        others = ", ".join(f"{other} {theirs:.4g}" for name, _, other, theirs in found.against if name == mine)
        lines.append(f"{found.dataset}: {mine} {value:.4g} < {others}")
    return lines


def as_json(pieces: Sequence[Advice], comparisons: Sequence[Comparison], evidence: Evidence) -> dict[str, Any]:
    """Everything that the text says, and the numbers at full precision."""
    return {
        "source": evidence.source,
        "from": list(evidence.told),
        "advice": [
            {
                **asdict(one),
                "verdict": "not enough runs" if one.missing else "advice",
                "advised": [standing.variant for standing in one.advised],
                "margin": one.margin,
                "left_out": dict(one.left_out),
            }
            for one in pieces
        ],
        "section_3.2": [
            {
                **asdict(one.statement),
                "agrees": one.agrees,
                "reason": one.reason,
                "datasets": [asdict(v) for v in one.verdicts],
            }
            for one in comparisons
        ],
    }
