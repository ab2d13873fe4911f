"""`petlab score`: suites, file formats and mistakes in files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from petlab.cli import main
from petlab.errors import UserError
from petlab.score import score


def _file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_e2e_reads_text_and_tables_alike(tmp_path: Path) -> None:
    blocks = _file(
        tmp_path / "refs.txt", "The Mill is a pub .\nA pub is The Mill .\n\nAdriano is cheap and it is nice .\n"
    )
    rows = '"mr","ref"\n"a","The Mill is a pub ."\n"b","Adriano is cheap and it is nice ."\n"a","A pub is The Mill ."\n'
    table = _file(tmp_path / "refs.csv", rows)
    outputs = _file(tmp_path / "out.txt", "The Mill is a pub .\nAdriano is nice .\n")
    named = _file(tmp_path / "out.tsv", "mr\toutput\nb\tAdriano is nice .\na\tThe Mill is a pub .\n")
    expected = score("e2e", [blocks], outputs, with_meteor=False)
    assert set(expected) == {"BLEU", "NIST", "ROUGE_L", "CIDEr"}
    assert score("e2e", [table], outputs, with_meteor=False) == pytest.approx(expected)
    assert score("e2e", [table], named, with_meteor=False) == pytest.approx(expected)


def test_webnlg_takes_several_reference_files(tmp_path: Path) -> None:
    first = _file(tmp_path / "reference0", "a b c d e .\nThe Mill, Ely\n")
    second = _file(tmp_path / "reference1", "x\n\n")
    outputs = _file(tmp_path / "out", "A b c d e .\nthe mill , ely\n")
    assert score("webnlg", [first, second], outputs, with_meteor=False) == {"BLEU": pytest.approx(100.0), "TER": 0.0}


def test_glue_submissions(tmp_path: Path) -> None:
    gold = _file(
        tmp_path / "dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\tc\td\tnot_entailment\n"
    )
    outputs = _file(tmp_path / "RTE.tsv", "index\tprediction\n0\tentailment\n1\tnonsense\n")
    assert score("glue/rte", [gold], outputs) == {"accuracy": 0.5}
    cola = _file(tmp_path / "cola.tsv", "s\t1\t\tFine.\ns\t0\t*\tFine not.\n")
    outputs = _file(tmp_path / "CoLA.tsv", "index\tprediction\n0\t1\n1\t0\n")
    assert score("glue/cola", [cola], outputs) == {"matthews": 1.0}


def test_wikisql_counts_what_cannot_be_read(tmp_path: Path) -> None:
    query = {"sel": 1, "agg": 0, "conds": [[0, 0, "Rome"], [2, 1, 3]]}
    gold = _file(tmp_path / "dev.jsonl", "".join(json.dumps({"table_id": "1-1", "sql": query}) + "\n" for _ in "ab"))
    turned = {"sel": 1, "agg": 0, "conds": [[2, 1, "3"], [0, 0, "rome"]]}
    lines = [json.dumps({"query": turned}), json.dumps({"error": "DROP TABLE table_1_1"})]
    outputs = _file(tmp_path / "out.jsonl", "\n".join(lines))
    expected = {"logical_form": 0.5, "logical_form_ordered": 0.0, "unreadable": 1.0}
    assert score("wikisql", [gold], outputs) == expected


@pytest.mark.parametrize(
    ("suite", "reference", "prediction", "message"),
    [
        ("e2e", "a b\n\nc d\n", "a b\n", r"out: 1 rows, .*refs has 2; out ends before row 2"),
        ("e2e", "a b\n\nc d\n", "a\nb\nc\n", "goes on at row 3"),
        ("e2e", "", "a\n", "refs: empty"),
        ("webnlg", "a\n\n", "a\nb\n", "refs, line 2: no reference"),
        ("glue/sst2", "sentence\tlabel\ngood\t1\n", "wrong\theader\n0\t1\n", "out, line 1: no column prediction"),
        ("glue/stsb", "score\n1.0\nnan\n", "index\tprediction\n0\t1\n1\t2\n", "refs, line 3: 'nan' is not a number"),
        ("wikisql", '{"sql": {"sel": 0, "agg": 0, "conds": []}}\n', "no json\n", "out, line 1: not JSON"),
        ("glue/none", "a", "b", "glue/rte"),
    ],
)
def test_mistakes_name_file_and_line(tmp_path: Path, suite: str, reference: str, prediction: str, message: str) -> None:
    references, outputs = _file(tmp_path / "refs", reference), _file(tmp_path / "out", prediction)
    with pytest.raises(UserError, match=message):
        score(suite, [references], outputs)


def test_not_utf_8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"fine\ncaf\xe9\n")
    with pytest.raises(UserError, match="out, line 2: not UTF-8"):
        score("summaries", [_file(tmp_path / "refs", "a\nb\n")], path)


def test_the_command_prints_flat_json_and_exits_2_on_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = _file(tmp_path / "refs", "the cat sat .\n")
    words = ["score", "summaries", "--references", str(gold), "--predictions", str(gold), "--json"]
    assert main(words) == 0
    assert set(json.loads(capsys.readouterr().out).values()) == {1.0}
    assert main([*words[:-2], str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, petlab.score; heavy = {'torch', 'transformers', 'evaluate', 'datasets'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
