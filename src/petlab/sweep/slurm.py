"""What SLURM says about the jobs of a sweep.

submitit waits for result files. Where accounting is off it waits for ever for a job that was killed, so the driver of
a sweep asks the queue itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path


def job_ids(folder: Path) -> list[str]:
    """The ids of the jobs that submitit sent from a sweep's folder."""
    return sorted(path.name for path in (folder / ".submitit").glob("*") if path.name.isdigit())


def queued(ids: list[str]) -> bool | None:
    """Whether one of the jobs waits or runs; None where SLURM does not answer."""
    answer = _ask("squeue", "--noheader", "--format=%i", f"--jobs={','.join(ids)}")
    if answer is None:
        return None
    return bool(answer.strip())


def cancel(ids: list[str], *, waiting: bool = False) -> None:
    """Take jobs out of the queue, as far as SLURM answers; with `waiting` only those that have not begun."""
    if ids:
        _ask("scancel", *(["--state=PENDING"] if waiting else []), *ids)


def inside() -> bool:
    """Whether this process is a job of SLURM's."""
    return "SLURM_JOB_ID" in os.environ


def asks_to_go() -> bool:
    """After SIGTERM in a job: whether SLURM only wants the node back (pre-emption): the job still counts as running.

    A job that was cancelled, or that somebody put back into the queue, does not.
    """
    answer = _ask("scontrol", "--oneliner", "show", "job", os.environ["SLURM_JOB_ID"])
    return answer is not None and " JobState=RUNNING " in answer


def queue_again() -> None:
    """Have submitit put this job into the queue again, through the signal that it listens to. Does not return."""
    name = os.environ.get("SUBMITIT_PREEMPT_SIGNAL", "USR2")
    os.kill(os.getpid(), getattr(signal, f"SIG{name}"))


def _ask(*command: str) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    if done.returncode and "Invalid job id" in done.stderr:
        return ""  # long gone
    return done.stdout if done.returncode == 0 else None
