"""One short cell on the authors' real files for every data set and fitting family of models; no row stands here.

Set PETLAB_SHARED_DATA to their folder, or put it at ../shared/data. METEOR is left out: Java takes seconds to start.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from petlab import config
from petlab.cell import run
from petlab.workshop import Workshop
from tests.data.test_real_files import ROOT
from tests.tiny import overrides

pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason="no copy of the authors' files (PETLAB_SHARED_DATA)")

CONF = Path(__file__).parents[1] / "conf" / "dataset"
GLUE = sorted(f"glue/{path.stem}" for path in (CONF / "glue").glob("*.yaml"))
TEXTS = {
    "e2e_nlg": {"rougeL", "rouge1", "rouge2", "BLEU", "NIST", "ROUGE_L", "CIDEr"},
    "webnlg": {"rougeL", "rouge1", "rouge2", "BLEU", "TER"},
    "dart": {"rougeL", "rouge1", "rouge2", "BLEU", "TER"},
    "samsum": {"rougeL", "rouge1", "rouge2"},
    "xsum": {"rougeL", "rouge1", "rouge2"},
    "wikisql": {"exact_match", "logical_form"},
}
METHODS = {"seq2seq": "ia3", "encoder": "bitfit", "causal": "lora"}


def cell(name: str, family: str, base: Path, results: Path) -> list[str]:
    """16 train rows, one epoch, four rows each to validate and test, eight new tokens."""
    values = yaml.safe_load((CONF / f"{name}.yaml").read_text(encoding="utf-8"))
    metrics = [metric for metric in values["metrics"] if metric != "meteor"]
    return [
        *overrides(base, ROOT, results, family),
        f"dataset={name}",
        f"method={METHODS[family]}",
        f"dataset.metrics=[{','.join(metrics)}]",
        "dataset.generation.max_new_tokens=8",
        "scale.rows=16",
        "scale.epochs=1",
        "limits.validation=4",
        "limits.test=4",
    ]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@pytest.mark.parametrize("name", [*GLUE, "ag_news", *TEXTS])
def test_every_data_set_trains_on_every_fitting_family(name: str, tiny_bases: dict[str, Path], results: Path) -> None:
    workshop = Workshop(results)
    for family, base in tiny_bases.items():
        if family == "encoder" and name in TEXTS:
            continue
        record, _ = run(config.cell(cell(name, family, base, results)), workshop)
        assert record.status == "done", f"{family}: {record.convergence.reason}"
        assert record.data is not None and (record.data.train_rows, record.data.test_rows) == (16, 4)
        assert record.convergence.best_loss is not None
        assert record.data.origin == "files"
        own = {score for score in record.metrics if "/" not in score} - {"unreadable"}
        if name in TEXTS:
            assert own == TEXTS[name], family
        else:
            wanted = {"pearson", "spearman"} if name == "glue/stsb" else {"exact_match", "accuracy"}
            assert own >= wanted, family


def test_parts_of_a_test_set_have_scores_of_their_own(tiny_bases: dict[str, Path], results: Path) -> None:
    words = [*cell("webnlg", "seq2seq", tiny_bases["seq2seq"], results), "limits.test=40"]
    record, _ = run(config.cell(words), Workshop(results))
    assert {name for name in record.metrics if name.startswith("BLEU")} == {"BLEU", "BLEU/seen", "BLEU/unseen"}
