"""Generated rows are read from the cache, and made anew whenever it is no help."""

from __future__ import annotations

from pathlib import Path

import pytest

from petlab.data.embedded import cache
from petlab.data.embedded.cache import Splits
from petlab.data.example import Example

ROWS = {"train": (Example("train-0", {"text": "a ₂"}, ("yes", "no"), "g", "p"),), "test": ()}


class Maker:
    """Counts how often rows are made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Splits:
        self.times += 1
        return ROWS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "petlab" / "embedded"


def test_rows_are_made_once_and_the_same_when_read(folder: Path) -> None:
    make = Maker()
    assert cache.kept("names", 3, make) == cache.kept("names", 3, make) == ROWS
    assert make.times == 1
    cache.kept("names", 4, make)
    assert make.times == 2
    assert len(list(folder.iterdir())) == 2


def test_other_code_makes_them_anew_and_leaves_one_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    cache.kept("names", 3, make)
    monkeypatch.setattr(cache, "_code", lambda: "other")
    cache.kept("names", 3, make)
    assert make.times == 2
    assert [path.name for path in folder.iterdir()] == ["names-3-other.json"]


@pytest.mark.parametrize("content", ["", "[1]", '{"train": [[1]]}', "{"])
def test_a_damaged_file_is_replaced(folder: Path, content: str) -> None:
    make = Maker()
    cache.kept("names", 3, make)
    (path,) = folder.iterdir()
    path.write_text(content)
    assert cache.kept("names", 3, make) == cache.kept("names", 3, make) == ROWS
    assert make.times == 2


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    make = Maker()
    assert cache.kept("names", 3, make) == ROWS
