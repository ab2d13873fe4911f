"""What `petlab params` prints."""

from __future__ import annotations

import csv
import io
import json

import pytest

from petlab import cli


def test_cells_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["model=roberta_base", "method=full,lora,houlsby", "--tasks", "9"]
    assert cli.main(["params", *words]) == 0
    text = capsys.readouterr().out
    assert "roberta_base: 124,055,040 parameters, 38,603,520 of them embeddings; a new head of 592,130" in text
    [lora] = [line.split() for line in text.splitlines() if "method=lora" in line]
    assert lora[2:] == ["lora", "294,912", "294,912", "0.238", "0.345", "3,548,168", "528,153,672", "1.06"]
    [full] = [line.split() for line in text.splitlines() if "method=full" in line]
    assert full[-1] == "9.04"  # each copy has a head, the base has none
    [houlsby] = [line.split() for line in text.splitlines() if "method=houlsby" in line]
    assert houlsby[5] == "36,864"


def test_json_and_csv_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["params", "--benchmark", "pu2023_appendixA4", "--tasks", "2"]
    assert cli.main([*command, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert cli.main([*command, "--csv"]) == 0
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["row"] for row in rows] == [line["row"] for line in lines]
    prompt = next(row for row in rows if row["method"] == "prompt")
    assert prompt["stored"] == 204_800
    assert prompt["percent"] == pytest.approx(100 * 204_800 / 2_849_757_184)
    assert prompt["percent_without_embeddings"] == pytest.approx(100 * 204_800 / (2_849_757_184 - 2 * 32_128 * 2_048))
    assert prompt["task_bytes"] == prompt["base_bytes"] + 2 * 4 * 204_800
    assert prompt["figures"] == [
        {"kind": "parameters", "printed": "204,800", "value": 204_800, "match": "exact", "of": "", "explanation": ""}
    ]


def test_a_benchmark_without_printed_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["params", "--benchmark", "embedded"]) == 0
    text = capsys.readouterr().out
    assert "nano_t5: 3,854,144 parameters" in text and "printed figures" not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--benchmark", "pu2023_table99"], "is not one of: .*pu2023_table3"),
        (["--benchmark", "embedded", "method=lora"], "not both"),
        (["--tasks", "0"], "a whole number from 1"),
        (["method=unipelt", "model=gpt2_small"], "being causal"),
        (["method=lorra"], "is not one of: .*lora"),
    ],
)
def test_mistakes(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    import re

    assert cli.main(["params", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and re.search(said, captured.err)
