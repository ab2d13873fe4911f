"""The list of printed numbers, and what the audit makes of them."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest

from petlab import audit, published
from petlab.audit.check import agrees
from petlab.audit.formulas import evaluate
from petlab.errors import UserError

COUNTS = {
    "houlsby2019_table1": 36,
    "hu2021_table2": 140,
    "hu2021_table3": 72,
    "hu2021_table4": 48,
    "lecture_params_350M_24layers": 8,
    "li2021_table1": 151,
    "li2021_table2": 9,
    "pu2023_appendixA4": 5,
    "pu2023_section3.2": 8,
    "pu2023_table1": 60,
    "pu2023_table2": 52,
    "pu2023_table3": 14,
    "pu2023_table4": 80,
    "pu2023_table5": 48,
    "pu2023_table6": 32,
}


def test_every_number_of_the_papers() -> None:
    assert Counter(row.table for row in published.numbers()) == COUNTS
    assert sum(COUNTS.values()) == 763


def test_no_number_twice() -> None:
    places = [(row.table, row.row, row.scale, row.dataset, row.metric) for row in published.numbers()]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    ("table", "row", "dataset", "metric", "value", "spread"),
    [
        ("houlsby2019_table1", "Adapters (64) 2.1%", "glue", "total", "79.6", ""),
        ("hu2021_table2", "RoB_base (LoRA) 0.3M", "glue/cola", "matthews", "63.4", "1.2"),
        ("hu2021_table2", "RoB_large (LoRA)† 0.8M", "glue", "average", "88.6", ""),
        ("hu2021_table3", "GPT-2 M (LoRA) 0.35M", "e2e_nlg", "NIST", "8.85", ".02"),
        ("hu2021_table4", "GPT-3 (LoRA) 4.7M", "samsum", "rouge2", "29.8", ""),
        ("li2021_table1", "GPT-2 MEDIUM PREFIX(0.1%)", "webnlg", "TER/unseen", "0.49", ""),
        ("li2021_table2", "PREFIX(2%)", "xsum", "rougeL", "36.05", ""),
        ("pu2023_table4", "LoRA", "samsum", "seconds", "6758", ""),
        ("pu2023_table5", "Full fine-tuning", "ag_news", "exact_match_per_100k_parameters", "3.01E-05", ""),
        ("pu2023_table3", "(IA)3 (drop attention)", "", "parameters", "344064", ""),
    ],
)
def test_examples(table: str, row: str, dataset: str, metric: str, value: str, spread: str) -> None:
    found = [n for n in published.numbers(table) if (n.row, n.dataset, n.metric) == (row, dataset, metric)]
    assert (found[0].value, found[0].spread) == (value, spread)


def test_csv_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(published.as_csv(published.numbers()))))
    assert len(rows) == 763
    assert list(rows[0]) == ["table", "row", "method", "scale", "dataset", "metric", "value", "spread"]


def test_text_names_the_paper() -> None:
    text = published.as_text(published.numbers("hu2021_table3"))
    assert "arXiv:2106.09685v2" in text
    assert "70.4 ± .1" in text


def test_unknown_table() -> None:
    with pytest.raises(UserError, match="pu2023_table1"):
        list(published.numbers("pu2023_table7"))


def test_what_does_not_follow() -> None:
    wrong = Counter((check.table, check.what) for check in audit.checks() if check.verdict == "does not follow")
    assert wrong == {
        ("pu2023_table5", "score per 100,000 parameters"): 2,  # in the last digits
        ("pu2023_table6", "score per minute"): 6,
        ("pu2023_section3.2", "speed-ups"): 1,
        ("pu2023_table4", "exceptions to the text"): 1,
        ("hu2021_table3", "parameter counts"): 2,
        ("hu2021_table4", "parameter counts"): 2,
    }


def test_what_follows() -> None:
    right = Counter((check.table, check.what) for check in audit.checks() if check.verdict == "follows")
    assert right["hu2021_table2", "averages"] == 14
    assert right["hu2021_table3", "rows repeated from prior work"] == 35
    assert right["pu2023_table3", "parameter counts"] == 14
    assert right["pu2023_appendixA4", "parameter counts"] == 5


def test_text_shows_the_arithmetic() -> None:
    text = audit.text()
    assert "0.76436 / (687 / 60) = 0.06676" in text
    assert "mean(4234, 5627, 4101, 2681)) = 49.79" in text


def test_arithmetic() -> None:
    assert evaluate("72 * 4 * (2048 + 2048) * 3") == 3_538_944
    assert agrees("0.3M", 294_912)
    assert agrees("73%", 73.4)
    assert agrees("3.01E-05", 3.0136e-05)
    assert not agrees("354.92M", 354_823_168)
    with pytest.raises(ValueError, match="no arithmetic"):
        evaluate("__import__('os')")
