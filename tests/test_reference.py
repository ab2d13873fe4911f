import json
from pathlib import Path

import pytest

from petlab import reference
from petlab.record import RecordError
from tests.records import made_up


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
