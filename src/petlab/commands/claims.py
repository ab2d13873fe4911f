"""`petlab claims`: what the documents claim, and what the records say of it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from petlab.commands.common import folder
from petlab.commands.evidence import evidence_of
from petlab.interrupt import STOPPED
from petlab.progress import Reporter

if TYPE_CHECKING:
    from petlab.claims import Claim, Verdict


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
    from petlab.claims import Missing, undecided
    from petlab.overrides import Composer

    groups: dict[tuple[str, tuple[str, ...]], list[Claim]] = {}
    for claim in asked:
        own = tuple(f"{key}={value}" for key, value in claim.overrides.items())
        groups.setdefault((claim.benchmark, own), []).append(claim)
    judged: dict[str, Verdict] = {}
    code, compose = 0, Composer(folder(arguments.config_dir))
    for (name, own), group in groups.items():
        train = arguments.train and not {claim.family for claim in group} & set(only_judged)
        try:
            evidence, ended = evidence_of(
                name, own, overrides, Namespace(**{**vars(arguments), "train": train}), compose
            )
        except Missing as missing:
            judged |= {claim.id: undecided(str(missing)) for claim in group}
            continue
        if ended == STOPPED:
            return [], STOPPED
        code = max(code, ended)
        judged |= {claim.id: claim.verdict(evidence) for claim in group}
    return [(claim, judged[claim.id]) for claim in asked], code
