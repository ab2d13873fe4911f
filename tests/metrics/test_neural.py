"""Neural scores: named after their model; what they need where they cannot be had."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from petlab.cli import main
from petlab.errors import UserError
from petlab.metrics import neural
from tests.tiny import write_encoder

GOLDS = [["the cat sat", "a cat was sitting"], ["dogs run", ""]]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("models") / "tiny")


def test_bertscore_with_a_local_model(encoder: Path) -> None:
    pytest.importorskip("bert_score")
    name, best = neural.score("BERTScore", str(encoder), ["the cat sat", "dogs run"], GOLDS)
    assert name == "BERTScore[tiny:1]"
    assert best == pytest.approx(1.0, abs=1e-4)
    _, other = neural.score("BERTScore", str(encoder), ["the mat sat", "xyz"], GOLDS)
    assert other < best
    _, half = neural.score("BERTScore", str(encoder), ["a cat was sitting", " "], GOLDS)
    assert half == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "module", "needs"),
    [
        ("BERTScore", "bert_score", r"petlab\[bertscore\]"),
        ("MoverScore", "moverscore_v2", "AIPHES"),
        ("BLEURT", "bleurt.score", "google-research"),
    ],
)
def test_without_the_library_the_message_says_what_is_needed(
    name: str, module: str, needs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # an import of it fails
    with pytest.raises(neural.Missing, match=needs):
        neural.score(name, "model", ["a"], [["b"]])


def test_without_the_model_the_message_says_so(tmp_path: Path) -> None:
    pytest.importorskip("bert_score")
    with pytest.raises(neural.Missing, match=r"needs a model: .*none is no folder"):
        neural.score("BERTScore", str(tmp_path / "none"), ["a"], [["b"]])


def test_the_other_two_take_the_first_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules with the functions of their authors' ones, which cannot be installed from the package index."""
    monkeypatch.setenv("MOVERSCORE_MODEL", "")  # the module reads its model there
    seen: list[object] = []

    def moved(references: list[str], outputs: list[str], *weights: object, **settings: object) -> list[float]:
        seen.extend([references, outputs, len(weights), settings])
        return [0.25, 0.75]

    class Scorer:
        def __init__(self, checkpoint: str) -> None:
            seen.append(checkpoint)

        def score(self, *, references: list[str], candidates: list[str]) -> list[float]:
            seen.extend([references, candidates])
            return [-0.5, 1.0]

    mover = SimpleNamespace(word_mover_score=moved, get_idf_dict=lambda texts: dict.fromkeys(texts, 1.0))
    monkeypatch.setitem(sys.modules, "moverscore_v2", mover)
    assert neural.score("MoverScore", "distil", ["x", "y"], GOLDS) == ("MoverScore[distil]", 0.5)
    assert seen == [
        ["the cat sat", "dogs run"],
        ["x", "y"],
        2,
        {"stop_words": [], "n_gram": 1, "remove_subwords": True},
    ]
    bleurt = ModuleType("bleurt.score")
    bleurt.BleurtScorer = Scorer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bleurt", ModuleType("bleurt"))
    monkeypatch.setitem(sys.modules, "bleurt.score", bleurt)
    assert neural.score("BLEURT", str(tmp_path), ["x", "y"], GOLDS) == (f"BLEURT[{tmp_path.name}]", 0.25)
    assert seen[4:] == [str(tmp_path), ["the cat sat", "dogs run"], ["x", "y"]]


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UserError, match="BERTScore, BLEURT, MoverScore"):
        neural.score("bertscore", "model", ["a"], [["b"]])


def test_a_column_that_cannot_be_had_says_what_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bleurt.score", None)
    gold = tmp_path / "refs"
    gold.write_text("the cat sat .\n", encoding="utf-8")
    words = ["score", "dart", "--references", str(gold), "--predictions", str(gold), "--no-meteor", "--json"]
    assert main([*words, "--neural", "BLEURT=/models/bleurt-base"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.pop("BLEURT[bleurt-base]").startswith("needs ")
    assert found == {"BLEU": pytest.approx(100.0), "TER": 0.0}
    assert main([*words, "--neural", "BLEURT"]) == 2
    assert "NAME=MODEL" in capsys.readouterr().err
