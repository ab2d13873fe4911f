"""One made-up benchmark in every format, character for character.

After a deliberate change of layout: PETLAB_WRITE_GOLDEN=1 pytest tests/tables/test_golden.py, and read the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from petlab.tables import build
from tests.tables import made_up

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    benchmark = made_up.benchmark()
    requests = benchmark.cells({"model": "nano_t5"})
    out = tmp_path_factory.mktemp("tables")
    built = build(benchmark, requests, made_up.placed(requests), out, ["runs/x/record.json: unreadable"])
    texts = {
        path.suffix[1:]: path.read_text(encoding="utf-8") for path in built.files if path.suffix not in (".png", ".pdf")
    }
    # The drawings' shapes depend on matplotlib's version.
    page = re.sub("<figure>.*?</figure>", "<figure></figure>", texts["html"], flags=re.DOTALL)
    return {**texts, "html": page, "txt": built.text}


@pytest.mark.parametrize("ending", ["txt", "md", "tex", "csv", "html"])
def test_golden(written: dict[str, str], ending: str) -> None:
    path = GOLDEN / f"made_up.{ending}"
    if os.environ.get("PETLAB_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(written[ending], encoding="utf-8")
    assert written[ending] == path.read_text(encoding="utf-8")
