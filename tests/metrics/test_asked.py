"""The scores that a data set asks for: by name, by part, and what becomes of outputs that cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from petlab.data.example import Example
from petlab.data.spec import DatasetSpec
from petlab.errors import UserError
from petlab.metrics import e2e, glue, meteor, webnlg
from petlab.metrics.asked import score


def spec(**values: Any) -> DatasetSpec:
    given = {
        "name": "made/up",
        "title": "Made up",
        "version": 1,
        "task": "generation",
        "source": "{text}",
        "metric": "exact_match",
        "max_source_tokens": 8,
        "max_target_tokens": 8,
        "generation": {"max_new_tokens": 8},
        "embedded": "topics",
        "licence": "none",
    }
    return DatasetSpec.from_dict({**given, **values})


def examples(*targets: Any, parts: str = "", columns: str = "") -> list[Example]:
    golds = [target if isinstance(target, tuple) else (target,) for target in targets]
    return [
        Example(f"test-{row}", {"text": "x", "columns": columns}, gold, str(row), parts[row] if parts else "")
        for row, gold in enumerate(golds)
    ]


CLASSES = {"task": "classification", "labels": ["no", "yes"], "metrics": ["accuracy", "f1", "matthews"]}
SCORES = {"task": "regression", "scores": {"least": 0, "most": 5, "step": 0.2}, "metrics": ["spearman"]}


def test_label_words_are_scored_as_their_places() -> None:
    outputs = ["yes", "no", "yes", "maybe"]
    found = score(spec(**CLASSES), outputs, examples("yes", "no", "no", "yes"))
    assert found.whole["accuracy"] == found.whole["exact_match"] == 0.5
    assert found.whole["f1"] == pytest.approx(2 * 1 / (2 + 2))  # one hit, two said yes, two are
    assert found.whole["matthews"] == glue.matthews([1, 0, 1, -1], [1, 0, 0, 1])
    assert found.rows == {"exact_match": [1.0, 1.0, 0.0, 0.0]}


def test_numbers_are_correlated_and_what_is_none_counts_as_minus_one() -> None:
    set_ = spec(**SCORES, metric="pearson")
    found = score(set_, ["1.0", "2.5", "nonsense", "nan"], examples("1", "2", "3", "4"))
    assert found.whole["pearson"] == glue.pearson([1, 2.5, -1, -1], [1, 2, 3, 4])
    assert found.whole["spearman"] == glue.spearman([1, 2.5, -1, -1], [1, 2, 3, 4])
    assert found.whole["unreadable"] == 2 and found.rows == {}


def test_a_part_is_scored_like_a_set_of_its_own() -> None:
    rows = examples("yes", "no", "no", "yes", parts="abab")
    set_ = spec(**CLASSES, parts=["a", "b", "c"])
    found = score(set_, ["yes", "no", "yes", "no"], rows).whole
    assert (found["accuracy"], found["accuracy/a"], found["accuracy/b"]) == (0.5, 0.5, 0.5)
    assert (found["f1/a"], found["f1/b"]) == (pytest.approx(2 / 3), 0.0)
    assert found["exact_match/a"] == 0.5 and not any(name.endswith("/c") for name in found)
    alone = score(spec(**CLASSES, parts=["a", "b"], part="a"), ["yes", "yes"], [rows[0], rows[2]]).whole
    assert alone["f1"] == found["f1/a"] and not any("/" in name for name in alone)


TEXTS = ["the cat sat on the mat today", "a dog ran over the road again"]
GOLDS = [("the cat sat on a mat today", "a cat was on the mat"), ("the dog ran over a road again",)]


def test_texts_have_the_scores_of_their_suite_under_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meteor, "missing", lambda: "needs Java")
    names = ["bleu", "nist", "meteor", "rouge_l", "cider"]
    found = score(spec(metric="rougeL", suite="e2e", metrics=names), TEXTS, examples(*GOLDS)).whole
    official = e2e.scores(TEXTS, GOLDS, with_meteor=False)
    assert {name: found[name] for name in official} == official and set(official) == {
        "BLEU",
        "NIST",
        "ROUGE_L",
        "CIDEr",
    }
    assert "METEOR" not in found and {"rougeL", "rouge1", "rouge2"} < set(found)
    triples = score(spec(metric="rougeL", suite="dart", metrics=["bleu"]), TEXTS, examples(*GOLDS)).whole
    assert triples["BLEU"] == webnlg.scores(TEXTS, GOLDS, with_meteor=False)["BLEU"] and "TER" not in triples


def test_queries_are_compared_by_what_they_mean() -> None:
    gold = "SELECT COUNT Wins FROM table WHERE Year = 1990 AND Team, home = Ajax"
    outputs = [
        gold,
        "select count(wins) from table where team, home = ajax and year = 1990",
        "SELECT Wins FROM table WHERE Year = 1990 AND Team, home = Ajax",
        "DROP TABLE wins",
    ]
    rows = examples(*[gold] * 4, columns="Year\nTeam\nhome\nWins")
    found = score(spec(suite="wikisql", metrics=["logical_form", "execution"]), outputs, rows).whole
    assert found == {"exact_match": 0.25, "logical_form": 0.5, "unreadable": 1.0}


def test_a_gold_query_that_its_columns_do_not_explain_is_compared_as_text() -> None:
    gold = "SELECT Wins FROM table WHERE Season = 1990"
    set_ = spec(suite="wikisql", metrics=["logical_form"])
    found = score(set_, [gold, gold.lower()], examples(gold, gold, columns="Year\nWins")).whole
    assert found["logical_form"] == 0.5


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"metrics": ["bleu"]}, "metrics: 'bleu' is not one of: exact_match, rouge1, rouge2, rougeL"),
        ({"suite": "e2e", "metrics": ["ter"]}, "metrics: 'ter' is not one of: bleu, cider"),
        ({"suite": "bleurt"}, "suite: 'bleurt' is not one of: dart, e2e, webnlg, wikisql"),
        ({**CLASSES, "metrics": ["pearson"]}, "metrics: 'pearson' is not one of: accuracy"),
        ({**CLASSES, "suite": "wikisql"}, "belongs to task: generation"),
    ],
)
def test_scores_that_do_not_fit_the_set_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError) as caught:
        spec(**change)
    assert says in str(caught.value)
