"""Ratios of made-up seconds, the file of a machine, the table and the CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from petlab.errors import UserError
from petlab.latency import results, show
from petlab.latency.results import Measured, together
from tests.latency.made_up import latency


def test_ratios_are_paired_repetition_by_repetition() -> None:
    """A machine that becomes four times as slow half-way moves the seconds, and not the ratio."""
    found = latency({("base", 1, 8): [1, 1, 1, 4, 4, 4], ("lora", 1, 8): [1.1, 1.1, 1.1, 4.4, 4.4, 4.4]})
    ratio = found.beside_base("lora", 1, 8)
    assert ratio is not None
    assert (ratio.ratio, ratio.low, ratio.high) == pytest.approx((1.1, 1.1, 1.1))
    assert found.at("base", 1, 8).middle == 2.5 and found.at("base", 1, 8).spread == 1.5


def test_several_places_count_by_their_geometric_mean() -> None:
    parts = [Measured("a", 1, 8, [1.0, 2.0]), Measured("a", 1, 16, [4.0, 8.0])]
    assert together(parts) == pytest.approx([2.0, 4.0])


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = latency(
        {("base", 1, 8): [0.002] * 6, ("houlsby", 1, 8): [0.003] * 6, ("prefix", 1, 8): "too long"},
        positions=10,
        taken={"base": 0, "houlsby": 0, "prefix": 5},
    )
    path = results.write(tmp_path, found)
    assert path.name == "latency_toy_a-processor-2-cores.json"
    assert results.read(path) == found
    entry = json.loads(path.read_text())["measures"][1]
    assert entry["name"] == "houlsby, batch 1, length 8"
    assert (entry["ms"], entry["ratio"], entry["low"]) == pytest.approx((3.0, 1.5, 1.5))


def test_this_machine_comes_first(tmp_path: Path) -> None:
    for hardware in ("A processor, 2 cores", "B processor, 2 cores"):
        results.write(tmp_path, latency({("base", 1, 8): [1] * 6}, hardware=hardware))
    results.write(tmp_path, latency({("base", 1, 8): [1] * 6}, model="toy_a"))

    def on(hardware: str, model: str = "toy") -> str | None:
        found = results.find(tmp_path, model, hardware)
        return found and found.environment.hardware

    assert on("B processor, 2 cores") == "B processor, 2 cores"
    assert on("another one") == "A processor, 2 cores"
    assert on("another one", "toy_b") is None


@pytest.mark.parametrize("content", ["", "[]", '{"measures": [{}]}', '{"measures": [], "model": 3}'])
def test_a_file_of_something_else_is_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "latency_toy_x.json"
    path.write_text(content)
    with pytest.raises(UserError, match=r"latency_toy_x\.json"):
        results.read(path)


FOUND = latency(
    {
        ("base", 1, 8): [0.0100, 0.0100, 0.0102, 0.0102, 0.0100, 0.0102],
        ("base", 1, 16): [1.5] * 6,
        ("prefix", 1, 8): [0.0125, 0.0125, 0.01275, 0.01275, 0.0125, 0.01275],
        ("prefix", 1, 16): "it takes 5 of the model's 16 positions, 11 are left for the text",
    },
    positions=16,
    taken={"base": 0, "prefix": 5},
)


def test_the_table_is_laid_out_like_the_papers() -> None:
    lines = show.text(FOUND).splitlines()
    assert lines[1].startswith("A processor, 2 cores, threads: 2, torch 2, 6 interleaved repetitions")
    block = lines[lines.index("") + 1 :]
    assert block[0].split() == ["batch", "1", "length", "8", "length", "16"]
    assert "10.1 ± 0.1 ms" in block[1] and "1,500.0 ± 0.0 ms" in block[1]
    assert "+25.0 % (+25.0 to +25.0)" in block[2] and block[2].endswith("–")
    rest = "\n".join(block[3:])
    assert "prefix shortens the usable length: it takes 5, 11 are left for the text" in rest
    assert "prefix at 1 × 16: it takes 5 of the model's 16 positions" in rest


def test_ways_that_were_left_empty_alike_share_a_line() -> None:
    found = latency({(way, batch, 8): "no room" for way in ("base", "lora") for batch in (1, 2)})
    assert show.text(found).splitlines()[-1] == "– base, lora at 1 × 8, 2 × 8: no room"


def test_a_model_without_a_limit_is_not_shortened() -> None:
    assert "no method shortens" in show.text(latency({("base", 1, 8): [1] * 6}))


def test_the_csv_has_a_line_a_measure() -> None:
    rows = list(csv.DictReader(io.StringIO(show.as_csv(FOUND))))
    assert [(row["way"], row["length"]) for row in rows] == [(w, n) for w in ("base", "prefix") for n in ("8", "16")]
    assert float(rows[2]["ratio"]) == pytest.approx(1.25) and float(rows[2]["ms"]) == pytest.approx(12.625)
    assert rows[3]["ratio"] == "" and rows[3]["repetitions"] == "0" and "11 are left" in rows[3]["problem"]
