"""Claims: two sweeps over one store share the cells instead of training them twice.

A claim is a file `runs/<id>/claim.json` created exclusively, which needs no file locking and works on shared file
systems. Its owner touches it every `BEAT_S` seconds. A claim is dead when its owner's process is gone (same host), or
when nothing touched it for `STALE_S` seconds of the watcher's own clock; wall clocks are never compared, so a jump of
one does no harm. An owner that lost its claim discards its result.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

BEAT_S = 5.0
STALE_S = 60.0


@dataclass
class Claim:
    """A cell that this process may train and record. Use as a context manager; leaving it gives the cell back."""

    path: Path
    token: str
    shared: bool = False  # another process of this host was training a cell of this store at the same time
    _ended: threading.Event = field(default_factory=threading.Event)

    def held(self) -> bool:
        """Whether the claim is still this process's."""
        return _read(self.path).get("token") == self.token

    def look_around(self) -> bool:
        """Whether a cell of the store is, or was since the claim began, in training by another process of this host."""
        self.shared = self.shared or any(
            _lives_here(_read(other)) for other in self.path.parents[1].glob("*/claim.json") if other != self.path
        )
        return self.shared

    def __enter__(self) -> Claim:
        try:
            self.look_around()
            threading.Thread(target=self._beat, daemon=True).start()
        except BaseException:  # Ctrl-C before the block has begun
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):  # a folder that became read-only: the claim dies with its process
            if self.held():
                self.path.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            if not self.held():
                return
            self.look_around()
            try:
                os.utime(self.path)
            except OSError:
                continue  # a shared file system may be away for a moment; the claim goes stale if it stays away


class Claims:
    """Takes claims, and remembers since when it has seen another's claim without a sign of life."""

    def __init__(self, stale_s: float = STALE_S) -> None:
        self.stale_s = stale_s
        self._seen: dict[Path, tuple[str, int, float]] = {}

    def take(self, folder: Path) -> Claim | None:
        """Claim a run folder, or None while another process holds it."""
        path = folder / "claim.json"
        folder.mkdir(parents=True, exist_ok=True)
        claim = self._create(path)
        if claim is None and self._dead(path):
            aside = path.with_name(f".claim.{uuid.uuid4().hex}")
            try:
                path.rename(aside)  # of several watchers one succeeds
            except OSError:
                return None
            aside.unlink(missing_ok=True)
            claim = self._create(path)
        return claim

    def _create(self, path: Path) -> Claim | None:
        token = uuid.uuid4().hex
        owner = {"token": token, "host": platform.node(), "pid": os.getpid(), "started": _started(os.getpid())}
        try:
            with path.open("x", encoding="utf-8") as file:  # exclusive creation: one process succeeds
                file.write(json.dumps(owner))
        except FileExistsError:
            return None
        except BaseException:  # a full disk: an empty claim would keep everybody out; or Ctrl-C
            path.unlink(missing_ok=True)
            raise
        return Claim(path, token)

    def _dead(self, path: Path) -> bool:
        owner = _read(path)
        try:
            touched = path.stat().st_mtime_ns
        except OSError:
            return False  # given back this moment; the next try creates it
        if (
            owner
            and owner.get("host") == platform.node()
            and owner.get("started") != _started(int(owner.get("pid", 0)))
        ):
            return True
        token = str(owner.get("token"))
        seen = self._seen.get(path)
        if seen is None or seen[:2] != (token, touched):
            self._seen[path] = (token, touched, time.monotonic())
            return False
        return time.monotonic() - seen[2] > self.stale_s


def _read(path: Path) -> dict[str, Any]:
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _lives_here(owner: dict[str, Any]) -> bool:
    """Whether the owner of a claim is a living process of this host."""
    here = owner.get("host") == platform.node()
    return here and owner.get("started") == _started(int(owner.get("pid", 0)))


def _started(pid: int) -> str | None:
    """What tells a living process of this host from a later one with the same number; None where it is gone."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[19]  # start time in clock ticks since boot
    except OSError:
        if Path("/proc/self/stat").exists():
            return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        return "alive"
    return "alive"
