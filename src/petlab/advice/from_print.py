"""The evidence of Pu et al. 2023: scores of table 1, seconds of table 4, parameter counts of appendix A.4."""

from __future__ import annotations

from petlab import benchmark as benchmarks
from petlab.advice.evidence import Evidence, Observation
from petlab.benchmark.spec import number
from petlab.data import catalogue

QUALITY, SECONDS = "pu2023_table1", "pu2023_table4"


def evidence_of_print() -> Evidence:
    """The printed numbers, as if each cell were one run; the paper ran each once and prints no spread."""
    quality, times = benchmarks.load(QUALITY), benchmarks.load(SECONDS)
    specs = catalogue.files()
    tasks = {column.key: catalogue.spec(specs[column.dataset or ""]).task for column in quality.columns}
    found = []
    for row in quality.rows:
        timed = next(other for other in times.rows if other.label == row.label)
        for scale, cells in row.printed.items():
            for key, cell in cells.items():
                seconds = timed.printed.get(scale, {}).get(key)
                found.append(
                    Observation(
                        variant=row.label,
                        method=row.method,
                        dataset=quality.column(key).label,
                        task=tasks[key],
                        scale=scale,
                        seed=0,
                        score=cell.numbers[0],
                        parameters=int(number(row.known_parameters)) if row.known_parameters else None,
                        seconds=seconds.numbers[-1] if seconds else None,
                    )
                )
    citation = quality.paper.citation if quality.paper else ""
    told = (
        f"printed numbers of {citation} (scores), table 4 (seconds) and appendix A.4 (parameters); no run of petlab",
        "FLAN-T5-XL; one run a cell, so that no margin can be held against a spread over seeds",
    )
    missing = {"high": "table 4 leaves out high (one epoch)", "full": "the paper stops at 10,000 rows"}
    return Evidence("printed", told, tuple(found), seeds_needed=1, gaps=missing)
