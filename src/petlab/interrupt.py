"""SIGTERM ends long work the way Ctrl-C does: what is finished stays, nothing is half-written."""

from __future__ import annotations

import signal
import threading
from types import FrameType

STOPPED = 130  # the exit code of a process that Ctrl-C or SIGTERM ended


def sigterm_as_interrupt() -> None:
    """Raise KeyboardInterrupt in the main thread on SIGTERM. Called elsewhere than there, nothing is set."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not cut short the cleaning up after the first
    raise KeyboardInterrupt
