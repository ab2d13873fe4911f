"""A disk that is full or read-only: what could be written is whole, the rest says why, and the same command goes on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.sweeps import CELLS, Sweep
from tests.faults.test_kill import same

pytestmark = pytest.mark.faults


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of half a megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def remount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


def test_a_full_disk(tiny_base: Path, disk: Path, undisturbed: Sweep) -> None:
    sweep = Sweep(tiny_base, disk / "results")
    (disk / "ballast").write_bytes(b"0" * 350_000)
    log = sweep.said  # what it says must not need the disk
    log.symlink_to(disk.parent / "said.log")
    assert sweep.run() != 0
    said = (disk.parent / "said.log").read_text()
    assert "No space left on device" in said
    finished = sweep.facts()
    assert len(finished) < CELLS
    assert finished == {run: facts for run, facts in undisturbed.facts().items() if run in finished}
    (disk / "ballast").unlink()
    remount(disk, "size=64m")
    assert sweep.run() == 0, (disk.parent / "said.log").read_text()
    same(sweep, undisturbed)


def test_a_results_folder_that_becomes_read_only(tiny_base: Path, disk: Path, undisturbed: Sweep) -> None:
    remount(disk, "size=64m")
    sweep = Sweep(tiny_base, disk / "results")
    sweep.said.symlink_to(disk.parent / "said.log")
    assert sweep.run("--limit", "3") == 0
    remount(disk, "ro")
    assert sweep.run() in (1, 2)
    said = (disk.parent / "said.log").read_text()
    assert "Read-only file system" in said and "Traceback" not in said
    remount(disk, "rw")
    assert sweep.run() == 0
    same(sweep, undisturbed)
