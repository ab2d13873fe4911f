"""`petlab claims`: what the documents claim, and what the records say of it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from petlab.commands.common import folder, launcher_of
from petlab.commands.evidence import Plan, measurement, plan_of, train
from petlab.interrupt import STOPPED
from petlab.progress import Reporter

if TYPE_CHECKING:
    from petlab.claims import Claim, Verdict

Group = tuple[str, tuple[str, ...]]  # a benchmark and a claim's own overrides of it: claims share its records


def claims(arguments: Namespace) -> int:
    """Print a verdict for each claim; with `--run`, train the missing cells of their benchmarks first."""
    from petlab.claims import chosen, show

    named = [word for word in arguments.words if "=" not in word]
    asked = chosen(named)
    left = sorted({claim.family for claim in asked if claim.long}) if arguments.train and not named else []
    if left:
        Reporter(quiet=arguments.quiet).line(f"not trained unless named, for they take hours: {', '.join(left)}")
    lines, code = judge(asked, [word for word in arguments.words if "=" in word], arguments, only_judged=left)
    if code != STOPPED:
        print(show.as_json(lines) if arguments.json else show.as_csv(lines) if arguments.csv else show.text(lines))
    return code


def judge(
    asked: Sequence[Claim], overrides: list[str], arguments: Namespace, only_judged: Collection[str] = ()
) -> tuple[list[tuple[Claim, Verdict]], int]:
    """Each claim with its verdict, and the exit code of training; no verdicts where that was stopped.

    Args:
        only_judged: families whose missing cells are left missing, whatever the command line says.
    """
    from petlab.claims import MEASURED, Missing, undecided
    from petlab.overrides import Composer

    groups = {claim.id: (claim.benchmark, tuple(f"{k}={v}" for k, v in claim.overrides.items())) for claim in asked}
    distinct = list(dict.fromkeys(groups.values()))
    left = {groups[claim.id] for claim in asked if claim.family in only_judged}
    launcher_of(overrides)  # one that is not there is the user's mistake, not a lack of records
    compose = Composer(folder(arguments.config_dir))
    plans: dict[Group, Plan] = {}
    evidence: dict[Group, Any] = {}
    lacking: dict[Group, str] = {}
    for group in (group for group in distinct if group[0] not in MEASURED):
        try:
            plans[group] = plan_of(*group, overrides, arguments, compose)
        except Missing as missing:
            lacking[group] = str(missing)
    code = 0
    if arguments.train:
        code = train([plan for group, plan in plans.items() if group not in left], overrides, arguments)
    if code != STOPPED:
        evidence |= {group: plan.collected() for group, plan in plans.items()}
        for group in (group for group in distinct if group[0] in MEASURED):
            try:
                evidence[group], ended = measurement(group[0], overrides, arguments, compose)
                code = max(code, ended)
            except Missing as missing:
                lacking[group] = str(missing)
    if code == STOPPED:
        return [], STOPPED

    def verdict(claim: Claim) -> Verdict:
        group = groups[claim.id]
        return undecided(lacking[group]) if group in lacking else claim.verdict(evidence[group])

    return [(claim, verdict(claim)) for claim in asked], code
