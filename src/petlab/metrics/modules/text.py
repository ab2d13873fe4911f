"""Modules of the metrics on texts; each row has one prediction and a list of references."""

from __future__ import annotations

from typing import Any

import datasets

from petlab import metrics
from petlab.metrics.modules.base import Module


class _Text(Module):
    """Texts in, a dictionary of numbers out."""

    scorer = ""  # a name of petlab.metrics
    inputs = "predictions: one text a row; references: a list of texts a row"

    def types(self) -> dict[str, Any]:
        return {"predictions": datasets.Value("string"), "references": datasets.List(datasets.Value("string"))}

    def _compute(self, predictions: list[str], references: list[list[str]]) -> dict[str, float]:
        return metrics.score_suite(self.scorer, predictions, references)


class _Rows(_Text):
    """Metrics that are means over rows."""

    def _compute(self, predictions: list[str], references: list[list[str]]) -> dict[str, float]:
        return metrics.means(metrics.score_rows(self.scorer, predictions, references))


class E2E(_Text):
    """The E2E challenge's official scores (petlab.metrics.e2e)."""

    scorer = "e2e"


class WebNLG(_Text):
    """WebNLG 2017's scores (petlab.metrics.webnlg)."""

    scorer = "webnlg"


class DartScores(_Text):
    """DART's scores (petlab.metrics.webnlg)."""

    scorer = "dart"


class Summaries(_Text):
    """ROUGE of summaries (petlab.metrics.summaries)."""

    scorer = "summaries"


class ExactMatch(_Rows):
    """Exact string match (petlab.metrics.exact_match)."""

    scorer = "exact_match"


class RougeL(_Rows):
    """ROUGE-L F1 of Pu et al. (petlab.metrics.rouge)."""

    scorer = "rougeL"
