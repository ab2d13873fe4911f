from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.sweeps import CELLS, Sweep


@pytest.fixture(scope="session")
def undisturbed(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """A sweep that nothing happened to."""
    sweep = Sweep(tiny_base, tmp_path_factory.mktemp("undisturbed") / "results")
    assert sweep.run() == 0, sweep.said.read_text()
    assert len(sweep.records()) == CELLS
    return sweep


@pytest.fixture
def sweep(tiny_base: Path, tmp_path: Path) -> Sweep:
    return Sweep(tiny_base, tmp_path / "results")
