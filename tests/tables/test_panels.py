"""LaTeX in the papers' own layout: rows, headings and blocks as they were printed."""

from __future__ import annotations

import dataclasses

import pytest

from petlab.benchmark import CellKey, load
from petlab.record import Record
from petlab.tables import collect, compose
from petlab.tables.emit import latex
from petlab.tables.emit.tex import escape, marked
from tests.tables import made_up


def printed(name: str) -> list[str]:
    """The lines of a table of which nothing was run."""
    there = load(name)
    return latex.render(compose(collect(there, there.cells({}), {}))).splitlines()


def body(lines: list[str], at: int = 0) -> list[str]:
    """The lines between the rules of one tabular."""
    starts = [number for number, line in enumerate(lines) if line == r"\toprule"]
    return lines[starts[at] + 1 : lines.index(r"\bottomrule", starts[at])]


def test_glue() -> None:
    rows = body(printed("hu2021_table2"))
    assert rows[0].startswith(r"Model \& Method & \# Trainable & ")
    assert rows[1] == r" & Parameters & MNLI & SST-2 & MRPC & CoLA & QNLI & QQP & RTE & STS-B & Avg. \\"
    assert r"RoB\textsubscript{base} (Adpt\textsuperscript{D})* & 0.3M & 87.1$_{\pm .0}$" in rows[5]
    blocks = "\n".join(rows[2:]).split("\\midrule\n")[1:]
    assert [block.count(r"\\") for block in blocks] == [5, 2, 5, 2]  # RoBERTa base, large, large with a dagger, DeBERTa


def test_e2e() -> None:
    rows = body(printed("hu2021_table3"))
    assert rows[0] == r"Model \& Method & \# Trainable & \multicolumn{5}{c}{E2E NLG Challenge} \\"
    assert rows[1] == r"\cmidrule(lr){3-7}"
    assert rows[2] == r" & Parameters & BLEU & NIST & MET & ROUGE-L & CIDEr \\"
    assert rows[4].startswith("GPT-2 M (FT)* & 354.92M & 68.2 & 8.62 & 46.2 & 71.0 & 2.47")
    assert rows.count(r"\midrule") == 2


def test_samsum_is_one_column() -> None:
    rows = body(printed("hu2021_table4"))
    assert rows[0] == r"Model \& Method & \# Trainable & WikiSQL & MNLI-m & SAMSum \\"
    assert rows[1] == r" & Parameters & Acc. (\%) & Acc. (\%) & R1/R2/RL \\"
    assert rows[3] == r"GPT-3 (FT) & 175,255.8M & 73.8 & 89.5 & 52.0/28.0/44.5 \\"


def test_scales_stand_behind_the_label_as_in_pu() -> None:
    rows = body(printed("pu2023_table1"))
    assert rows[0] == r"PEFT/Dataset & AG News & CoLA & E2E NLG & SAMSum \\"
    assert rows[2] == r"Full fine-tuning (low) & 0.8588 & 0.699 & 0.46464 & 0.3876 \\"
    assert rows.count(r"\midrule") == 3


def test_ours_stands_above_the_printed_in_the_same_layout() -> None:
    there = load("hu2021_table3")
    requests = there.cells({"model": "nano_gpt2"}, rows=["lora"])
    placed: dict[CellKey, tuple[Record | None, str]] = {}
    for request in requests:
        made = made_up.record(request)
        scores = {"BLEU": 0.7 + (request.seed - 111) / 100, "NIST": 8.5, "METEOR": 0.46, "ROUGE_L": 0.7, "CIDEr": 2.5}
        assert made.params is not None
        params = dataclasses.replace(made.params, stored=354_000)
        placed[request.key] = (dataclasses.replace(made, metrics=scores, params=params), "trained now")
    lines = latex.render(compose(collect(there, requests, placed))).splitlines()
    ours, theirs, gap = (body(lines, at) for at in range(3))
    assert [len(part) for part in (ours, theirs, gap)] == [len(ours)] * 3
    assert ours[4].startswith(r"GPT-2 M (LoRA) & 0.35M & 70.0$_{\pm 1.0}$")
    assert theirs[4].startswith(r"GPT-2 M (LoRA) & 0.35M & 70.4$_{\pm .1}$")
    assert gap[4].startswith(r"GPT-2 M (LoRA) & 0.35M & $-$0.4")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("RoB_base (Adpt^D)†", r"RoB\textsubscript{base} (Adpt\textsuperscript{D})\dag{}"),
        ("_{x}", r"\_\{x\}"),
        ("a^b_c", r"a\textsuperscript{b}\textsubscript{c}"),
    ],
)
def test_marked(text: str, wanted: str) -> None:
    assert marked(text) == wanted


def test_letters_that_the_fonts_lack_become_question_marks() -> None:
    assert escape("naïve Łódź, ħ ð 漢 \u200b \x07") == "naïve Łódź, ? ? ? ? ?"
    assert escape('say "so"') == "say ''so''"
