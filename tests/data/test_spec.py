"""From a YAML mapping to a DatasetSpec, and every way it can be wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from petlab.data.origins import FileSource
from petlab.data.readers import names as reader_names
from petlab.data.readers import reader
from petlab.data.spec import DatasetSpec, GenerationSpec
from petlab.errors import UserError
from tests.data.given import CONF, MINIMAL


@pytest.mark.parametrize("path", sorted(CONF.rglob("*.yaml")), ids=lambda path: path.relative_to(CONF).as_posix())
def test_every_configured_data_set_is_a_spec(path: Path) -> None:
    spec = DatasetSpec.from_dict(yaml.safe_load(path.read_text()))
    assert spec.name == path.relative_to(CONF).with_suffix("").as_posix()
    assert spec.files is None or spec.files.reader in reader_names()
    # A commit nobody has seen must not stand in a configuration; the one that was read goes into the record.
    assert spec.hub is None or spec.hub.revision in (None, "refs/convert/parquet")


def test_defaults() -> None:
    spec = DatasetSpec.from_dict(MINIMAL)
    assert spec.generation == GenerationSpec(beams=1, length_penalty=1.0, no_repeat_ngram=0, max_new_tokens=8)
    assert spec.labels == ("a", "b")
    assert spec.files is None and spec.hub is None and not spec.synthetic and not spec.merge_references


def test_a_file_source_is_a_path_a_list_or_a_sample() -> None:
    files = {"reader": "e2e", "train": ["a.csv", {"sample": ["b.csv", "c.csv"]}], "test": "t.csv"}
    spec = DatasetSpec.from_dict({**MINIMAL, "embedded": None, "files": files})
    assert spec.files is not None
    assert spec.files.splits["train"] == (FileSource(("a.csv",)), FileSource(("b.csv", "c.csv"), sample=True))
    assert spec.files.splits["test"] == (FileSource(("t.csv",)),)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"colour": "red"}, "key: 'colour' is not one of: causal, dev_is_test, embedded, encoder, files"),
        ({"title": None}, "the key 'title' is missing"),
        ({"version": "1"}, "version should be a whole number of at least 1, given: '1'"),
        ({"version": True}, "version should be a whole number"),
        ({"max_source_tokens": 0}, "max_source_tokens should be a whole number of at least 1, given: 0"),
        ({"task": "parsing"}, "task: 'parsing' is not one of: classification, generation, regression"),
        ({"task": "regression"}, "labels belong to task: classification, not to regression"),
        ({"task": "regression", "labels": []}, "scores (least, most, step) belong to task: regression"),
        ({"scores": {"least": 0, "most": 5, "step": 0.2}}, "belong to task: regression"),
        ({"scores": {"least": 5, "most": 5, "step": 0.2}}, "least < most and 0 < step are needed"),
        ({"encoder": ["{text}", "{a}", "{b}"]}, "one or two segments, given: 3"),
        ({"protocol": "dev"}, "protocol: 'dev' is not one of: holdout, paper"),
        ({"parts": ["old", "new"], "part": "newer"}, "part: 'newer' is not one of: new, old"),
        ({"part": "new"}, "part: 'new' is not one of: null"),
        (
            {"causal": {"format": "x", "formats": {"y": {"source": "{text}", "target": "{target}"}}}},
            "'x' is not one of: y",
        ),
        (
            {"causal": {"format": "y", "formats": {"y": {"source": "{text}", "target": "{eos}"}}}},
            "should hold {target}",
        ),
        ({"layouts": {"text": {"part": "{0}", "pattern": "("}}}, "is no regular expression"),
        ({"layouts": {"text": {"part": "{0.x}"}}}, "may hold cell numbers in braces"),
        ({"layouts": {"text": {"part": "{0}", "lower": "0"}}}, "lower should be a list of cell numbers"),
        ({"metric": "bleu"}, "metric: 'bleu' is not one of: accuracy, exact_match"),
        ({"labels": ["a"]}, "two or more different labels"),
        ({"labels": ["a", "b", "a"]}, "a word twice"),
        ({"labels": "a b"}, "labels should be a list of texts"),
        ({"labels": [0, 1]}, "labels should be a list of texts"),
        ({"task": "generation"}, "labels belong to task: classification"),
        ({"source": "no placeholder"}, "has no {field} placeholder"),
        ({"source": "{text"}, "literal brace"),
        ({"source": "{0} {text}"}, "plain field name"),
        ({"source": "{text.x}"}, "plain field name"),
        ({"generation": {}}, "generation: the key 'max_new_tokens' is missing"),
        ({"generation": {"max_new_tokens": 8, "beam": 2}}, "generation: key: 'beam' is not one of: beams"),
        ({"generation": {"max_new_tokens": 8, "length_penalty": "x"}}, "length_penalty should be a number"),
        ({"generation": 3}, "generation should be a mapping of keys"),
        ({"embedded": None}, "say where the rows come from"),
        ({"synthetic": "yes"}, "synthetic should be true or false"),
        ({"files": {"reader": "e2e", "train": "a.csv"}}, "files: the key 'test' is missing"),
        ({"files": {"reader": "e2e", "train": [], "test": "t"}}, "files.train: name at least one file"),
        ({"files": {"reader": "e2e", "train": [3], "test": "t"}}, "files.train: 3 is neither a path nor"),
        ({"hub": {"path": "o/n", "splits": {"train": "a", "test": "b"}, "columns": {"text": "x"}}}, "lacks target"),
        ({"hub": {"path": "o/n", "splits": {"train": "a"}, "columns": {"text": "x"}}}, "'test' is missing"),
        (
            {"hub": {"path": "o/n", "splits": {"train": "a", "test": "b"}, "columns": {"body": "x", "target": "y"}}},
            "source names {text}; its rows have: body",
        ),
        ({"known_empty": {"dev": 1}}, "known_empty: key: 'dev' is not one of: test, train, validation"),
    ],
)
def test_mistakes_are_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError) as caught:
        DatasetSpec.from_dict({**MINIMAL, **change})
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_mapping_is_refused() -> None:
    with pytest.raises(UserError, match="a mapping of keys is needed"):
        DatasetSpec.from_dict(["name"])  # type: ignore[arg-type]


def test_an_unknown_reader_lists_the_readers() -> None:
    with pytest.raises(UserError, match=r"'excel' is not one of: ag_news, cola, dart, e2e, mnli"):
        reader("excel")
