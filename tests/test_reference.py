import json
from pathlib import Path

import pytest

from petlab import benchmark as benchmarks
from petlab import reference
from petlab.record import RecordError
from petlab.tables import collect, compose, write
from tests.records import made_up
from tests.tables import made_up as tables


def test_kept_by_id_beside_earlier_ones(tmp_path: Path) -> None:
    reference.save([made_up("a" * 16)], "table", tmp_path)
    path = reference.save([made_up("b" * 16), made_up("a" * 16)], "table", tmp_path)
    assert len(path.read_text().splitlines()) == 2
    assert reference.find("b" * 16, "table", tmp_path) == made_up("b" * 16)
    assert reference.find("c" * 16, "table", tmp_path) is None
    assert reference.find("a" * 16, "another_with_this_cell", tmp_path) == made_up("a" * 16)


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "table.jsonl").write_text(json.dumps({"schema": 1}) + "\n")
    with pytest.raises(RecordError, match=r"table.jsonl:1"):
        reference.find("a" * 16, "table", tmp_path)


def test_the_committed_ones_are_records_of_this_schema_without_texts() -> None:
    for path in reference.folder().glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            found = reference.find(json.loads(line)["id"], path.stem)
            assert found is not None and found.environment.hardware
            assert not found.config["model"]["path"].startswith("/")


def test_tables_of_real_data_lie_beside_their_records() -> None:
    for path in reference.folder().glob("*.jsonl"):
        if not benchmarks.load(path.stem).synthetic:
            for ending in ("md", "tex", "csv"):
                made = path.with_suffix(f".{ending}")
                assert made.is_file(), f"python scripts/save_reference.py {path.stem} writes it"
            assert f"`{path.stem}`" in (reference.folder() / "README.md").read_text(encoding="utf-8")


def test_kept_tables_say_that_they_are_of_the_reference(tmp_path: Path) -> None:
    there = tables.benchmark()
    requests = there.cells()
    placed = {request.key: (tables.record(request), "reference") for request in requests[:3]}
    write(compose(collect(there, requests, placed)), tmp_path, ("md", "tex", "csv"))
    assert {path.name for path in tmp_path.iterdir()} == {"made_up.md", "made_up.tex", "made_up.csv"}
    text = (tmp_path / "made_up.md").read_text(encoding="utf-8")
    assert "0 reused, 3 from reference" in text and "licence: CC BY 4.0" in text
