"""Text of records, data sets and benchmark files cannot break out of any format."""

from __future__ import annotations

import csv as csv_reader
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from petlab.benchmark.load import parse
from petlab.tables import build
from petlab.tables.emit import csv, latex, markdown
from tests.tables import made_up

EVIL = (
    '<script>alert(1)</script> | [x](javascript:y) `a` $x^2$ \\input{/etc/passwd} %c # & ~ {b} _u_ *s* "q" '
    "\n\n# Heading\n=1+1"
)
FORMULAS = ["=1+1", "+1+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", "\n@x"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    quoted = EVIL.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    text = made_up.TEXT.replace("LoRA r2", f'"{quoted}"').replace("higher is better", f'"{quoted}"')
    benchmark = parse("evil", text)
    requests = benchmark.cells({})
    placed = made_up.placed(requests)
    placed[requests[0].key] = (made_up.ended(requests[0], "failed", EVIL), "trained now")
    built = build(benchmark, requests, placed, tmp_path_factory.mktemp("evil"), [EVIL])
    return {
        path.suffix: path.read_text(encoding="utf-8") for path in built.files if path.suffix not in (".png", ".pdf")
    }


def test_html_holds_no_element_of_theirs(files: dict[str, str]) -> None:
    tags = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert not any(name.startswith("on") for name, _ in attrs)

    Reader().feed(files[".html"])
    assert "script" not in tags
    assert "http" not in re.sub(
        r"https?://(www\.w3\.org|purl\.org|creativecommons\.org|matplotlib\.org)", "", files[".html"]
    )


def test_markdown_rows_keep_their_cells(files: dict[str, str]) -> None:
    text = files[".md"]
    assert "<script" not in text.replace("\\<script", "")
    assert not re.search(r"^# Heading", text, re.MULTILINE)
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(counts) == 1


def test_latex_has_no_command_of_theirs(files: dict[str, str]) -> None:
    text = files[".tex"]
    assert "\\input" not in text
    for line in text.splitlines():
        bare = re.sub(r"\\[%#&_{}$]", "", line)
        assert bare.startswith("%") or "%" not in bare
        assert bare.count("{") == bare.count("}"), line


def test_csv_reads_back(files: dict[str, str]) -> None:
    rows = list(csv_reader.reader(io.StringIO(files[".csv"])))
    assert {len(row) for row in rows} == {len(csv.COLUMNS)}
    place = [csv.COLUMNS.index(name) for name in ("row", "reason", "differences", "statistic")]
    assert not any(row[at].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for at in place)


@pytest.mark.parametrize("text", FORMULAS)
def test_guard(text: str) -> None:
    assert csv.guard(text).startswith("'")
    assert csv.guard("LoRA (r=2)") == "LoRA (r=2)"


def test_markdown_escape_is_no_more_than_needed() -> None:
    assert markdown.escape("(IA)3 0.5 ± .1") == "(IA)3 0.5 ± .1"
    assert markdown.escape("1. x") == "1\\. x"
    assert markdown.escape("- x") == "\\- x"
    assert markdown.escape("-0.5") == "-0.5"


def test_latex_escape() -> None:
    assert latex.escape("50 % of a_b") == r"50 \% of a\_b"
    assert latex.escape("0.1 ± .2 漢") == r"0.1 $\pm$ .2 ?"


def test_no_temporary_files_stay(tmp_path: Path) -> None:
    benchmark = made_up.benchmark()
    requests = benchmark.cells({})
    built = build(benchmark, requests, {}, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {path.name for path in built.files}
