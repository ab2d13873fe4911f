"""Every claim there is."""

from __future__ import annotations

from collections.abc import Sequence

from petlab.claims import continual, convergence, latency, parts, prompts, scale, start, widths
from petlab.claims.claim import Claim, Missing, Verdict
from petlab.claims.words import HU
from petlab.errors import UserError
from petlab.tables.collect import Collected


def _no_rule(collected: Collected) -> Verdict:
    """Of a claim whose benchmark is still to be written."""
    raise Missing(f"a rule for the records of {collected.benchmark.name}")


_OPEN = (  # claims whose experiment the harness cannot run yet
    Claim(
        "switching.drift",
        "tasks are switched by subtracting BA and adding another one",
        f"{HU}, section 4.1",
        "embedded_switching",
        _no_rule,
    ),
)
CLAIMS: tuple[Claim, ...] = (
    *convergence.CLAIMS, *scale.CLAIMS, *parts.CLAIMS, *start.CLAIMS, *prompts.CLAIMS, *continual.CLAIMS,
    *latency.CLAIMS, *widths.CLAIMS, *_OPEN,
)  # fmt: skip


def chosen(words: Sequence[str]) -> list[Claim]:
    """The claims of these ids or families (`ablation`), in the order of `CLAIMS`; all of them without words.

    Raises:
        UserError: a word that is neither.
    """
    known = {claim.id for claim in CLAIMS} | {claim.family for claim in CLAIMS}
    for word in words:
        if word not in known:
            families = ", ".join(dict.fromkeys(claim.family for claim in CLAIMS))
            raise UserError(f"claim {word!r} is not there; the families are: {families}; `petlab claims` lists all")
    return [claim for claim in CLAIMS if not words or {claim.id, claim.family} & set(words)]
