"""The papers' parameter counts, recomputed by the arithmetic of `petlab.audit.formulas`."""

from __future__ import annotations

from petlab import benchmark as benchmarks
from petlab.audit.check import Check, Verdict, agrees
from petlab.audit.figures import Kind, figures
from petlab.audit.formulas import ACCOUNTS, Account, evaluate, reproduces, written
from petlab.audit.match import unit

_PLACE: dict[Kind, str] = {"parameters": "", "percent": ", share", "total": ", all tasks"}


def checks() -> list[Check]:
    """A check for each printed count that has an account."""
    found = []
    for (table, kind), accounts in ACCOUNTS.items():
        benchmark = benchmarks.load(table)
        for key, account in accounts.items():
            printed = figures(benchmark, benchmark.row(key))[kind]
            found.append(_check(table, key + _PLACE[kind], printed, account))
    return found


def _check(table: str, place: str, printed: str, account: Account) -> Check:
    value, note = evaluate(account.formula), account.why
    verdict: Verdict = "follows"
    if not agrees(printed, value):
        verdict = "does not follow"
        if reproduces(account, printed):
            verdict, note = "explained", f"{account.why}: {written(account.reading)}"
    return Check(
        table, "parameter counts", place, printed, value / unit(printed), written(account.formula), verdict, note
    )
