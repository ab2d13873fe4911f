"""Each family by hand, and what holds for all: identity, order of rows, odd texts, no rows."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from petlab.metrics import bleu, captions, e2e, glue, meteor, mteval, summaries, webnlg, wikisql
from petlab.metrics.wikisql import execution

TEXTS = ["The Mill is a cheap pub near Ely.", "Adriano costs £20-25, café style!", "日本 is Japan, isn't it? 😀"]
ODD = ["", "word", "😀"]


SUITES = {  # without METEOR, whose program takes seconds to start
    "e2e": partial(e2e.scores, with_meteor=False),
    "webnlg": partial(webnlg.scores, ascii_only=True, with_meteor=False),
    "dart": partial(webnlg.scores, with_meteor=False),
    "summaries": summaries.scores,
}


@pytest.mark.parametrize("suite", SUITES)
def test_identity_order_and_odd_texts(suite: str) -> None:
    scores = SUITES[suite]
    golds = [[text, "something else"] for text in TEXTS]
    same, other = scores(TEXTS, golds), scores(ODD, golds)
    assert all(same[name] < other[name] if name == "TER" else same[name] > other[name] for name in same)
    assert scores(TEXTS[::-1], golds[::-1]) == pytest.approx(same)
    top = {"e2e": {"BLEU": 1.0, "ROUGE_L": 1.0}, "summaries": dict.fromkeys(same, 1.0)}
    best = top.get(suite, {"BLEU": 100.0, "TER": 0.0})
    single = scores(TEXTS, [[text] for text in TEXTS])
    assert {name: single[name] for name in best} == pytest.approx(best)
    with pytest.raises(ValueError, match="at least one"):
        scores([], [])


@pytest.mark.skipif(meteor.missing() is not None, reason=f"METEOR {meteor.missing()}")
def test_meteor_takes_odd_texts() -> None:
    """One start of the program: three rows are perfect, an output is empty, a mark of its protocol is in a text."""
    score = meteor.corpus(
        [*TEXTS, "", "word ||| b"], [*([text, "something else"] for text in TEXTS), ["a"], ["word b"]]
    )
    assert 0.8 < score < 1.0


def test_multi_bleu_by_hand() -> None:
    """5 of 6 words, 3 of 5 pairs, 2 of 4 triples, 1 of 3; the second reference is empty and far; length 6 against 7."""
    found = bleu.corpus(["a b c d x e"], [["a b c d e f g", ""]])
    assert found.precisions == pytest.approx((100 * 5 / 6, 60.0, 50.0, 100 / 3))
    assert found.brevity_penalty == pytest.approx(math.exp(-1 / 6))
    assert bleu.corpus(["a b"], [["a b c d e", ""]]).reference_length == 0  # the empty one is closer


def test_mteval_tokens_and_penalties_by_hand() -> None:
    assert mteval.tokenize("It's £1,000.50 (10-20), OK.") == [
        "it's",
        "£1,000.50",
        "(",
        "10",
        "-",
        "20",
        ")",
        ",",
        "ok",
        ".",
    ]
    short = mteval.scores(["a b"], [["a b c"]])
    assert short["NIST"] == pytest.approx(0.5 * math.log2(3))  # two of three words: half the information
    padded = mteval.scores(["a b", "x"], [["a b c", "a b c"], ["x"]])
    rows = mteval.scores(["a b", "x"], [["a b c", "a b c"], ["x"]], row_lengths=True)
    assert padded["NIST"] > rows["NIST"]  # 7 words over 2 references are 3.5; the rows' means add to 4


def test_caption_scores_by_hand() -> None:
    precision, recall = 2 / 3, 2 / 4
    expected = (1 + 1.2**2) * precision * recall / (recall + 1.2**2 * precision)
    assert captions.rouge_l(["the cat sat"], [["the cat ran away"]]) == [pytest.approx(expected)]
    assert captions.longest_common("abcbdab", "bdcaba") == 4
    assert captions.cider(["a b c d", "w x y z"], [["a b c d"], ["w x y z"]]) == [pytest.approx(10.0)] * 2
    assert captions.cider(["", "w x y z"], [["a b c d"], ["w x y z"]])[0] == 0.0


def test_glue_agrees_with_scikit_learn_and_scipy() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    stats = pytest.importorskip("scipy.stats")
    left, right = [1, 0, 1, 1, 0, 0, 1, 0], [1, 0, 0, 1, 1, 0, 1, 1]
    assert glue.f1(left, right) == pytest.approx(sklearn.f1_score(right, left))
    assert glue.matthews(left, right) == pytest.approx(sklearn.matthews_corrcoef(right, left))
    values, others = [1.0, 2.5, 2.5, 4.0, 0.1], [0.9, 2.0, 3.0, 3.0, 0.5]
    assert glue.pearson(values, others) == pytest.approx(stats.pearsonr(values, others)[0])
    assert glue.spearman(values, others) == pytest.approx(stats.spearmanr(values, others)[0])


@pytest.mark.parametrize("task", glue.TASKS)
def test_glue_identity_order_and_no_rows(task: str) -> None:
    golds, outputs = [1.0, 0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 0.0, 0.0, 1.0]
    assert list(glue.scores(task, golds, golds).values()) == pytest.approx([1.0] * len(glue.TASKS[task]))
    found = glue.scores(task, outputs, golds)
    assert max(found.values()) < 1
    assert glue.scores(task, outputs[::-1], golds[::-1]) == pytest.approx(found)
    with pytest.raises(ValueError, match="at least one"):
        glue.scores(task, [], [])


def test_glue_average_counts_a_task_once() -> None:
    tasks = {
        "mrpc": {"accuracy": 0.8, "f1": 0.9},
        "mnli_matched": {"accuracy": 0.6},
        "mnli_mismatched": {"accuracy": 0.8},
    }
    assert glue.average(tasks) == pytest.approx((0.85 + 0.7) / 2)


def test_wikisql_text_is_parsed_never_run() -> None:
    columns = ["Name", "Wins and losses", "Year"]
    found = wikisql.parse_sql("SELECT COUNT(Name) FROM t WHERE Wins and losses = Tom and Jerry AND year > '3'", columns)
    assert found == wikisql.Query(0, 3, ((1, 0, "Tom and Jerry"), (2, 1, "3")))
    for text in ("DROP TABLE t", "SELECT Name FROM t; DELETE FROM t", "SELECT nothing FROM t", ""):
        with pytest.raises(wikisql.Unreadable):
            wikisql.parse_sql(text, columns)


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[wikisql.Tables]:
    path = tmp_path / "dev.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE table_1_2 (col0 text, col1 real)")
        connection.executemany("INSERT INTO table_1_2 VALUES (?, ?)", [("rome", 1.0), ("oslo", 2.0), ("rome", 3.0)])
    with wikisql.Tables(path) as opened:
        yield opened


def test_wikisql_runs_on_a_read_only_table(tables: wikisql.Tables) -> None:
    gold = wikisql.Query(1, 4, ((0, 0, "Rome"),))
    same = wikisql.Query(1, 4, ((0, 0, "rome"), (1, 1, "0 points")))
    wrong = wikisql.Query(7, 0, ((0, 0, "'; DROP TABLE table_1_2; --"),))
    assert "1-2" in tables
    assert "1-3" not in tables
    assert tables.answer("1-2", gold) == [(4.0,)]
    assert tables.answer('1"; DROP', gold) is None
    scores = wikisql.scores([same, wrong, None], [gold] * 3, ["1-2"] * 3, tables)
    assert scores["execution"] == pytest.approx(1 / 3)
    assert scores["logical_form"] == 0.0
    assert scores["unreadable"] == 1.0
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        tables._connection.execute("DELETE FROM table_1_2")


def test_wikisql_identity_order_and_no_rows(tables: wikisql.Tables) -> None:
    golds = [wikisql.Query(0, 0, ((1, 1, 1), (0, 0, "Rome"))), wikisql.Query(1, 5, ())]
    same = wikisql.scores(golds, golds, ["1-2"] * 2, tables)
    assert same == {"logical_form": 1.0, "logical_form_ordered": 1.0, "execution": 1.0, "unreadable": 0.0}
    turned = wikisql.Query(0, 0, golds[0].conditions[::-1])
    found = wikisql.scores([turned, None], golds, ["1-2"] * 2, tables)
    assert found == {"logical_form": 0.5, "logical_form_ordered": 0.0, "execution": 0.5, "unreadable": 1.0}
    assert wikisql.scores([None, turned], golds[::-1], ["1-2"] * 2, tables) == found
    with pytest.raises(ValueError, match="at least one"):
        wikisql.scores([], [])


def test_wikisql_of_two_conditions_on_a_column_takes_the_last_value(tables: wikisql.Tables) -> None:
    """The official evaluator binds values by column: 1 < x < 3 is run as 3 < x < 3."""
    assert tables.answer("1-2", wikisql.Query(0, 0, ((1, 1, 1), (1, 2, 3)))) == []
    assert tables.answer("1-2", wikisql.Query(0, 0, ((1, 1, 1), (0, 0, "Oslo")))) == [("oslo",)]


def test_wikisql_ends_what_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "dev.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE table_1_2 (col0 real)")
        connection.executemany("INSERT INTO table_1_2 VALUES (?)", [(float(number),) for number in range(20_000)])
    query = wikisql.Query(0, 4, ((0, 1, -1),))
    with wikisql.Tables(path) as tables:
        assert tables.answer("1-2", query) == [(199_990_000.0,)]
        monkeypatch.setattr(execution, "STEPS", 20_000)
        assert tables.answer("1-2", query) is None


def test_webnlg_text_as_its_script_prepares_it() -> None:
    text = "Łódź–Björk’s Æro, İzmir 日本"
    assert webnlg.tokenize(text, ascii_only=True) == "lodz - bjork ' s aero , izmir 日本"
    assert webnlg.tokenize(text) == "łódź – björk ’ s æro , i̇zmir 日本"
    output, golds = ["Bjork is there ."], [["Björk is there."]]
    assert SUITES["webnlg"](output, golds)["TER"] == 0
    assert SUITES["dart"](output, golds)["TER"] == 1 / 4
