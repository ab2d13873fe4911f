"""One accelerator a worker process, where a machine has several and no scheduler hands them out."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from petlab.sweep import slurm
from petlab.sweep.claims import Claim, Claims

_own: Claim | None = None  # held until the process ends


def take_own(results: Path) -> None:
    """Let CUDA see one device only: the first that no other worker of this machine has, shared when all are taken.

    Must run before anything asks CUDA for its devices. With one device, or none, or in a SLURM job nothing is done.

    Args:
        results: the store whose workers share out the devices.
    """
    global _own
    if _own is not None or slurm.inside():
        return
    devices = visible()
    if len(devices) < 2:
        return
    claims = Claims()
    for device in devices:
        _own = claims.take(results / "cache" / "devices" / f"{platform.node()}-{device}")
        if _own is not None:
            _own.__enter__()
            break
    else:
        device = devices[os.getpid() % len(devices)]
    os.environ["CUDA_VISIBLE_DEVICES"] = device


def visible() -> list[str]:
    """The CUDA devices that this process may use, by number or identifier; asks NVML, so that CUDA does not start."""
    import torch

    said = os.environ.get("CUDA_VISIBLE_DEVICES")
    if said is not None:
        return [device.strip() for device in said.split(",") if device.strip()]
    return [str(number) for number in range(torch.cuda.device_count())]
