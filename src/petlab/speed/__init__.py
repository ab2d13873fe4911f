"""`petlab speed`: the same work by petlab, by a bare torch loop, and by Hugging Face peft with Trainer."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from petlab.errors import choices
from petlab.measure.environment import environment, machine_name
from petlab.progress import Reporter
from petlab.speed import figure, results
from petlab.speed.measures import GROUPS, Settings
from petlab.speed.results import Finding

__all__ = ["GROUPS", "Finding", "Settings", "measure"]


def measure(groups: Sequence[str], settings: Settings, out: Path, reporter: Reporter) -> tuple[Path, list[Finding]]:
    """Measure, and keep what was found after each measure, so that a stopped run loses at most one.

    Args:
        groups: names of `GROUPS`; none: all.
        settings: threads and repetitions.
        out: the folder of the machines' files.
        reporter: says what is being measured.

    Returns:
        The machine's file and its findings, those of earlier runs too.

    Raises:
        UserError: an unknown group, or peft is not installed.
    """
    for name in groups:
        if name not in GROUPS:
            raise choices("group of measures", name, GROUPS)
    here = environment("cpu")
    path = out / f"{machine_name(here.hardware)}.json"
    found: list[Finding] = []
    for name in groups or GROUPS:
        for finding in GROUPS[name](settings, reporter.status):
            found.append(finding)
            reporter.line(f"{finding.name}: {finding.ratio:.2f} {finding.unit}".rstrip())
            results.write(path, results.merged(path, found), dataclasses.asdict(here), settings.threads)
    everything = results.merged(path, found)
    figure.draw(everything, path.with_name(f"{path.stem}_growth"))
    return path, everything
