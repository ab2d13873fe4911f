"""100,000 records on disk become tables, or a DataFrame: seconds of one core, and memory.

    python -m petlab.speed.many THREADS tables|frame FOLDER

The records have the size and shape of a real one; the benchmark that looks for them is made up.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import petlab
from petlab.benchmark.load import parse
from petlab.benchmark.spec import Benchmark
from petlab.speed.work import in_own_process
from petlab.tables import build
from petlab.tables.collect import scan

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
RANKS, SEEDS = range(1, 10), 834  # with full fine-tuning 10 rows x 4 sets x 3 scales x 834 seeds


@dataclass(frozen=True)
class Gathered:
    """What became of a store of records.

    Attributes:
        records: how many went in.
        seconds: processor time, the start of Python and the imports not included.
        gigabytes: peak memory of the process.
    """

    records: int
    seconds: float
    gigabytes: float


def benchmark(seeds: int = SEEDS) -> Benchmark:
    """The made-up benchmark, of 120 cells a seed."""
    rows = [f"  - {{label: LoRA r{rank}, method: lora, overrides: {{method.rank: {rank}}}}}\n" for rank in RANKS]
    return parse("many", TEXT.replace("SEEDS", ", ".join(map(str, range(seeds)))) + "".join(rows))


def write(folder: Path, like: Mapping[str, Any], seeds: int = SEEDS) -> int:
    """Write a record a cell below `folder`/runs, each a copy of a real one with a place and a score of its own.

    Returns:
        How many.
    """
    record = json.loads(json.dumps(like))
    requests = benchmark(seeds).cells({})
    for number, request in enumerate(requests):
        config = record["config"]
        for name in ("method", "dataset", "scale"):
            config[name]["name"] = getattr(request, name, request.overrides["method"])
        config["method"]["rank"] = int(request.overrides.get("method.rank", 0))
        config["seed"] = request.seed
        record["id"] = f"{number:016x}"
        metric = "rougeL" if request.dataset in ("samsum", "e2e_nlg") else "exact_match"
        record["metrics"] = {metric: (number % 101) / 101}
        run = folder / "runs" / record["id"]
        run.mkdir(parents=True)
        (run / "record.json").write_text(json.dumps(record, indent=1) + "\n")
    return len(requests)


def gathered(what: str, folder: Path) -> Gathered:
    """Gather a store that `write` filled, into `tables` or a `frame`, in a process of its own."""
    return Gathered(**in_own_process("petlab.speed.many", 1, [what, str(folder)]))


def tables(folder: Path) -> int:
    """All tables of the made-up benchmark in all formats; how many records stand behind the entries of quality."""
    records, problems = scan(folder / "runs")
    names = ("method", "dataset", "scale")
    placed_by = {
        (*(one.config[name]["name"] for name in names), one.config["method"]["rank"], one.config["seed"]): one
        for one in records
    }
    seeds = max(one.config["seed"] for one in records) + 1
    made_up = benchmark(seeds)
    requests = made_up.cells({})
    ranks = ((each, int(each.overrides.get("method.rank", 0))) for each in requests)
    placed = {
        each.key: (placed_by[each.overrides["method"], each.dataset, each.scale, rank, each.seed], "reused")
        for each, rank in ranks
    }
    document = build(made_up, requests, placed, folder / "tables", problems).document
    quality = (table for table in document.tables if table.kind == "quality")
    entries = (entry for table in quality for part in table.sections for line in part.lines for entry in line.entries)
    return sum(int(number) for entry in entries for name, number in entry.numbers if name == "n")


def main(given: list[str]) -> int:
    """Gather, and print what it took."""
    _, what, folder = given
    began = time.process_time()
    records = tables(Path(folder)) if what == "tables" else len(petlab.load_results(folder))
    seconds = time.process_time() - began
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(json.dumps(asdict(Gathered(records, seconds, used))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
