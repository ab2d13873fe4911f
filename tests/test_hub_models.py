"""A base and a data set from the hub, in the layout of the real ones: fetched once, then used without a network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.test_hub import parquet
from tests.hub_server import COMMIT, HubServer
from tests.tiny import write_base

CELL = [
    "model=flan_t5_small",
    "dataset=glue/sst2",
    "scale.rows=16",
    "scale.epochs=1",
    "limits.validation=4",
    "limits.test=4",
    "train.threads=1",
    "train.precision=fp32",
]


def petlab(home: Path, endpoint: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """One command with a cache of its own, away from the hub settings and proxies of the surrounding run."""
    foreign = re.compile(r"HF_|TRANSFORMERS_|.*_proxy$", re.IGNORECASE)
    clean = {name: value for name, value in os.environ.items() if not foreign.match(name)}
    given = {**clean, "HF_HOME": str(home), "HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_XET": "1", **env}
    command = [sys.executable, "-m", "petlab.cli", *words]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=300, check=False)


def hub(root: Path) -> Path:
    """google/flan-t5-small with its files beside weights in other formats, and SST-2 of nyu-mll/glue."""
    base = write_base(root / "models/google/flan-t5-small")
    (base / "pytorch_model.bin").write_bytes(b"a pickle that nobody may read")
    (base / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    for split, count in (("train", 40), ("validation", 8)):
        parquet(
            root / f"datasets/nyu-mll/glue/sst2/{split}-00000-of-00001.parquet",
            {
                "sentence": [f"{split} sentence {n}" for n in range(count)],
                "label": [n % 2 for n in range(count)],
                "idx": list(range(count)),
            },
            ["negative", "positive"],
        )
    (root / "datasets/nyu-mll/glue/README.md").write_text(
        "---\nconfigs:\n- config_name: sst2\n  data_files:\n"
        "  - {split: train, path: sst2/train-*}\n  - {split: validation, path: sst2/validation-*}\n---\n"
    )
    return root


@pytest.mark.slow  # three processes that load what they need anew
def test_a_cell_from_the_hub_and_again_without_it(tmp_path: Path) -> None:
    results = f"paths.results={tmp_path / 'results'}"
    with HubServer(hub(tmp_path / "hub")) as server:
        first = petlab(tmp_path / "home", server.url, "run", "-q", "--json", *CELL, results)
        assert first.returncode == 0, first.stderr
        fetched = [path for path in server.requests if "/resolve/" in path and "flan-t5-small" in path]
    record = json.loads(first.stdout)
    assert record["status"] == "done"
    assert (record["data"]["origin"], record["data"]["revision"]) == ("hub", COMMIT)
    assert record["config"]["model"]["weights"] == COMMIT  # what the base's weights were, also where none was asked for
    assert any(path.endswith("/model.safetensors") for path in fetched)
    assert not any(path.endswith((".bin", ".md")) for path in fetched)

    offline = petlab(tmp_path / "home", server.url, "run", "-q", *CELL, results, HF_HUB_OFFLINE="1")
    assert offline.returncode == 0, offline.stderr
    assert "(done before)" in offline.stdout and record["id"] in offline.stdout

    elsewhere = petlab(tmp_path / "empty", server.url, "run", "-q", *CELL, results, HF_HUB_OFFLINE="1")
    assert (elsewhere.returncode, elsewhere.stdout) == (2, "")
    assert elsewhere.stderr.count("\n") == 1 and "HF_HUB_OFFLINE=1" in elsewhere.stderr
