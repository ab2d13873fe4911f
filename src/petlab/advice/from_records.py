"""The evidence of petlab's own records: the runs of one setting, which differ in method, data set, scale and seed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from petlab import benchmark as benchmarks
from petlab import lineage
from petlab.advice.evidence import SETS, TASKS, Evidence, Observation
from petlab.data import catalogue
from petlab.errors import UserError
from petlab.record import Record
from petlab.tables.collect import Machine, machine, timed

SEEDS = 3  # runs of each cell before methods are ranked; one run says nothing of its own spread
_SINCE = {"select": "loss", "strategy": "none"}  # keys of `train` that older records lack, and what it means
_NOT_SETTING = ("lr", "device", "threads")  # of `train`: the method's own rate, and what changes no score


def evidence_of_records(records: Iterable[Record], *, model: str | None = None, scale: str | None = None) -> Evidence:
    """The setting with the most cells that have enough seeds; where several have as many, the most test rows scored.

    Args:
        records: any records; those that are not done, and those of another setting, play no part.
        model: only runs of this model.
        scale: the scale whose cells count first.

    Raises:
        UserError: no record of the model, with the models there are.
    """
    done = [record for record in records if record.status == "done" and _named(record)]
    models = sorted({record.config["model"]["name"] for record in done})
    if model is not None:
        done = [record for record in done if record.config["model"]["name"] == model]
        if not done:
            raise UserError(f"--model {model}: there are no finished records of it; there are of: {', '.join(models)}")
    settings: dict[str, list[Record]] = {}
    for record in done:
        settings.setdefault(_setting(record), []).append(record)
    if not settings:
        return Evidence("records", ("no finished record",), (), SEEDS)
    mine = settings[max(settings, key=lambda key: (*_worth(settings[key], scale), key))]
    comparable = _common_machine(mine)
    names = _variants(mine)
    found = [_observation(record, names[record.id], comparable) for record in mine]
    untimed = sum(one.seconds is None for one in found)
    told = [_describe(mine), *_others(len(done) - len(mine), len(settings) - 1)]
    return Evidence(
        "records",
        tuple(told),
        tuple(found),
        SEEDS,
        untimed=f"seconds of {untimed} runs left out: timed beside others, or on other hardware" if untimed else "",
        model=mine[0].config["model"]["name"],
    )


def _named(record: Record) -> bool:
    """Whether the record is of one task and says what is needed: groups with names, the task, a score of its metric."""
    config = record.config
    if any(config.get(key) for key in lineage.KEYS):
        return False  # other tasks were trained on, too
    groups = [config.get(group) for group in ("model", "method", "dataset", "scale", "train")]
    if not all(isinstance(group, dict) for group in groups) or not isinstance(config.get("seed"), int):
        return False
    dataset = config["dataset"]
    return dataset.get("task") in TASKS and dataset.get("metric") in record.metrics


def _setting(record: Record) -> str:
    """All that must be the same in runs that are compared, as text."""
    config = record.config
    model, train = config["model"], {**_SINCE, **config["train"]}
    return json.dumps(
        {
            "model": [model.get(key) for key in ("name", "revision", "random_weights", "init_seed")],
            "train": {key: value for key, value in train.items() if key not in _NOT_SETTING},
            "limits": config.get("limits"),
            "data_seed": config.get("data_seed"),
            "synthetic": config["dataset"].get("synthetic", False),
        },
        sort_keys=True,
    )


def _worth(records: list[Record], scale: str | None) -> tuple[int, int, int]:
    """Cells with enough seeds at the scale, and at any; test rows scored."""
    seeds: dict[tuple[str, str, str], set[int]] = {}
    names = _variants(records)
    for record in records:
        config = record.config
        place = (names[record.id], config["dataset"]["name"], config["scale"]["name"])
        seeds.setdefault(place, set()).add(config["seed"])
    enough = [place for place, found in seeds.items() if len(found) >= SEEDS]
    rows = sum(record.data.test_rows for record in records if record.data)
    return sum(place[2] == scale for place in enough), len(enough), rows


def _observation(record: Record, variant: str, comparable: Machine | None) -> Observation:
    config = record.config
    return Observation(
        variant=variant,
        method=config["method"]["name"],
        dataset=config["dataset"]["name"],
        task=config["dataset"]["task"],
        scale=config["scale"]["name"],
        seed=config["seed"],
        score=record.metrics[config["dataset"]["metric"]],
        parameters=record.params.stored if record.params else None,
        seconds=record.convergence.run_s if timed(record) and machine(record) == comparable else None,
        loss=record.convergence.best_loss,
    )


def _common_machine(records: Iterable[Record]) -> Machine | None:
    """Seconds are compared on one hardware class and thread count: the one that most exclusive timings have."""
    counts = Counter(machine(record) for record in records if timed(record))
    return min(counts, key=lambda found: (-counts[found], found)) if counts else None


def _variants(records: Iterable[Record]) -> dict[str, str]:
    """A name for each record's method: its id, and the fields in which several settings of it differ."""
    fields = {record.id: _flat(record.config["method"]) for record in records}
    values: dict[tuple[str, str], set[str]] = {}
    for mine in fields.values():
        for key, value in mine.items():
            values.setdefault((mine["name"], key), set()).add(value)
    return {
        run: " ".join(
            [
                mine["name"],
                *(f"{key}={mine[key]}" for key in mine if len(values[mine["name"], key]) > 1 and mine[key] != "None"),
            ]
        )
        for run, mine in fields.items()
    }


def _flat(method: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a method as they are printed; of its rate the peak, and start and end as shares of it.

    The number of trials changes no result.
    """
    flat = {key: _words(value) for key, value in method.items() if key != "learning_rate"}
    rate = method.get("learning_rate", {})
    if peak := rate.get("peak"):
        flat["rate"] = _words(peak)
        flat |= {f"rate_{key}": _words(rate[key] / peak) for key in ("initial", "final") if rate.get(key) is not None}
    return flat


def _words(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(map(_words, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _describe(records: list[Record]) -> str:
    config = records[0].config
    train, limits = config["train"], config.get("limits") or {}
    batch = int(train.get("batch_size", 1)) * int(train.get("accumulation", 1))
    parts = [
        f"{len(records)} finished records of {config['model']['name']}",
        *(["random weights"] if config["model"].get("random_weights") else []),
        *(["synthetic data"] if config["dataset"].get("synthetic") else []),
        f"{batch} rows a step",
        *(f"at most {rows:,} {part} rows" for part, rows in limits.items() if rows),
    ]
    return ", ".join(parts)


def _others(count: int, settings: int) -> list[str]:
    return [f"{count} records of {settings} other setting(s) play no part"] if count else []


def filled_by(task: str, scale: str, model: str | None) -> str | None:
    """The benchmark that trains enough of such runs: several methods, two sets of the task, three seeds."""
    specs = catalogue.files()
    for found in map(benchmarks.load, benchmarks.names()):
        if len(found.seeds) < SEEDS or scale not in found.scales or found.defaults.get("model") != (model or "nano_t5"):
            continue
        sets = {column.dataset for column in found.columns if column.dataset is not None}
        of_task = [name for name in sets if catalogue.spec(specs[name]).task == task]
        if len(of_task) >= SETS and len({row.method for row in found.rows}) > 1:
            return found.name
    return None
