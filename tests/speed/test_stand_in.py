"""Rows with SAMSum's lengths."""

from __future__ import annotations

from pathlib import Path
from random import Random
from statistics import median, quantiles

from petlab import config
from petlab.models import load_base
from petlab.speed import stand_in
from petlab.speed.work import work


def test_lengths_are_drawn_from_the_quantiles() -> None:
    draw = Random(0)
    drawn = [stand_in.lengths(draw) for _ in range(4000)]
    dialogues, summaries = zip(*drawn, strict=True)
    assert abs(median(dialogues) - stand_in.DIALOGUE[10]) < 12
    assert abs(median(summaries) - stand_in.SUMMARY[10]) < 3
    assert min(dialogues) >= stand_in.DIALOGUE[0]
    assert max(dialogues) <= stand_in.DIALOGUE[-1]
    long = [summary for dialogue, summary in drawn if dialogue > stand_in.DIALOGUE[16]]
    assert median(long) > median(summaries)


def test_the_files_are_read_as_samsum(tmp_path: Path) -> None:
    words = ["model=nano_t5", "method=lora", "dataset=samsum", "scale=low", f"data.root={tmp_path}"]
    tokenizer = load_base(config.cell(["model=nano_t5"]).model).tokenizer
    stand_in.write(tmp_path, tokenizer, {"train": 160, "val": 20, "test": 20})
    with work([*words, "scale.rows=100"], tmp_path / "results", threads=1).attached() as (_, _, rows):
        assert (len(rows.train), len(rows.test)) == (100, 20)
        lengths = [len(row.source) for row in rows.train]
    tenth, *_, nine_tenths = quantiles(lengths, n=10)
    assert tenth < 100
    assert nine_tenths > 300
