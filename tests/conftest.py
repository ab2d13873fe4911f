"""Shared test set-up: one thread a process, since many small models run side by side, and no hub."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # before any client is imported

import torch

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.tiny import write_base

    return write_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def tiny_bases(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tiny base of each family."""
    from tests.tiny import write_decoder, write_encoder

    folder = tmp_path_factory.mktemp("bases")
    return {
        "seq2seq": tiny_base,
        "encoder": write_encoder(folder / "encoder"),
        "causal": write_decoder(folder / "causal"),
    }


@pytest.fixture
def tiny_cell(tiny_base: Path, tmp_path: Path) -> list[str]:
    """Overrides of a cell that trains in a second, with its own results folder `tmp_path / "results"`."""
    from tests.tiny import overrides, write_cola

    return overrides(tiny_base, write_cola(tmp_path / "data"), tmp_path / "results")


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt, also where the tests are run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
