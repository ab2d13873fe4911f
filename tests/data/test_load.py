"""The whole way from files to splits, on small made-up files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from petlab.data.example import Example
from petlab.data.load import load_splits
from petlab.data.spec import DatasetSpec
from petlab.errors import UserError
from tests.data.given import MINIMAL, conf, load

Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    return put


def news(count: int, start: int = 0) -> str:
    return "".join(f'"{n % 4 + 1}","Title {n}","Story\\of {n}."\n' for n in range(start, start + count))


def e2e(count: int, split: str) -> str:
    return "mr,ref\n" + "".join(f'"name[{split} {n // 5}], area[b]",Reference {n}.\n' for n in range(count))


def test_files_become_splits(write: Write, tmp_path: Path) -> None:
    write("ag_news/train.csv", news(1000))
    write("ag_news/test.csv", news(100, start=990))
    full = load("ag_news", tmp_path)
    info = full.info
    assert (info.train_rows, info.validation_rows, info.test_rows, info.available_rows) == (800, 200, 100, 1000)
    assert (info.origin, info.revision, info.protocol, info.note) == ("files", None, "holdout", "")
    assert info.overlap == 10
    assert full.train[0].targets == ("World",) and full.train[3].targets == ("Sci/Tech",)
    assert "\\" not in full.train[0].fields["text"]
    low = load("ag_news", tmp_path, scale_rows=100)
    assert full.train[:100] == low.train
    assert (full.validation, full.test) == (low.validation, low.test)
    assert sorted(row.targets[0] for row in low.train) == sorted(["World", "Sports", "Business", "Sci/Tech"] * 25)
    assert low.info.hash != info.hash
    cut = load("ag_news", tmp_path, scale_rows=100, max_validation=20, max_test=30)
    assert (cut.validation, cut.test) == (low.validation[:20], low.test[:30])
    assert len({row.id for row in [*full.train, *full.validation, *full.test]}) == 1100


def test_neither_row_order_nor_folder_change_the_splits(write: Write, tmp_path: Path) -> None:
    write("one/ag_news/train.csv", news(200))
    write("one/ag_news/test.csv", news(20))
    write("two/ag_news/train.csv", "\n".join(reversed(news(200).strip().split("\n"))))
    write("two/ag_news/test.csv", news(20))
    assert load("ag_news", tmp_path / "one").info.hash == load("ag_news", tmp_path / "two").info.hash


def test_another_data_seed_draws_other_rows(write: Write, tmp_path: Path) -> None:
    write("ag_news/train.csv", news(200))
    write("ag_news/test.csv", news(20))
    assert load("ag_news", tmp_path, seed=1).info.hash != load("ag_news", tmp_path).info.hash


def test_references_are_grouped_in_test_only(write: Write, tmp_path: Path) -> None:
    write("e2e/trainset.csv", e2e(100, "train"))
    write("e2e/testset_w_refs.csv", e2e(10, "test"))
    got = load("e2e_nlg", tmp_path)
    assert (got.info.train_rows, got.info.validation_rows, got.info.test_rows) == (80, 20, 2)
    assert {len(row.targets) for row in [*got.train, *got.validation]} == {1}
    first = next(row for row in got.test if row.id == "test-00000")
    assert first.targets == tuple(f"Reference {n}." for n in range(5))
    assert not {row.group for row in got.train} & {row.group for row in got.validation}


def test_json_and_csv_of_one_corpus_give_the_same_splits(write: Write, tmp_path: Path) -> None:
    for split, count in (("train", 50), ("test", 9)):
        turns = [(f"{n}", f"A: {split} {n}\r\nB: ok", f"Summary {n}.") for n in range(count)]
        write(f"csv/samsum/{split}.csv", "id,dialogue,summary\n" + "".join(f'{i},"{d}",{s}\n' for i, d, s in turns))
        objects = [{"id": i, "dialogue": d, "summary": s} for i, d, s in turns]
        if split == "train":
            objects.insert(7, {"id": "x", "dialogue": " ", "summary": "An empty dialogue."})
        write(f"json/samsum/{split}.json", json.dumps(objects))
    table, objects_ = load("samsum", tmp_path / "csv"), load("samsum", tmp_path / "json")
    assert table.info.hash == objects_.info.hash
    assert (table.info.note, objects_.info.note) == ("", "1 train row with an empty text left out")
    assert "\r" not in table.train[0].fields["dialogue"]


@pytest.mark.parametrize(
    ("train", "test", "says"),
    [
        ("id,dialogue,summary\n", "id,dialogue,summary\n1,a,b\n", "samsum: the train split has no rows"),
        ("id,dialogue,summary\n1,a,b\n", "id,dialogue,summary\n", "samsum: the test split has no rows"),
        ("id,dialogue,summary\n1,,b\n2, ,b\n", "id,dialogue,summary\n1,a,b\n", "train.csv, line 3: the dialogue is"),
        ("id,dialogue,summary\n1,a,b\n", "id,dialogue,summary\n1, ,b\n", "test.csv, line 2: the dialogue is empty"),
        ("id,dialogue,summary\n1,a,b\n", "id,dialogue,summary\n1,a, \n", "test.csv, line 2: the target text is empty"),
        ("id,dialogue,summary\n1,a,b\n2,c,d\n", "id,dialogue,summary\n1,a,b\n", "2 train rows are too few"),
        ("id,dialogue,summary\n" + "1,a,b\n" * 50, "id,dialogue,summary\n1,a,b\n", "50 train rows are too few"),
    ],
)
def test_empty_things_are_named(write: Write, tmp_path: Path, train: str, test: str, says: str) -> None:
    write("samsum/train.csv", train)
    write("samsum/test.csv", test)
    with pytest.raises(UserError) as caught:
        load("samsum", tmp_path)
    assert says in str(caught.value)


@pytest.mark.parametrize("limit", ["scale_rows", "max_validation", "max_test"])
def test_limits_below_one_row_are_refused(tmp_path: Path, limit: str) -> None:
    with pytest.raises(UserError, match="is 0; at least 1 row is needed"):
        load("samsum", tmp_path, **{limit: 0})


def test_a_data_root_means_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("petlab.data.hub.resolve", lambda hub: pytest.fail(f"asked the hub for {hub}"))
    with pytest.raises(UserError, match=r"no train file under data\.root"):
        load("samsum", tmp_path)
    spec = replace(DatasetSpec.from_dict(conf("samsum")), files=None)
    with pytest.raises(UserError, match=r"leave data\.root out"):
        load_splits(spec, scale_rows=None, seed=0, root=tmp_path)
    with pytest.raises(UserError, match="not on the hub; give the folder"):
        load_splits(replace(spec, hub=None), scale_rows=None, seed=0, root=None)


def generated(label: str) -> Callable[[str, int], dict[str, list[Example]]]:
    def generate(name: str, seed: int) -> dict[str, list[Example]]:
        def row(split: str, n: int) -> Example:
            return Example(f"{split}-{n}", {"text": f"{name} {seed} {split} {n}"}, (label,), f"{split} {n}")

        return {split: [row(split, n) for n in range(50)] for split in ("train", "test")}

    return generate


def test_embedded_sets_need_no_data_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("petlab.data.embedded.generate", generated("a"))
    spec = DatasetSpec.from_dict(MINIMAL)
    for root in (None, tmp_path):
        got = load_splits(spec, scale_rows=20, seed=3, root=root)
        assert got.info.origin == "embedded"
        assert (got.info.train_rows, got.info.validation_rows, got.info.test_rows) == (20, 10, 50)
        assert got.train[0].fields["text"].startswith("topics 3 train")
    monkeypatch.setattr("petlab.data.embedded.generate", generated("z"))
    with pytest.raises(UserError, match="generated label 'z' is not one of: a, b"):
        load_splits(spec, scale_rows=20, seed=3, root=None)


def test_forty_thousand_rows_load_in_seconds(write: Write, tmp_path: Path) -> None:
    write("e2e/trainset.csv", e2e(40_000, "train"))
    write("e2e/testset_w_refs.csv", e2e(4_000, "test"))
    start = time.process_time()
    load("e2e_nlg", tmp_path)
    assert time.process_time() - start < 4
