"""Every claim there is."""

from __future__ import annotations

from collections.abc import Sequence

from petlab.claims import continual, convergence, latency, parts, prompts, scale, start, switching, widths
from petlab.claims.claim import Claim
from petlab.errors import UserError

CLAIMS: tuple[Claim, ...] = (
    *convergence.CLAIMS, *scale.CLAIMS, *parts.CLAIMS, *start.CLAIMS, *prompts.CLAIMS, *continual.CLAIMS,
    *latency.CLAIMS, *switching.CLAIMS, *widths.CLAIMS,
)  # fmt: skip
MEASURED = (latency.BENCHMARK, switching.BENCHMARK)
"""What stands for a benchmark in claims that are judged by measurements."""


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
