"""`petlab score`: suites, file formats and mistakes in files."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from petlab.cli import main
from petlab.errors import UserError
from petlab.score import Options, score


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
    expected = score("e2e", [blocks], outputs, Options(with_meteor=False)).scores
    assert set(expected) == {"BLEU", "NIST", "ROUGE_L", "CIDEr"}
    assert score("e2e", [table], outputs, Options(with_meteor=False)).scores == pytest.approx(expected)
    assert score("e2e", [table], named, Options(with_meteor=False)).scores == pytest.approx(expected)


def test_webnlg_takes_several_reference_files(tmp_path: Path) -> None:
    first = _file(tmp_path / "reference0", "a b c d e .\nThe Mill, Ely\n")
    second = _file(tmp_path / "reference1", "x\n\n")
    outputs = _file(tmp_path / "out", "A b c d e .\nthe mill , ely\n")
    assert score("webnlg", [first, second], outputs, Options(with_meteor=False)).scores == {
        "BLEU": pytest.approx(100.0),
        "TER": 0.0,
    }


def test_glue_submissions(tmp_path: Path) -> None:
    gold = _file(
        tmp_path / "dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\tc\td\tnot_entailment\n"
    )
    outputs = _file(tmp_path / "RTE.tsv", "index\tprediction\n0\tentailment\n1\tnonsense\n")
    found = score("glue/rte", [gold], outputs)
    assert found.scores == {"accuracy": 0.5}
    assert found.remarks == [f"{outputs}, line 3: 'nonsense' is no label; 1 such rows count as wrong"]
    turned = _file(tmp_path / "turned.tsv", "index\tprediction\n1\t1.0\n0\t0\n")  # numbers, in another order
    assert score("glue/rte", [gold], turned).scores == {"accuracy": 1.0}
    cola = _file(tmp_path / "cola.tsv", "s\t1\t\tFine.\ns\t0\t*\tFine not.\n")
    outputs = _file(tmp_path / "CoLA.tsv", "index\tprediction\n0\t1\n1\t0\n")
    assert score("glue/cola", [cola], outputs).scores == {"matthews": 1.0}


def test_wikisql_counts_what_cannot_be_read(tmp_path: Path) -> None:
    query = {"sel": 1, "agg": 0, "conds": [[0, 0, "Rome"], [2, 1, 3]]}
    gold = _file(tmp_path / "dev.jsonl", "".join(json.dumps({"table_id": "1-1", "sql": query}) + "\n" for _ in "ab"))
    turned = {"sel": 1, "agg": 0, "conds": [[2, 1, "3"], [0, 0, "rome"]]}
    lines = [json.dumps({"query": turned}), json.dumps({"error": "DROP TABLE table_1_1"})]
    outputs = _file(tmp_path / "out.jsonl", "\n".join(lines))
    expected = {"logical_form": 0.5, "logical_form_ordered": 0.0, "unreadable": 1.0}
    assert score("wikisql", [gold], outputs).scores == expected


GLUE = "index\tprediction\n"
SQL = '{"table_id": "1-1", "sql": {"sel": 0, "agg": 0, "conds": []}}\n'


@pytest.mark.parametrize(
    ("suite", "reference", "prediction", "message"),
    [
        ("e2e", "a b\n\nc d\n", "a b\n", r"out, line 2: the file ends; it has 1 rows, .*refs has 2"),
        ("e2e", "a b\n\nc d\n", "a\nb\nc\n", "out, line 3: a row too many; it has 3 rows"),
        ("e2e", "", "a\n", "refs, line 1: the file is empty"),
        ("e2e", "\n\n", "a\n", "refs, line 1: no references"),
        ("webnlg", "a\n\n", "a\nb\n", "refs, line 2: no reference"),
        ("dart", "a\n", "", "out, line 1: the file is empty"),
        ("summaries", "a\nb\n", "a\n", "out, line 2: the file ends"),
        ("glue/sst2", "sentence\tlabel\ngood\t1\n", "wrong\theader\n0\t1\n", "out, line 1: no column prediction"),
        ("glue/sst2", "text\tclass\ngood\t1\n", GLUE + "0\t1\n", "refs, line 1: no column label"),
        ("glue/sst2", "sentence\tlabel\ngood\t1\n", GLUE, "out, line 2: a header and no rows"),
        ("glue/sst2", "sentence\tlabel\ngood\tnan\n", GLUE + "0\t1\n", "refs, line 2: the label is missing"),
        ("glue/sst2", "sentence\tlabel\ngood\t7\n", GLUE + "0\t1\n", "refs, line 2: '7' is no label; sst2 has 0, 1"),
        ("glue/sst2", "sentence\tlabel\ngood\t1\n", GLUE + "0\tNaN\n", "out, line 2: the label is missing"),
        ("glue/sst2", "sentence\tlabel\ngood\t1\n", GLUE + "0\tgood\n", "out, line 2: 'good' is no label"),
        ("glue/sst2", "sentence\tlabel\ngood\n", GLUE + "0\t1\n", "refs, line 2: 1 fields between tabs, line 1 has 2"),
        ("glue/sst2", "sentence\tlabel\na\t1\nb\t0\n", GLUE + "0\t1\n0\t1\n", "out, line 3: index 0 .* line 2"),
        ("glue/sst2", "sentence\tlabel\na\t1\nb\t0\n", GLUE + "0\t1\n2\t1\n", "out, line 3: index 2, .* index 1"),
        ("glue/sst2", "sentence\tlabel\na\t1\nb\t0\n", GLUE + "0\t1\n", "out, line 3: the file ends"),
        ("glue/stsb", "score\n1.0\nnan\n", GLUE + "0\t1\n1\t2\n", "refs, line 3: 'nan' is not a number"),
        ("glue/stsb", "score\n1.0\n", GLUE + "0\tNaN\n", "out, line 2: 'NaN' is not a number"),
        ("wikisql", SQL, "no json\n", "out, line 1: not JSON"),
        ("wikisql", SQL, "[1]\n", "out, line 1: no JSON object"),
        ("wikisql", SQL, "{}\n{}\n", "out, line 2: a row too many"),
        ("wikisql", '\n{"table_id": "1-1"}\n', "{}\n", "refs, line 2: no WikiSQL query"),
        ("glue/none", "a", "b", "glue/rte"),
    ],
)
def test_mistakes_name_file_and_line(tmp_path: Path, suite: str, reference: str, prediction: str, message: str) -> None:
    references, outputs = _file(tmp_path / "refs", reference), _file(tmp_path / "out", prediction)
    with pytest.raises(UserError, match=message):
        score(suite, [references], outputs)


@pytest.mark.parametrize(
    ("prediction", "message"),
    [
        ("MR,output\na,x\n", "out.csv: no row for mr b .*refs.csv, line 3"),
        ("MR,output\na,x\nc,y\n", "out.csv, line 3: .*refs.csv has no mr c"),
        ("MR,output\na,x\na,y\n", "out.csv, line 3: mr a is there before, in line 2"),
        ("mr,words\na,x\n", "out.csv, line 1: no column output"),
        ("id,output\na,x\n", "out.csv, line 1: no column 'mr'"),
        ("mr,output\na,x,y\n", "out.csv, line 2: 3 fields, the header has 2"),
        ("mr,output\n", "out.csv, line 2: no rows"),
    ],
)
def test_mistakes_in_tables_name_file_and_line(tmp_path: Path, prediction: str, message: str) -> None:
    references = _file(tmp_path / "refs.csv", "mr,ref\na,one\nb,two\na,three\n")
    with pytest.raises(UserError, match=message):
        score("e2e", [references], _file(tmp_path / "out.csv", prediction))


def test_a_table_file_without_the_table_is_a_mistake(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "dev.db") as connection:
        connection.execute("CREATE TABLE table_2_2 (col0 text)")
    gold, outputs = (
        _file(tmp_path / "refs", SQL),
        _file(tmp_path / "out", '{"query": {"sel": 0, "agg": 0, "conds": []}}\n'),
    )
    with pytest.raises(UserError, match=r"refs, line 1: .*dev.db has no table '1-1'"):
        score("wikisql", [gold], outputs, Options(tables=tmp_path / "dev.db"))
    with pytest.raises(UserError, match="out: not a SQLite file"):
        score("wikisql", [gold], outputs, Options(tables=outputs))


def test_an_option_of_another_suite_is_a_mistake(tmp_path: Path) -> None:
    path = _file(tmp_path / "a", "a\n")
    with pytest.raises(UserError, match="--tables is for wikisql"):
        score("e2e", [path], path, Options(tables=path))
    with pytest.raises(UserError, match="--neural is for webnlg and dart"):
        score("e2e", [path], path, Options(models={"BERTScore": "x"}))


def test_empty_outputs_score(tmp_path: Path) -> None:
    gold, outputs = _file(tmp_path / "refs", "a b c\nd e f\n"), _file(tmp_path / "out", "\n\n")
    assert score("webnlg", [gold], outputs, Options(with_meteor=False)).scores == {"BLEU": 0.0, "TER": 1.0}
    assert set(score("summaries", [gold], outputs).scores.values()) == {0.0}
    assert score("e2e", [gold], outputs, Options(with_meteor=False)).scores["ROUGE_L"] == 0.0


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


def test_without_java_the_column_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    gold = _file(tmp_path / "refs", "the cat sat .\n")
    words = ["score", "e2e", "--references", str(gold), "--predictions", str(gold)]
    assert main(words) == 0
    assert "METEOR\tneeds Java" in capsys.readouterr().out
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["METEOR"].startswith("needs Java")
    assert main([*words, "--no-meteor"]) == 0
    assert "METEOR" not in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.seconds
def test_e2e_takes_less_than_five_seconds(tmp_path: Path) -> None:
    """A test set as large as the challenge's: 630 rows, 7.4 references each, 24 words."""
    draw = random.Random(1)
    words = [f"word{number}" for number in range(300)]
    lines = [" ".join(draw.choices(words, k=draw.randint(14, 34))) + "." for _ in range(630 * 8)]
    blocks = [lines[8 * row : 8 * row + 7 + (row % 5 < 2)] for row in range(630)]
    gold = _file(tmp_path / "refs", "\n\n".join("\n".join(block) for block in blocks) + "\n")
    outputs = _file(tmp_path / "out", "".join(block[0] + "\n" for block in blocks))
    start = time.process_time()
    assert score("e2e", [gold], outputs, Options(with_meteor=False)).scores["BLEU"] == pytest.approx(1.0)
    assert time.process_time() - start < 5


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    gold = _file(tmp_path / "refs", "the cat sat .\n")
    code = (
        "import sys\n"
        "from petlab.cli import main\n"
        f"gold = {str(gold)!r}\n"
        "assert main(['score', 'e2e', '--references', gold, '--predictions', gold, '--no-meteor']) == 0\n"
        "heavy = {'torch', 'transformers', 'evaluate', 'datasets', 'pandas', 'sklearn'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
