"""Records for advice, made up: four data sets, any method, scale and seed."""

from __future__ import annotations

import dataclasses
from typing import Any

from petlab.record import Record
from tests.records import made_up

TASKS = {
    "embedded/topics": "classification",
    "embedded/acceptability": "classification",
    "embedded/restaurants": "generation",
    "embedded/dialogues": "generation",
}


def record(
    method: str = "lora",
    dataset: str = "embedded/topics",
    scale: str = "low",
    seed: int = 0,
    *,
    score: float = 0.5,
    stored: int = 1000,
    run_s: float = 60.0,
    timing: str = "exclusive",
    hardware: str = "a processor",
    rank: int | None = None,
    **config: Any,
) -> Record:
    """A finished record; `config` replaces top-level keys of its configuration."""
    base = made_up(f"{method}-{dataset.replace('/', '.')}-{scale}-{seed}-{rank}-{sorted(config)}")
    metric = "rougeL" if TASKS[dataset] == "generation" else "exact_match"
    fields = {"rank": rank} if rank is not None else {}
    settings = {
        "model": {"name": "nano_t5", "random_weights": False},
        "method": {"name": method, **fields, "learning_rate": {"peak": 0.01, "trials": 4}},
        "dataset": {"name": dataset, "task": TASKS[dataset], "metric": metric, "synthetic": True},
        "scale": {"name": scale},
        "train": {"batch_size": 16, "accumulation": 1, "lr": 0.01},
        "limits": {"validation": 200, "test": 300},
        "seed": seed,
        "data_seed": 0,
    }
    assert base.params is not None
    return dataclasses.replace(
        base,
        config={**settings, **config},
        metrics={metric: score},
        params=dataclasses.replace(base.params, stored=stored),
        convergence=dataclasses.replace(base.convergence, run_s=run_s),
        time=dataclasses.replace(base.time, timing=timing),
        environment=dataclasses.replace(base.environment, hardware=hardware),
    )


def sweep(task: str = "classification", scale: str = "low", seeds: int = 3, **methods: float) -> list[Record]:
    """A record for each method (with its score), data set of the task and seed."""
    return [
        record(method, dataset, scale, seed, score=score)
        for method, score in methods.items()
        for dataset in TASKS
        if TASKS[dataset] == task
        for seed in range(seeds)
    ]
