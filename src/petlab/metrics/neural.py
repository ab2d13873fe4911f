"""Scores by neural models, as DART reports them beside the others: optional, and named after the model that was used.

Each is its authors' own library, imported when it is asked for; without the library or the weights there is no number.
Texts are taken as they are. BERTScore (Zhang et al. 2020): mean F1 with the best reference of a row, no idf weights, no
rescaling. MoverScore (Zhao et al. 2019; unigrams) and BLEURT (Sellam et al. 2020): with the first reference of a row,
as DART's script.
"""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from petlab.errors import choices

_BERTSCORE = "needs pip install 'petlab[bertscore]'"
_MOVERSCORE = "needs its authors' module moverscore_v2 (github.com/AIPHES/emnlp19-moverscore) with pyemd and a GPU"
_BLEURT = "needs its authors' package bleurt (github.com/google-research/bleurt; not on PyPI) and a checkpoint folder"
_NO_LIMIT = 1_000_000  # tokens; what transformers gives where none is set is far above


class Missing(Exception):
    """A library or a model that is not here; the message says what is needed."""


def score(name: str, model: str, outputs: Sequence[str], references: Sequence[Sequence[str]]) -> tuple[str, float]:
    """A neural score and the name of its column, which carries the model's.

    Args:
        name: BERTScore, MoverScore or BLEURT.
        model: a folder with the model, or a hub id where the library can fetch one.
        outputs: one text a row, at least one row.
        references: one or more texts a row; an empty text = no such reference.

    Raises:
        Missing: the library or the model is not here.
        UserError: unknown name.
    """
    if name not in SCORES:
        raise choices("--neural", name, SCORES)
    golds = [[gold for gold in row if gold] for row in references]
    return SCORES[name](model, outputs, golds)


def _library(name: str, needs: str) -> Any:
    try:
        return importlib.import_module(name)
    except Exception as error:  # some load weights when they are imported, and fail in ways of their own
        raise Missing(f"{needs} ({type(error).__name__}: {error})") from None


def _bertscore(model: str, outputs: Sequence[str], golds: Sequence[Sequence[str]]) -> tuple[str, float]:
    """From the layer that the library chose for a model that it knows by name, else the last; an empty output is 0."""
    library = _library("bert_score", _BERTSCORE)
    label = Path(model).name
    layers = library.utils.model2layers
    try:
        config = _library("transformers", _BERTSCORE).AutoConfig.from_pretrained(model)
        layer = layers.get(model) or layers.get(label) or config.num_hidden_layers
        scorer = library.BERTScorer(model_type=model, num_layers=layer)
    except (OSError, ValueError):
        raise Missing(f"needs a model: {model} is no folder with one, and no hub could be asked") from None
    tokenizer = scorer._tokenizer
    if tokenizer.model_max_length > _NO_LIMIT:  # the library truncates there, and a model without the setting fails
        tokenizer.model_max_length = config.max_position_embeddings - 2
    rows = [place for place, output in enumerate(outputs) if output.strip()]
    total = 0.0
    if rows:
        _, _, f1 = scorer.score([outputs[place] for place in rows], [list(golds[place]) for place in rows])
        total = math.fsum(f1.tolist())
    return f"BERTScore[{label}:{layer}]", total / len(outputs)


def _moverscore(model: str, outputs: Sequence[str], golds: Sequence[Sequence[str]]) -> tuple[str, float]:
    os.environ["MOVERSCORE_MODEL"] = model  # read when the module is imported
    library = _library("moverscore_v2", _MOVERSCORE)
    texts, firsts = list(outputs), [row[0] for row in golds]
    weights = library.get_idf_dict(firsts), library.get_idf_dict(texts)
    values = library.word_mover_score(firsts, texts, *weights, stop_words=[], n_gram=1, remove_subwords=True)
    return f"MoverScore[{Path(model).name}]", _mean(values)


def _bleurt(model: str, outputs: Sequence[str], golds: Sequence[Sequence[str]]) -> tuple[str, float]:
    library = _library("bleurt.score", _BLEURT)
    if not Path(model).is_dir():
        raise Missing(f"needs a checkpoint folder; {model} is none")
    values = library.BleurtScorer(model).score(references=[row[0] for row in golds], candidates=list(outputs))
    return f"BLEURT[{Path(model).name}]", _mean(values)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


_Score = Callable[[str, Sequence[str], Sequence[Sequence[str]]], tuple[str, float]]
SCORES: dict[str, _Score] = {"BERTScore": _bertscore, "MoverScore": _moverscore, "BLEURT": _bleurt}
