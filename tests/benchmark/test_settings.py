"""The settings of the papers' rows against their own tables of settings, and their composition with a stand-in."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from petlab import benchmark as benchmarks
from petlab.config import from_plain
from petlab.overrides import Composer

GLUE = ["glue/mnli", "glue/sst2", "glue/mrpc", "glue/cola", "glue/qnli", "glue/qqp", "glue/rte", "glue/stsb"]
RUNNABLE = [
    "houlsby2019_table1",
    "hu2021_table2",
    "hu2021_table3",
    "hu2021_table4",
    "li2021_table1",
    "li2021_table2",
    "pu2023_table1",
    "pu2023_table2",
]


def said(table: str, row: str, key: str, datasets: list[str]) -> list[str | None]:
    benchmark = benchmarks.load(table)
    return [benchmark.settings(benchmark.row(row), dataset).get(key) for dataset in datasets]


def numbers(table: str, row: str, key: str, datasets: list[str]) -> list[float]:
    return [float(value) for value in said(table, row, key, datasets) if value is not None]


@pytest.mark.parametrize(
    ("row", "rates", "epochs", "batches"),
    [  # Hu et al. 2021, table 9; MNLI, SST-2, MRPC, CoLA, QNLI, QQP, RTE, STS-B
        (
            "RoB_base (LoRA) 0.3M",
            [5e-4, 5e-4, 4e-4, 4e-4, 4e-4, 5e-4, 5e-4, 4e-4],
            [30, 60, 30, 80, 25, 25, 80, 40],
            [16, 16, 16, 32, 32, 16, 32, 16],
        ),
        (
            "RoB_large (LoRA) 0.8M",
            [3e-4, 4e-4, 3e-4, 2e-4, 2e-4, 3e-4, 4e-4, 2e-4],
            [10, 10, 20, 20, 10, 20, 20, 30],
            [4, 4, 4, 4, 4, 4, 8, 8],
        ),
        (
            "RoB_large (LoRA)† 0.8M",
            [3e-4, 4e-4, 3e-4, 2e-4, 2e-4, 3e-4, 4e-4, 2e-4],
            [10, 10, 20, 20, 10, 20, 20, 10],
            [4] * 8,
        ),
        ("RoB_large (Adpt^P)† 3.0M", [3e-5, 3e-5, *[3e-4] * 6], [10, 20, 20, 20, 10, 20, 20, 20], [32] * 8),
        ("RoB_large (Adpt^P)† 0.8M", [3e-4] * 8, [5, 20, 20, 20, 10, 20, 20, 20], [32] * 8),
        ("RoB_large (Adpt^H)† 6.0M", [3e-5, *[3e-4] * 7], [10, 5, 10, 10, 5, 20, 20, 10], [32] * 8),
        ("RoB_large (Adpt^H)† 0.8M", [3e-4] * 8, [10, 5, 10, 10, 5, 20, 20, 10], [32] * 8),
    ],
)
def test_glue_rows_have_the_settings_of_table_9(
    row: str, rates: list[float], epochs: list[int], batches: list[int]
) -> None:
    assert numbers("hu2021_table2", row, "train.lr", GLUE) == rates
    assert numbers("hu2021_table2", row, "scale.epochs", GLUE) == epochs
    assert numbers("hu2021_table2", row, "train.batch_size", GLUE) == batches
    assert set(numbers("hu2021_table2", row, "train.warmup", GLUE)) == {0.06}


@pytest.mark.parametrize(
    ("row", "rates", "epochs", "batches"),
    [  # Li and Liang 2021, table 5: E2E, WebNLG, DART
        ("GPT-2 MEDIUM FINE-TUNE", [5e-5, 1e-5, 1e-5], [5, 10, 10], [10, 6, 6]),
        ("GPT-2 MEDIUM FT-TOP2", [5e-5, 5e-5, 5e-5], [5, 10, 5], [10, 9, 5]),
        ("GPT-2 MEDIUM ADAPTER(3%)", [5e-5, 5e-5, 5e-5], [5, 5, 5], [5, 5, 5]),
        ("GPT-2 MEDIUM ADAPTER(0.1%)", [8e-5, 5e-5, 8e-5], [10, 10, 5], [5, 5, 5]),
        ("GPT-2 MEDIUM PREFIX(0.1%)", [8e-5, 5e-5, 5e-5], [5, 5, 10], [10, 5, 5]),
        ("GPT-2 LARGE FINE-TUNE", [5e-5, 1e-5, 1e-5], [5, 10, 10], [10, 6, 6]),
        ("GPT-2 LARGE PREFIX", [8e-5, 5e-5, 5e-5], [5, 5, 10], [10, 5, 5]),
    ],
)
def test_table_to_text_rows_have_the_settings_of_table_5(
    row: str, rates: list[float], epochs: list[int], batches: list[int]
) -> None:
    sets = ["e2e_nlg", "webnlg", "dart"]
    assert numbers("li2021_table1", row, "train.lr", sets) == rates
    assert numbers("li2021_table1", row, "scale.epochs", sets) == epochs
    assert numbers("li2021_table1", row, "train.batch_size", sets) == batches
    assert numbers("li2021_table1", row, "dataset.generation.beams", sets) == [5, 5, 5]
    if "PREFIX" in row:
        assert numbers("li2021_table1", row, "method.prefix_length", sets) == [5, 5, 10]


def test_rows_that_cite_a_row_of_another_table_have_its_settings() -> None:
    """Hu et al. 2021, table 3, rows with an asterisk, are Li and Liang's; selection and seeds are each table's own."""
    cited = {
        "GPT-2 M (FT)* 354.92M": "GPT-2 MEDIUM FINE-TUNE",
        "GPT-2 M (Adapter^L)* 0.37M": "GPT-2 MEDIUM ADAPTER(0.1%)",
        "GPT-2 M (Adapter^L)* 11.09M": "GPT-2 MEDIUM ADAPTER(3%)",
        "GPT-2 M (FT^Top2)* 25.19M": "GPT-2 MEDIUM FT-TOP2",
        "GPT-2 M (PreLayer)* 0.35M": "GPT-2 MEDIUM PREFIX(0.1%)",
        "GPT-2 L (FT)* 774.03M": "GPT-2 LARGE FINE-TUNE",
        "GPT-2 L (PreLayer)* 0.77M": "GPT-2 LARGE PREFIX",
    }
    ours, theirs = benchmarks.load("hu2021_table3"), benchmarks.load("li2021_table1")
    for row, other in cited.items():
        assert ours.settings(ours.row(row), "e2e_nlg") == theirs.settings(theirs.row(other), "e2e_nlg"), row


def test_decoding_of_lora_on_e2e() -> None:
    row = benchmarks.load("hu2021_table3").settings(
        benchmarks.load("hu2021_table3").row("GPT-2 L (LoRA) 0.77M"), "e2e_nlg"
    )
    decoding = {key.rpartition(".")[2]: float(value) for key, value in row.items() if ".generation." in key}
    assert decoding == {"beams": 10, "length_penalty": 0.9, "no_repeat_ngram": 4, "max_new_tokens": 64}
    assert float(row["method.dropout"]) == float(row["train.label_smoothing"]) == 0.1


@pytest.mark.parametrize("name", RUNNABLE)
def test_every_row_names_what_reproduces_it(name: str) -> None:
    benchmark = benchmarks.load(name)
    for row in benchmark.rows:
        for dataset in {column.dataset for column in benchmark.columns if column.dataset and row.method}:
            settings = benchmark.settings(row, dataset)
            assert "model" in settings and settings["dataset.protocol"] in ("holdout", "paper")
            assert {"train.lr", "method.learning_rate.peak"} & set(settings), f"{row.key}: no learning rate"
            assert {"train.warmup", "train.patience", "train.batch_size"} <= set(settings), row.key
            if "full" in benchmark.scales:
                assert "scale.epochs" in settings, f"{row.key}: no number of epochs"


@pytest.mark.parametrize("name", RUNNABLE)
def test_every_row_composes_with_a_stand_in(name: str) -> None:
    """Each row on one data set, the next row on the next one."""
    benchmark, compose = benchmarks.load(name), Composer()
    requests: dict[str, dict[str, Mapping[str, str]]] = {}
    for request in benchmark.cells({"model": "nano_t5"}):
        assert request.problem is None
        requests.setdefault(request.row, {})[request.dataset] = request.overrides
    assert list(requests) == [row.key for row in benchmark.rows if row.method]
    for number, (row, by_dataset) in enumerate(requests.items()):
        dataset, overrides = list(by_dataset.items())[number % len(by_dataset)]
        cell = from_plain(*compose([f"{key}={value}" for key, value in overrides.items()]))
        settings = benchmark.settings(benchmark.row(row), dataset)
        assert (cell.model.name, cell.dataset.protocol) == ("nano_t5", settings["dataset.protocol"])
        assert cell.rate.peak == float(settings.get("train.lr") or settings["method.learning_rate.peak"])
        assert cell.train.batch_size == int(settings["train.batch_size"])


def test_weights_that_are_not_public_are_the_only_ones_that_wait() -> None:
    for name in RUNNABLE:
        problems = {request.problem is None for request in benchmarks.load(name).cells({})}
        assert problems == {name != "hu2021_table4"}, name
