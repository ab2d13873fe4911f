"""100,000 records become tables and a DataFrame in under 20 s of one core and under 2 GB: `make test-slow`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from petlab import reference
from petlab.speed import many

CELLS, SECONDS, GIGABYTES = 100_000, 20, 2


def real() -> dict[str, Any]:
    record: dict[str, Any] = json.loads(next(iter(reference.everything().values())).to_json())
    return record


@pytest.mark.parametrize("what", [pytest.param("tables", marks=pytest.mark.slow), "frame"])
def test_every_record_is_gathered(tmp_path: Path, what: str) -> None:
    assert many.write(tmp_path, real(), seeds=2) == 240
    assert many.gathered(what, tmp_path).records == 240


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    assert many.write(folder, real()) >= CELLS
    return folder


@pytest.mark.slow
@pytest.mark.seconds
@pytest.mark.parametrize("what", ["tables", "frame"])
def test_a_hundred_thousand_records(store: Path, what: str) -> None:
    found = many.gathered(what, store)
    print(f"{what}: {found.records} records in {found.seconds:.1f} s of one core, {found.gigabytes:.2f} GB at most")
    assert found.records >= CELLS
    assert found.seconds < SECONDS
    assert found.gigabytes < GIGABYTES
