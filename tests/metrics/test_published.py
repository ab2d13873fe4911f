"""Scores that the authors of systems published, for the very outputs that they scored."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from petlab.metrics import bleu, e2e, files, meteor, summaries, ter, webnlg
from petlab.score import Options, score
from tests.metrics.given import need


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_e2e_to_four_decimals() -> None:
    for row in _table(need("e2e", "scored", "expected.tsv")):
        scores = score(
            "e2e", [need("e2e", "devset.csv")], need("e2e", "scored", row["file"]), Options(with_meteor=False)
        ).scores
        for name in ("BLEU", "NIST", "ROUGE_L", "CIDEr"):
            assert round(scores[name], 4) == float(row[name]), (row["file"], name)


@pytest.mark.skipif(meteor.missing() is not None, reason=f"METEOR {meteor.missing()}")
def test_e2e_meteor_to_four_decimals() -> None:
    row = _table(need("e2e", "scored", "expected.tsv"))[0]
    groups = files.grouped(files.table(need("e2e", "devset.csv"), ("mr", "ref")), "mr", "ref")
    outputs = files.lines(need("e2e", "scored", row["file"]))
    assert round(e2e.scores(outputs, list(groups.values()))["METEOR"], 4) == float(row["METEOR"])


@pytest.mark.parametrize("team", ["Baseline", pytest.param("GKB_Unimelb", marks=pytest.mark.slow)])
def test_webnlg_bleu_and_ter_as_printed(team: str) -> None:
    """Seen and unseen as scored; of all, BLEU as scored, and the edits and words of the two add up to its TER."""
    folder = need("webnlg_challenge_2017", "scored")
    edits, words = 0, 0.0
    rows = sorted(_table(folder / "expected.tsv"), key=lambda row: row["subset"] == "all-cat")
    for row in (row for row in rows if row["team"] == team):
        references = [folder / "references" / f"gold-{row['subset']}-reference{number}.lex" for number in range(3)]
        golds = list(zip(*map(files.lines, references), strict=True))
        outputs = files.lines(folder / f"{team}_{row['subset']}.txt")
        found = bleu.corpus(outputs, golds)
        ratio = found.output_length / found.reference_length
        line = (
            f"BLEU = {found.score:.2f}, {'/'.join(f'{p:.1f}' for p in found.precisions)} "
            f"(BP={found.brevity_penalty:.3f}, ratio={ratio:.3f}, "
            f"hyp_len={found.output_length}, ref_len={found.reference_length})"
        )
        assert line == row["multi_bleu_line"]
        if row["subset"] == "all-cat":
            assert edits / words == pytest.approx(float(row["TER"]), abs=1e-12)
        else:
            counts = ter.corpus(outputs, [[gold for gold in given if gold] for given in golds])
            edits, words = edits + counts.edits, words + counts.words
            assert counts.score == pytest.approx(float(row["TER"]), abs=1e-12)


@pytest.mark.skipif(meteor.missing() is not None, reason=f"METEOR {meteor.missing()}")
def test_webnlg_meteor_to_every_digit() -> None:
    """What the challenge's script printed for this output (Yale-LILY/dart, history of evaluation/, eval/)."""
    folder = need("webnlg_challenge_2017", "scored")
    columns = [files.lines(folder / "references" / f"gold-all-cat-reference{number}.lex") for number in range(3)]
    golds = [[gold for gold in row if gold] for row in zip(*columns, strict=True)]
    outputs = files.lines(folder / "GKB_Unimelb_all-cat.txt")
    assert meteor.corpus(outputs, golds) == pytest.approx(0.3763962007897742, abs=1e-14)


def test_webnlg_references_are_rebuilt() -> None:
    """The test set's texts, prepared as the script does, are the challenge's reference files."""
    entries = json.loads(need("webnlg_challenge_2017", "test.json").read_text(encoding="utf-8"))["entries"]
    texts = [[lex["lex"] for lex in next(iter(entry.values()))["lexicalisations"]] for entry in entries]
    for place in range(3):
        given = files.lines(need("webnlg_challenge_2017", "scored", "references", f"gold-all-cat-reference{place}.lex"))
        built = [webnlg.tokenize(row[place], ascii_only=True) if place < len(row) else "" for row in texts]
        assert built == given


def test_webnlg_suite_as_printed() -> None:
    folder = need("webnlg_challenge_2017", "scored")
    row = next(
        row for row in _table(folder / "expected.tsv") if (row["team"], row["subset"]) == ("Baseline", "new-cat")
    )
    references = [folder / "references" / f"gold-new-cat-reference{number}.lex" for number in range(3)]
    scores = score("webnlg", references, folder / "Baseline_new-cat.txt", Options(with_meteor=False)).scores
    assert round(scores["BLEU"], 2) == float(row["BLEU"])
    assert round(scores["TER"], 9) == round(float(row["TER"]), 9)


def test_dart_references_are_rebuilt() -> None:
    """Grouping by tripleset in order of first appearance gives the three references a line, up to white space."""
    entries = json.loads(need("dart", "dart-v1.1.1-full-dev.json").read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = {}
    for entry in entries:
        texts = [annotation["text"] for annotation in entry["annotations"]]
        groups.setdefault(json.dumps(entry["tripleset"]), []).extend(texts)
    for place in range(3):
        path = need("dart", "scored", "references", f"gold_reference{place}.txt")
        given = ["".join(line.split()) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
        built = ["".join(texts[place].split()) if place < len(texts) else "" for texts in groups.values()]
        assert built == given


def test_xsum_is_near_rouge_1_5_5() -> None:
    published = need("xsum", "scored", "lead-test-output.rouge").read_text(encoding="utf-8")
    figures = [float(word) for word in published.split("\n")[0].split()[-1].split("/")]
    rows = []
    for name in ("lead-test-output.txt.gz", "gold-test-sentences.txt.gz"):
        with gzip.open(need("xsum", "scored", name), "rt", encoding="utf-8") as file:
            rows.append(file.read().split("\n")[:-1][::10])  # every tenth row is near enough, and fast
    scores = summaries.scores(rows[0], [[gold] for gold in rows[1]])
    found = [100 * scores[name] for name in ("rouge1_stem", "rouge2_stem", "rougeL_stem")]
    assert found == pytest.approx([figures[0], figures[1], figures[3]], abs=0.4)
