"""The audit of every printed parameter count: rows counted on their architectures, beside arithmetic by hand."""

from __future__ import annotations

import csv
import io
import resource
import subprocess
import sys
from collections import Counter as Tally
from itertools import product

import pytest

from petlab import benchmark as benchmarks
from petlab.audit.attached import Counted, Counter, tables
from petlab.audit.figures import figures
from petlab.audit.formulas import ACCOUNTS, HOULSBY, account, evaluate, reproduces
from petlab.audit.match import rounds
from petlab.benchmark.load import parse

Line = dict[str, str]


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """The whole audit in a process of its own, as CSV: under a minute on two cores and under 4 GB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "petlab.cli", "params", "--csv"], capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 60
    assert after.ru_maxrss < 4 * 2**20
    return list(csv.DictReader(io.StringIO(done.stdout)))


def of(lines: list[Line], table: str, row: str, kind: str = "parameters") -> Line:
    [line] = [line for line in lines if (line["table"], line["row"], line["kind"]) == (table, row, kind)]
    return line


def test_every_row_is_listed(lines: list[Line]) -> None:
    assert tables() == [
        "houlsby2019_table1",
        "hu2021_table2",
        "hu2021_table3",
        "hu2021_table4",
        "lecture_params_350M_24layers",
        "li2021_table1",
        "li2021_table2",
        "pu2023_appendixA4",
        "pu2023_table3",
    ]
    rows = {(name, row.key) for name in tables() for row in benchmarks.load(name).rows if row.method}
    assert {(line["table"], line["row"]) for line in lines} == rows
    assert not [line for line in lines if line["problem"]]
    printed = [(line["table"], line["row"], line["kind"]) for line in lines if line["printed"]]
    known = [(name, row.key, kind) for name in tables() for row in benchmarks.load(name).rows
             for kind in figures(benchmarks.load(name), row)]  # fmt: skip
    assert sorted(printed) == sorted(known)


EXACT = {
    ("hu2021_table2", "RoB_base (LoRA) 0.3M"): 294_912,
    ("hu2021_table2", "RoB_base (Adpt^D)* 0.3M"): 304_320,
    ("hu2021_table2", "RoB_base (Adpt^D)* 0.9M"): 894_528,
    ("hu2021_table2", "RoB_large (LoRA) 0.8M"): 786_432,
    ("hu2021_table2", "DeB_XXL (LoRA) 4.7M"): 4_718_592,
    ("hu2021_table3", "GPT-2 M (FT^Top2)* 25.19M"): 25_192_448,
    ("hu2021_table3", "GPT-2 M (Adapter^L)* 0.37M"): 368_784,
    ("hu2021_table3", "GPT-2 M (Adapter^L)* 11.09M"): 11_089_152,
    ("hu2021_table3", "GPT-2 M (LoRA) 0.35M"): 393_216,
    ("hu2021_table3", "GPT-2 L (Adapter^L) 0.88M"): 875_808,
    ("hu2021_table3", "GPT-2 L (Adapter^L) 23.00M"): 23_002_848,
    ("hu2021_table4", "GPT-3 (PreEmbed) 3.2M"): 3_244_032,
    ("hu2021_table4", "GPT-3 (Adapter^H) 7.1M"): 7_078_080,
    ("hu2021_table4", "GPT-3 (Adapter^H) 40.1M"): 40_109_568,
    ("hu2021_table4", "GPT-3 (LoRA) 4.7M"): 4_718_592,
    ("hu2021_table4", "GPT-3 (LoRA) 37.7M"): 37_748_736,
}


@pytest.mark.parametrize(("place", "stored"), EXACT.items(), ids=[row for _, row in EXACT])
def test_counts(lines: list[Line], place: tuple[str, str], stored: int) -> None:
    assert int(of(lines, *place)["stored"]) == stored


def test_counts_that_are_printed_in_full_are_exact(lines: list[Line]) -> None:
    mine = [line for line in lines if line["table"] in ("pu2023_table3", "pu2023_appendixA4")]
    assert len(mine) == 14 + 5
    for line in mine:
        assert line["match"] == "exact"
        assert int(line["stored"]) == int(line["printed"].replace(",", ""))


def test_what_differs_is_explained_by_arithmetic_or_not_at_all(lines: list[Line]) -> None:
    differs = {
        (line["table"], line["row"], line["kind"]): line["explanation"] for line in lines if line["match"] == "differs"
    }
    unknown = {place for place, said in differs.items() if said.startswith("cause unknown")}
    assert unknown == {
        ("hu2021_table3", "GPT-2 M (FT)* 354.92M", "parameters"),
        ("hu2021_table3", "GPT-2 M (Adapter^H) 11.09M", "parameters"),
        ("hu2021_table4", "GPT-3 (FT) 175,255.8M", "parameters"),
        ("hu2021_table4", "GPT-3 (PreLayer) 20.2M", "parameters"),
    }
    assert all(" = " in said for place, said in differs.items() if place not in unknown)
    assert Tally(line["match"] for line in lines if line["match"]) == {"exact": 21, "rounds to it": 32, "differs": 19}


def test_readings_give_the_printed_figures() -> None:
    for (table, kind), accounts in ACCOUNTS.items():
        for row, found in accounts.items():
            printed = figures(benchmarks.load(table), benchmarks.load(table).row(row))[kind]
            assert bool(found.reading) == reproduces(found, printed), row
            assert not (found.reading and rounds(printed, evaluate(found.formula))), f"{row} needs no reading"


def test_counting_agrees_with_arithmetic_by_hand(lines: list[Line]) -> None:
    """Two ways to each number: the method attached to the model, and the papers' formulas."""
    compared = 0
    for line in lines:
        known = account(line["table"], line["row"], line["kind"]) if line["printed"] else None  # type: ignore[arg-type]
        if known is not None:
            assert float(line["value"]) == pytest.approx(evaluate(known.formula), rel=1e-12), line["row"]
            compared += 1
    assert compared == sum(map(len, ACCOUNTS.values()))


