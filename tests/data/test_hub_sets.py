"""Sets of the hub with their real columns, class names and folders; `test_hub` and `test_fetch` have the others."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.data.given import conf
from tests.data.test_hub import load, parquet
from tests.hub_server import COMMIT, HubServer

# Task, its two text columns, and the class names of nyu-mll/glue.
PAIRS = {
    "mrpc": ("sentence1", "sentence2", ["not_equivalent", "equivalent"]),
    "qqp": ("question1", "question2", ["not_duplicate", "duplicate"]),
    "qnli": ("question", "sentence", ["entailment", "not_entailment"]),
    "rte": ("sentence1", "sentence2", ["entailment", "not_entailment"]),
}


def glue(root: Path) -> None:
    for task, (first, second, names) in PAIRS.items():
        for split, count in (("train", 20), ("validation", 6), ("test", 4)):
            columns = {
                first: [f"{task} {split} A {n}" for n in range(count)],
                second: [f"B {n}" for n in range(count)],
                "label": [-1 if split == "test" else n % 2 for n in range(count)],
                "idx": list(range(count)),
            }
            parquet(root / task / f"{split}-00000-of-00001.parquet", columns, names)
    configs = [
        {
            "config_name": task,
            "data_files": [{"split": split, "path": f"{task}/{split}-*"} for split in ("train", "validation", "test")],
        }
        for task in PAIRS
    ]
    (root / "README.md").write_text(f"---\n{yaml.safe_dump({'configs': configs})}---\n")


def xsum(root: Path) -> None:
    for split, count in (("train", 20), ("validation", 5), ("test", 4)):
        columns = {
            "document": [f"{split} document {n}." if n or split != "train" else "" for n in range(count)],
            "summary": [f"Summary {n}." for n in range(count)],
            "id": [str(n) for n in range(count)],
        }
        parquet(root / "default" / split / "0000.parquet", columns)


def test_pairs_and_summaries_load_with_their_configured_ids(tmp_path: Path) -> None:
    glue(tmp_path / "hub/datasets/nyu-mll/glue")
    xsum(tmp_path / "hub/datasets/EdinburghNLP/xsum")
    names = [*(f"glue/{task}" for task in PAIRS), "xsum"]
    # XSum with its authors' validation split, the others as they are configured.
    specs = [conf(name) | ({"protocol": "paper"} if name == "xsum" else {}) for name in names]
    with HubServer(tmp_path / "hub") as server:
        found = dict(zip(names, load(tmp_path / "home", server.url, *specs), strict=True))
    assert {result.get("revision") for result in found.values()} == {COMMIT}
    for task, (first, second, labels) in PAIRS.items():
        result = found[f"glue/{task}"]
        assert result["rows"] == [16, 4, 6]  # the unlabelled test split is left alone
        assert [{first: f"{task} validation A 1", second: "B 1"}, [labels[1]]] in result["test"]
    assert found["xsum"]["rows"] == [19, 5, 4]
    assert found["xsum"]["note"] == "1 train row with an empty text left out"
