"""What a run ran on: hardware class, versions, commit. Read once a process."""

from __future__ import annotations

import functools
import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from petlab.record import Environment


def hardware(device: str) -> str:
    """The hardware class that seconds belong to: the accelerator's name, or processor model and usable cores."""
    if device.startswith("cuda"):
        import torch

        return torch.cuda.get_device_name(0)
    return f"{_processor()}, {usable_cores()} cores"


def machine_name(hardware: str) -> str:
    """A hardware class as a file's name: `AMD EPYC 9R14, 2 cores` -> `amd-epyc-9r14-2-cores`."""
    return re.sub(r"[^a-z0-9]+", "-", hardware.lower()).strip("-")


def usable_cores() -> int:
    """Cores that this process may use (its affinity mask, which containers and SLURM set)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def allotted_cores() -> int:
    """Cores that this process should use: what OpenMP or SLURM were told, else every core it may use.

    Parallel launchers set `OMP_NUM_THREADS` in their workers, so that these share the cores of the machine.
    """
    for name in ("OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"):
        said = os.environ.get(name, "")
        if said.isdigit() and int(said) > 0:
            return min(int(said), usable_cores())
    return usable_cores()


@functools.cache
def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


@functools.cache
def _git(*arguments: str) -> str | None:
    folder = Path(__file__).resolve().parent
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


@functools.cache
def environment(device: str) -> Environment:
    """The environment section of a record; commit and dirty are null outside a checkout of petlab."""
    tracked = _git("ls-files", "--error-unmatch", Path(__file__).name) is not None
    commit = _git("rev-parse", "HEAD") if tracked else None
    status = _git("status", "--porcelain", "--untracked-files=no") if tracked else None
    return Environment(
        hardware=hardware(device),
        device=device,
        python=platform.python_version(),
        torch=version("torch").split("+")[0],
        transformers=version("transformers"),
        petlab=version("petlab"),
        git_commit=commit,
        git_dirty=None if status is None else bool(status),
    )