def test_only_one_split_of_the_sizes_gives_houlsbys_share() -> None:
    """3.6 % is a mean over nine tasks of sizes 8, 64 and 256."""
    base = evaluate("24 * (12 * 1024**2 + 13 * 1024) + 1024**2 + 1024")

    def share(tasks: tuple[int, int, int]) -> float:
        adapters = sum(n * 48 * (2 * m * 1024 + m + 1024) for n, m in zip(tasks, (8, 64, 256), strict=True))
        return 100 * adapters / 9 / base

    splits = [split for split in product(range(10), repeat=3) if sum(split) == 9]
    assert [split for split in splits if rounds("3.6%", share(split))] == [(3, 3, 3)]  # type: ignore[arg-type]
    assert share((3, 3, 3)) == pytest.approx(evaluate(HOULSBY["Adapters (8-256) 3.6%"].reading))


def test_tasks_of_houlsby(lines: list[Line]) -> None:
    values = {line["row"]: float(line["value"]) for line in lines if line["kind"] == "total"}
    assert values["BERT_LARGE 100%"] == 9
    assert values["Adapters (64) 2.1%"] == pytest.approx(1 + 9 * 6_441_984 / 335_141_888)
    assert of(lines, "houlsby2019_table1", "Adapters (64) 2.1%", "total")["match"] == "rounds to it"


def test_settings_that_differ_between_data_sets_are_counted_apart(lines: list[Line]) -> None:
    found = {line["datasets"]: int(line["stored"]) for line in lines if line["row"] == "GPT-2 MEDIUM PREFIX(0.1%)"}
    assert found == {"": 245_760, "dart": 491_520}


def test_norms_are_named(lines: list[Line]) -> None:
    assert int(of(lines, "houlsby2019_table1", "Adapters (64) 2.1%", "percent")["norms"]) == 24 * 2 * 2 * 1024
    assert int(of(lines, "hu2021_table3", "GPT-2 M (Adapter^L)* 0.37M")["norms"]) == 24 * 2 * 1024
    assert int(of(lines, "hu2021_table2", "RoB_large (Adpt^H)† 0.8M")["norms"]) == 0


def test_a_row_without_overrides_is_listed_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "title: A table\nkind: quality\ncolumns: [{dataset: e2e_nlg, metric: BLEU, label: BLEU}]\n"
        "paper: {key: a, title: A, authors: [A B], year: 2020, arxiv: null, version: null, table: Table 1}\n"
        "rows: [{label: LoRA, method: lora, parameters: 1M}, {label: Best, method: ''}]\n"
    )
    monkeypatch.setattr(benchmarks, "load", lambda name: parse(name, text))
    [row] = Counter().table("made_up")
    assert row.params is None and row.problem == "no overrides: the row does not say its model"
    assert row.comparisons == ()


def test_what_tasks_take() -> None:
    counter = Counter()

    def counted(*words: str) -> Counted:
        return counter.words(["model=bert_large", *words])

    full, houlsby = counted("method=full"), counted("method=houlsby")
    assert full.params is not None and houlsby.params is not None
    base = 4 * 335_141_888
    head = 4 * 2_050
    assert full.task_bytes(9) == 9 * (base + head), "a copy for each task, and no base beside them"
    assert houlsby.task_bytes(9) == base + 9 * (4 * 6_441_984 + head)
    assert (full.keeps_base, houlsby.keeps_base) == (False, True)
