"""Where a cell runs and in which precision, resolved from `auto`."""

from __future__ import annotations

import ctypes
import gc
from typing import Any

from petlab.errors import UserError
from petlab.measure.environment import allotted_cores


def resolve_device(wanted: str) -> str:
    """`auto` is the first CUDA device where there is one, else the CPU."""
    import torch

    if wanted == "cuda" and not torch.cuda.is_available():
        raise UserError("train.device=cuda: this machine shows no CUDA device; use train.device=cpu or auto")
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return wanted


def resolve_precision(wanted: str, device: str, *, nano: bool) -> str:
    """`auto` is bf16 where it pays: on CUDA devices, and on CPUs with bf16 instructions for full-size bases.

    Nano bases stay in fp32 on a CPU: their matrices are too small to gain much, and their results then do not depend on
    what the processor offers.
    """
    if wanted != "auto":
        return wanted
    import torch

    if device.startswith("cuda"):
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    has_bf16 = bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return "bf16" if has_bf16 and not nano else "fp32"


def resolve_threads(wanted: int | None) -> int:
    """CPU threads of the process: as asked, else all that it was allotted; set in torch as a side effect."""
    import torch

    threads = wanted or allotted_cores()
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    return threads


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the device or the machine has no more memory."""
    import torch

    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error)


def release_memory() -> None:
    """Give back what nobody refers to any more, on CUDA devices too, and what glibc keeps by `keep_memory`."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if (trim := _of_libc("malloc_trim")) is not None:
        trim(0)


def keep_memory() -> None:
    """Tell glibc to keep freed memory: else the large tensors of each step are mapped and cleared anew.

    Half of the time of a step went there. Elsewhere than on glibc nothing happens.
    """
    if (mallopt := _of_libc("mallopt")) is None:
        return
    trim_threshold, mmap_threshold = -1, -3  # malloc.h
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(mmap_threshold, 2**30)


def _of_libc(name: str) -> Any | None:
    """A function of the C library, None where it has none of this name."""
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return None
