"""100,000 records become tables and a DataFrame in under 20 s of one core and under 2 GB: `make test-slow`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from petlab import reference
from petlab.benchmark.load import parse

CELLS, SECONDS, GIGABYTES = 100_000, 20, 2
TEXT = """
title: Nine ranks on four sets at three amounts of data
kind: quality
tables: [quality, against_full, convergence, time_to_95, time_to_99, per_100k, per_minute, runtime, storage, memory]
columns:
  - {dataset: ag_news, metric: exact_match, label: AG News}
  - {dataset: glue/cola, metric: exact_match, label: CoLA}
  - {dataset: e2e_nlg, metric: rougeL, label: E2E NLG}
  - {dataset: samsum, metric: rougeL, label: SAMSum}
scales: [low, medium, high]
seeds: [SEEDS]
defaults: {model: nano_t5}
rows:
  - {label: Full, method: full}
"""
RANKS, SEEDS = range(1, 10), range(834)  # with full fine-tuning 10 rows x 4 sets x 3 scales x 834 seeds
AGGREGATE = """
import resource, sys, time
from pathlib import Path

what, folder, text = sys.argv[1:]
if what == "tables":
    from petlab.benchmark.load import parse
    from petlab.tables import build
    from petlab.tables.collect import scan

    benchmark = parse("many", Path(text).read_text())
    began = time.process_time()
    records, problems = scan(Path(folder) / "runs")
    names = ("method", "dataset", "scale")
    settings = ((one, one.config) for one in records)
    by_place = {
        (*(given[name]["name"] for name in names), given["method"]["rank"], given["seed"]): one
        for one, given in settings
    }
    requests = benchmark.cells({})
    ranks = ((each, int(each.overrides.get("method.rank", 0))) for each in requests)
    placed = {
        each.key: (by_place[each.overrides["method"], each.dataset, each.scale, rank, each.seed], "reused")
        for each, rank in ranks
    }
    built = build(benchmark, requests, placed, Path(folder) / "tables", problems)
    print(sum(int(number) for table in built.document.tables if table.kind == "quality" for section in table.sections
              for line in section.lines for entry in line.entries for name, number in entry.numbers if name == "n"))
else:
    import petlab

    began = time.process_time()
    print(len(petlab.load_results(folder)))
used = resource.getrusage(resource.RUSAGE_SELF)
print(time.process_time() - began, used.ru_maxrss * 1024 / 1e9)
"""


def text() -> str:
    rows = [f"  - {{label: LoRA r{rank}, method: lora, overrides: {{method.rank: {rank}}}}}\n" for rank in RANKS]
    return TEXT.replace("SEEDS", ", ".join(map(str, SEEDS))) + "".join(rows)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of the size and shape of real ones, with what the made-up benchmark looks for."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "many.yaml").write_text(text())
    real = json.loads(next(iter(reference.everything().values())).to_json())
    for number, request in enumerate(parse("many", text()).cells({})):
        config = real["config"]
        for name in ("method", "dataset", "scale"):
            config[name]["name"] = getattr(request, name, request.overrides["method"])
        config["method"]["rank"] = int(request.overrides.get("method.rank", 0))
        config["seed"] = request.seed
        real["id"] = f"{number:016x}"
        metric = "rougeL" if request.dataset in ("samsum", "e2e_nlg") else "exact_match"
        real["metrics"] = {metric: (number % 101) / 101}
        run = folder / "runs" / real["id"]
        run.mkdir(parents=True)
        (run / "record.json").write_text(json.dumps(real, indent=1) + "\n")
    assert number + 1 >= CELLS
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("what", ["tables", "frame"])
def test_a_hundred_thousand_records(store: Path, what: str) -> None:
    command = [sys.executable, "-c", AGGREGATE, what, str(store), str(store / "many.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    count, measured = done.stdout.splitlines()
    seconds, gigabytes = map(float, measured.split())
    print(f"{what}: {count} records in {seconds:.1f} s of one core, {gigabytes:.2f} GB at most")
    assert int(count) >= CELLS
    assert seconds < SECONDS
    assert gigabytes < GIGABYTES
