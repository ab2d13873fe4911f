import pytest

from petlab.errors import UserError
from petlab.metrics import means, score_rows


def test_exact_match_counts_whole_strings() -> None:
    assert score_rows("exact_match", ["Sports ", "sports", ""], [["Sports"], ["Sports"], ["World"]]) == {
        "exact_match": [1.0, 0.0, 0.0]
    }


def test_rouge_l_by_hand() -> None:
    """LCS of 'the cat sat' and 'the cat ran away' is 2 words: P 2/3, R 2/4, F1 4/7."""
    scores = score_rows("rougeL", ["the cat sat"], [["the cat ran away"]])
    assert scores["rougeL"] == [pytest.approx(4 / 7)]
    assert scores["rouge2"] == [pytest.approx(2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3))]


def test_rouge_takes_the_best_reference_and_stems() -> None:
    assert score_rows("rougeL", ["dogs running"], [["nothing", "dog runs"]])["rougeL"] == [1.0]


def test_identity_is_one_and_empty_outputs_are_zero() -> None:
    for metric in ("exact_match", "rougeL"):
        assert means(score_rows(metric, ["a b c"], [["a b c"]]))[metric] == 1.0
        assert means(score_rows(metric, [""], [["a b c"]]))[metric] == 0.0


def test_order_of_rows_does_not_matter() -> None:
    outputs, golds = ["a b", "c d e", "f"], [["a c"], ["c e"], ["f"]]
    assert means(score_rows("rougeL", outputs, golds)) == pytest.approx(
        means(score_rows("rougeL", outputs[::-1], golds[::-1]))
    )


def test_no_rows_or_counts_that_differ_are_errors() -> None:
    with pytest.raises(ValueError, match="at least one"):
        score_rows("exact_match", [], [])
    with pytest.raises(ValueError, match="2 outputs for 1 rows"):
        score_rows("exact_match", ["a", "b"], [["a"]])


def test_an_unknown_metric_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="exact_match, rouge1, rouge2, rougeL"):
        score_rows("bleurt", ["a"], [["a"]])
