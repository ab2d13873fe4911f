"""What stands in a cell: means, failures, foreign records, seconds that cannot be compared."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from petlab.benchmark import Benchmark, CellRequest
from petlab.benchmark.load import parse
from petlab.benchmark.spec import KINDS
from petlab.errors import UserError
from petlab.record import Memory, Record
from petlab.tables import collect, compose
from petlab.tables.build import MAKERS
from petlab.tables.collect import scan
from petlab.tables.grid import Document, Entry, Table
from petlab.tables.numbers import compact, fixed, percent, seconds, significant, size
from tests.tables import made_up


def cells(document: Document, kind: str, column: str = "ag_news", source: str = "ours") -> dict[tuple[str, str], Entry]:
    table: Table = next(table for table in document.tables if table.kind == kind)
    at = next(i for i, head in enumerate(table.heads) if head.key == column and head.source == source)
    return {(section.key, line.key): line.entries[at] for section in table.sections for line in section.lines}


def document(benchmark: Benchmark, records: dict[CellRequest, Record | None]) -> Document:
    placed = {request.key: (record, "trained now") for request, record in records.items()}
    return compose(collect(benchmark, list(records), placed))


def test_mean_and_deviation_over_seeds() -> None:
    benchmark = parse("seeds", made_up.TEXT.replace("seeds: [0]", "seeds: [0, 1, 2]"))
    requests = benchmark.cells({}, columns=["ag_news"], rows=["lora"])
    low = [request for request in requests if request.scale == "low"]
    records = {request: made_up.record(request, score) for request, score in zip(low, (0.5, 0.6, 0.7), strict=True)}
    entry = cells(document(benchmark, records), "quality")["low", "LoRA r2"]
    assert entry.text == "0.6000 ± .1000"
    assert dict(entry.numbers)["n"] == 3
    records[low[2]] = made_up.ended(low[2], "diverged", "loss is nan", 9)
    entry = cells(document(benchmark, records), "quality")["low", "LoRA r2"]
    assert entry.text == "0.5500 ± .0707 (n=2)"


def test_empty_failed_diverged() -> None:
    benchmark = made_up.benchmark()
    requests = benchmark.cells({}, columns=["ag_news"])
    first, second, third, fourth = requests
    made = document(
        benchmark,
        {
            first: made_up.record(first),
            second: made_up.ended(second, "failed", "RuntimeError: " + 40 * "long "),
            third: made_up.ended(third, "diverged", "loss is nan", 11),
            fourth: None,
        },
    )
    texts = {key: entry.text for key, entry in cells(made, "quality").items()}
    assert texts["low", "LoRA r2"] == "failed: RuntimeError"
    assert texts["medium", "Full"] == "diverged @ 11"
    assert texts["medium", "LoRA r2"] == ""
    assert any("long long" in line for line in made.footer)
    assert any("diverged at step 11" in line for line in made.footer)
    assert made.footer.count("cells: 3 trained now, 0 reused, 0 from reference, 1 failed, 1 diverged, 1 not run") == 1


def test_nothing_run_still_prints_the_paper() -> None:
    benchmark = made_up.benchmark()
    made = compose(collect(benchmark, benchmark.cells({}), {}))
    assert [table.kind for table in made.tables] == ["quality"]
    assert cells(made, "quality", source="paper")["low", "Full"].text == "0.5"


def test_foreign_and_broken_records_are_named_and_left_out() -> None:
    benchmark = made_up.benchmark()
    requests = benchmark.cells({})
    good = json.loads(made_up.record(requests[0]).to_json())
    older = {**good, "schema": 0}
    cut = {key: value for key, value in good.items() if key != "metrics"}
    wrong = [older, cut, good]  # the last is a sound record of another cell
    placed = {request.key: (record, "reused") for request, record in zip(requests[1:4], wrong, strict=True)}
    made = compose(collect(benchmark, requests, placed))
    assert len(made.problems) == 3
    assert "schema 0" in made.problems[0]
    assert "metrics" in made.problems[1]
    assert "is of data set ag_news" in made.problems[2] or "is of" in made.problems[2]
    assert all(entry.text == "" for entry in cells(made, "quality").values())
    assert "0 trained now, 0 reused" in "".join(made.footer)


def test_scan_names_files_that_are_no_records(tmp_path: Path) -> None:
    [request, *_] = made_up.benchmark().cells({})
    good = made_up.record(request)
    for name, text in {
        good.id: good.to_json(),
        "copy": good.to_json(),
        "cut": good.to_json()[:-200],
        "old": good.to_json().replace('"schema": 1', '"schema": 0'),
        "other": '{"loss": 0.5}',
        "wrong": good.to_json().replace('"trained": ', '"trained": "many", "was": '),
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "record.json").write_text(text)
    (tmp_path / "not finished").mkdir()
    (tmp_path / "a file").touch()
    records, problems = scan(tmp_path)
    assert records == [good]
    said = {
        "copy": "of run 0123",
        "cut": "unreadable",
        "old": "record schema 0",
        "other": "no 'schema'",
        "wrong": "params",
    }
    assert len(problems) == len(said)
    for problem, (name, words) in zip(problems, said.items(), strict=True):
        assert problem.startswith(str(tmp_path / name / "record.json"))
        assert words in problem


def test_seconds_of_one_machine_only() -> None:
    benchmark = made_up.benchmark()
    full, lora, *_ = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    there = made_up.record(full)
    other = made_up.record(lora)
    elsewhere = dataclasses.replace(other, environment=dataclasses.replace(other.environment, hardware="another"))
    made = document(benchmark, {full: there, lora: elsewhere})
    assert {entry.text for entry in cells(made, "convergence").values()} == {"Ep. 3; 60.0", "Ep. 3"}
    [table] = [table for table in made.tables if table.kind == "convergence"]
    assert any("1 of other hardware" in note for note in table.notes)
    shared = dataclasses.replace(other, time=dataclasses.replace(other.time, timing="shared"))
    made = document(benchmark, {full: there, lora: shared})
    assert cells(made, "per_minute")["low", "LoRA r2"].text == "–"
    assert cells(made, "quality")["low", "LoRA r2"].text == "0.5000"


def test_the_shortest_time_is_best_only_where_all_finished_rows_have_one() -> None:
    benchmark = parse("three", made_up.TEXT + "  - {label: LoRA r4, method: lora, overrides: {method.rank: 4}}\n")
    requests = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    runs = {one: made_up.record(one, run_s=60.0 + place) for place, one in enumerate(requests)}
    shown = cells(document(benchmark, dict(runs)), "convergence")
    assert [entry.best for entry in shown.values()] == [True, False, False]
    last = runs[requests[-1]]
    runs[requests[-1]] = dataclasses.replace(last, time=dataclasses.replace(last.time, timing="shared"))
    shown = cells(document(benchmark, dict(runs)), "convergence")
    assert not any(entry.best for entry in shown.values())


def test_derived_kinds() -> None:
    benchmark = made_up.benchmark()
    full, lora = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    made = document(benchmark, {full: made_up.record(full, 0.6, 100.0), lora: made_up.record(lora, 0.3, 250.0)})
    assert cells(made, "runtime")["low", "LoRA r2"].text == "2.50"
    assert cells(made, "per_minute")["low", "Full"].text == "0.3600"
    assert cells(made, "per_100k")["low", "LoRA r2"].text == "30.00"
    assert cells(made, "quality", source="difference")["low", "LoRA r2"].text == "-0.3250"
    assert cells(made, "quality")["low", "Full"].best
    assert not cells(made, "quality")["low", "LoRA r2"].best


def test_badges() -> None:
    benchmark = made_up.benchmark()
    requests = benchmark.cells({"model": "nano_t5", "train.lr": "1e-3", "data.root": "x", "scale": "low"})
    records = {request: made_up.record(request) for request in requests}
    one = records[requests[0]]
    assert one.data is not None
    records[requests[0]] = dataclasses.replace(one, data=dataclasses.replace(one.data, train_rows=80, note="a sample"))
    made = document(benchmark, records)  # type: ignore[arg-type]
    texts = {badge.text: badge.everywhere for badge in made.legend}
    assert texts["stand-in model: nano_t5 (paper: flan_t5_small)"]
    assert texts["other learning rate: 1e-3"]
    assert texts["a known difference"]
    assert not texts["a difference of one data set"]
    assert not texts["ag_news: 80 train rows where the scale allows 100"]
    assert not texts["ag_news: a sample"]
    assert len(texts) == 6
    letters = {badge.letter for badge in made.legend if not badge.everywhere}
    assert set(cells(made, "quality")["low", "Full"].badges) <= letters
    assert len(cells(made, "quality")["low", "Full"].badges) == 2


def losses(record: Record, *losses: float) -> Record:
    """A record whose validation losses, one an epoch of ten seconds, are these; the first is before any step."""
    rows = [(float(epoch), 7 * epoch, 8.0 * epoch, 10.0 * epoch, loss) for epoch, loss in enumerate(losses)]
    fit = dataclasses.replace(
        record.convergence,
        evaluations=rows,
        initial_loss=losses[0],
        best_loss=min(losses[1:]),
        epochs_run=rows[-1][0],
        run_s=rows[-1][3],
    )
    return dataclasses.replace(record, convergence=fit)


TIMES = made_up.TEXT.replace("tables: [quality", "tables: [time_to_95, time_to_99, quality")


def test_time_to_a_share_of_full_fine_tunings_best() -> None:
    benchmark = parse("times", TIMES)
    full, lora = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    # from 2.1 to 0.1: 95 % are made up at a loss of 0.2, 99 % at 0.12
    there = losses(made_up.record(full), 2.1, 0.9, 0.2, 0.1, 0.4)
    made = document(benchmark, {full: there, lora: losses(made_up.record(lora), 2.1, 1.0, 0.5, 0.15, 0.13)})
    texts = {kind: cells(made, kind) for kind in ("time_to_95", "time_to_99")}
    assert texts["time_to_95"]["low", "Full"].text == "Ep. 2; 20.0"
    assert texts["time_to_95"]["low", "Full"].best
    assert texts["time_to_95"]["low", "LoRA r2"].text == "Ep. 3; 30.0"
    assert texts["time_to_99"]["low", "Full"].text == "Ep. 3; 30.0"
    assert texts["time_to_99"]["low", "LoRA r2"].text == "> Ep. 4; 40.0"
    assert not texts["time_to_99"]["low", "LoRA r2"].best
    facts = dict(texts["time_to_99"]["low", "LoRA r2"].numbers)
    assert facts == {"epoch": 4.0, "seconds": 40.0, "censored": 1, "reached": 0, "n": 1}


def test_a_run_starts_from_its_own_loss() -> None:
    benchmark = parse("times", TIMES)
    full, lora = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    worse = losses(made_up.record(lora), 4.1, 0.31, 0.29, 0.2)  # 95 % of 4.1 - 0.1 are made up at 0.3
    made = document(benchmark, {full: losses(made_up.record(full), 2.1, 0.1, 0.2), lora: worse})
    assert cells(made, "time_to_95")["low", "LoRA r2"].text == "Ep. 2; 20.0"
    better = losses(made_up.record(lora), 0.1, 0.05)
    made = document(benchmark, {full: losses(made_up.record(full), 2.1, 0.1, 0.2), lora: better})
    assert cells(made, "time_to_95")["low", "LoRA r2"].text == "–"  # nothing to make up


def test_time_to_takes_the_seed_in_the_middle() -> None:
    benchmark = parse("times", TIMES.replace("seeds: [0]", "seeds: [0, 1, 2]"))
    requests = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    slow, never = (2.1, 1.0, 0.8, 0.1), (2.1, 1.0, 0.8, 0.7)

    def shown(*fits: tuple[float, ...]) -> str:
        given: dict[CellRequest, Record | None] = {}
        for request in requests:
            full = request.overrides["method"] == "full"
            given[request] = losses(made_up.record(request), *((2.1, 0.1, 0.2) if full else fits[request.seed]))
        return cells(document(benchmark, given), "time_to_95")["low", "LoRA r2"].text

    assert shown(slow, slow, never) == "Ep. 3; 30.0 (2/3)"
    assert shown(never, slow, never) == "> Ep. 3; 30.0 (1/3)"
    assert shown(slow, (2.1, 0.1), (2.1, 0.1)) == "Ep. 1; 10.0"


def test_time_to_without_comparable_seconds_counts_epochs() -> None:
    benchmark = parse("times", TIMES)
    full, lora = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    other = losses(made_up.record(lora), 2.1, 1.0, 0.1)
    shared = dataclasses.replace(other, time=dataclasses.replace(other.time, timing="shared"))
    made = document(benchmark, {full: losses(made_up.record(full), 2.1, 0.1), lora: shared})
    assert cells(made, "time_to_95")["low", "LoRA r2"].text == "Ep. 2"
    alone = document(benchmark, {lora: other})  # without full fine-tuning there is nothing to reach
    assert cells(alone, "time_to_95")["low", "LoRA r2"].text == "–"


def test_run_time_is_divided_by_the_same_models_and_seeds() -> None:
    benchmark = parse("made_up", made_up.TEXT.replace("seeds: [0]", "seeds: [0, 1]"))
    requests = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    times = {("full", 0): 10.0, ("full", 1): 20.0, ("lora", 0): 30.0, ("lora", 1): 20.0}
    given: dict[CellRequest, Record | None] = {
        request: made_up.record(request, 0.5, times[request.overrides["method"], request.seed]) for request in requests
    }
    assert cells(document(benchmark, given), "runtime")["low", "LoRA r2"].text == "2.00"  # of 3 and 1
    last = requests[-1]
    record = given[last]
    assert record is not None
    given[last] = dataclasses.replace(record, config={**record.config, "model": {"name": "another"}})
    assert cells(document(benchmark, given), "runtime")["low", "LoRA r2"].text == "3.00"


def test_storage_gives_a_range_where_heads_differ() -> None:
    benchmark = parse("kept", made_up.TEXT.replace("tables: [quality", "tables: [storage, quality"))
    full, lora = benchmark.cells({"scale": "low"}, rows=["lora"]), benchmark.cells({"scale": "low"}, rows=["full"])
    records: dict[CellRequest, Record | None] = {request: made_up.record(request) for request in (*full, *lora)}
    wide = made_up.record(full[1])
    assert wide.params is not None
    records[full[1]] = dataclasses.replace(wide, params=dataclasses.replace(wide.params, stored=3000, head=2000))
    made = document(benchmark, records)
    [table] = [table for table in made.tables if table.kind == "storage"]
    texts = {line.key: [entry.text for entry in line.entries] for line in table.sections[0].lines}
    assert [head.key for head in table.heads] == ["trained", "stored", "percent", "head", "bytes"]
    assert texts["LoRA r2"] == ["1,000", "1,000–3,000", "0.3 % (0.38 %)", "0–2,000", "2.00 kB"]
    assert texts["Full"] == ["1,000,000", "1,000,000", "100 %", "0", "2.00 MB"]


def test_memory_of_one_kind_of_measurement() -> None:
    benchmark = parse("memory", made_up.TEXT.replace("tables: [quality", "tables: [memory, quality"))
    full, lora = benchmark.cells({"scale": "low"}, columns=["ag_news"])
    records = {full: made_up.record(full), lora: made_up.record(lora)}
    assert not [table for table in document(benchmark, records).tables if table.kind == "memory"]  # type: ignore[arg-type]
    made: dict[CellRequest, Record | None] = {
        full: dataclasses.replace(records[full], memory=Memory("rss_exclusive", 1_234_000_000)),
        lora: dataclasses.replace(records[lora], memory=Memory("rss_exclusive", 617_000_000)),
    }
    shown = cells(document(benchmark, made), "memory")
    assert shown["low", "Full"].text == "1.23 GB"
    assert shown["low", "LoRA r2"].text == "617 MB"
    assert shown["low", "LoRA r2"].best
    more = benchmark.cells({"scale": "low"}, columns=["samsum"])[0]
    made[more] = dataclasses.replace(made_up.record(more), memory=Memory("cuda_peak", 5))
    assert cells(document(benchmark, made), "memory", "samsum")["low", "Full"].text == "–"


def test_a_benchmark_chooses_its_counts() -> None:
    benchmark = parse("counts", made_up.TEXT + "counts: [bytes, trained]\n")
    request = benchmark.cells({})[0]
    [table, *_] = document(benchmark, {request: made_up.record(request)}).tables
    assert [head.key for head in table.heads if head.source == "parameters"] == ["trained", "bytes"]
    with pytest.raises(UserError, match="allowed are"):
        parse("counts", made_up.TEXT + "counts: [weights]\n")


def test_every_kind_of_a_benchmark_has_a_maker() -> None:
    assert set(MAKERS) == set(KINDS) - {"parameters", "speed_up"}  # these two hold no scores of cells


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (fixed(0.85881, 4), "0.8588"),
        (fixed(-0.00001, 4, sign=True), "0.0000"),
        (fixed(0.012, 3, sign=True), "+0.012"),
        (significant(3.0134e-05), "3.01E-05"),
        (significant(0.0717), "0.07170"),
        (compact(3_538_944), "3.54M"),
        (compact(512), "512"),
        (percent(1, 1), "100 %"),
        (percent(204_800, 2_849_757_184), "0.0072 %"),
        (seconds(1249.3), "1249"),
        (seconds(8.476), "8.48"),
        (size(69_120), "69.1 kB"),
        (size(999_990), "1.00 MB"),
        (size(154e6), "154 MB"),
        (size(12), "12 B"),
    ],
)
def test_numbers(shown: str, wanted: str) -> None:
    assert shown == wanted
