"""Memory that is kept, and given back between cells."""

import ctypes
import subprocess
import sys

import pytest

HOLES = """
import re, sys
from pathlib import Path
import torch
from petlab.device import keep_memory, release_memory

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # MB

keep_memory()
mixed = [torch.ones(2**18 if number % 2 else 2**8) for number in range(400)]  # 200 of 1 MB, something small after each
full = resident()
mixed = mixed[::2]
kept = resident()
release_memory()
print(full - kept, full - resident())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not glibc")
def test_what_was_freed_is_kept_until_it_is_released() -> None:
    """200 MB in holes between tensors that stay: glibc alone gives none of it back, `release_memory` nearly all."""
    found = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True)
    at_once, released = map(float, found.stdout.split())
    assert at_once < 20 < 180 < released
