"""Composing once a choice of groups gives what composing everything gives."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from petlab.errors import UserError
from petlab.overrides import Composer, sweep

AXES: list[list[list[str]]] = [
    [["method=lora"], ["method=prefix"], ["method=combo", "method.parts=[lora,ia3]", "method.lora.rank=3"]],
    [["dataset=embedded/topics"], ["dataset=samsum", "dataset.generation.beams=2"], ["dataset=glue/cola"]],
    [["scale=low"], ["scale=high", "scale.epochs=3"]],
    [["seed=3", "train.lr=1e-3"], ["train.betas=[0.8,0.9]", "limits.test=null"], ["data.root='/a b'", "seed=1"]],
]
FIFTY = [[word for words in cell for word in words] for cell in itertools.product(*AXES)][:50]


@pytest.fixture
def composes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The words of every compose that was done."""
    done: list[tuple[str, ...]] = []
    real = Composer._compose

    def counted(self: Composer, words: Any) -> Any:
        done.append(tuple(words))
        return real(self, words)

    monkeypatch.setattr(Composer, "_compose", counted)
    return done


def test_fifty_cells_are_as_composed_whole(composes: list[tuple[str, ...]]) -> None:
    compose = Composer()
    composed = [compose(cell) for cell in FIFTY]
    assert len(FIFTY) == 50 and len(composes) == 17 + 1, "one a choice of groups, one for a combination"
    for cell, (plain, choices) in zip(FIFTY, composed, strict=True):
        parts = compose._parts_of_a_combination(cell) if "method=combo" in cell else []
        whole_plain, whole_choices = compose.whole([*parts, *cell])
        assert plain == whole_plain and choices == whole_choices, cell


def test_a_cell_does_not_change_the_next_one() -> None:
    compose = Composer()
    first, _ = compose(["method=lora", "seed=1"])
    compose(["method=lora", "seed=2", "method.targets=[k]"])
    assert compose(["method=lora", "seed=1"])[0] == first


@pytest.mark.parametrize(
    "words",
    [
        ["++seed=4", "seed=5"],
        ["seed=5", "++seed=4"],
        ["train=default", "+limits.more=3", "limits.more=4"],
        ["limits={test:3,validation:4}"],
        ["model.path=${dataset.name}"],
    ],
)
def test_rare_words_keep_hydras_meaning(words: list[str]) -> None:
    compose = Composer()
    assert compose(words) == compose.whole(words)


def test_wrong_words_are_said_as_by_a_whole_compose() -> None:
    compose = Composer()
    for words in (["method=lora", "method.rnak=4"], ["method=lorra"], ["seed"], ["seed=1,2"], ["method.rank=[1"]):
        with pytest.raises(UserError) as fast:
            compose(words)
        with pytest.raises(UserError) as whole:
            compose.whole(words)
        assert str(fast.value) == str(whole.value)


def test_a_users_own_group_replaces_nothing_of_another_composer(tmp_path: Path) -> None:
    (tmp_path / "scale").mkdir()
    (tmp_path / "scale" / "low.yaml").write_text("name: low\nrows: 8\nepochs: 1\nevaluations_per_epoch: 1\n")
    assert Composer()(["scale=low"])[0]["scale"]["rows"] == 100
    (tmp_path / "scale" / "mine.yaml").write_text("name: mine\nrows: 8\nepochs: 1\nevaluations_per_epoch: 1\n")
    assert Composer(tmp_path)(["scale=mine", "seed=4"])[0]["scale"]["rows"] == 8


def test_a_sweep_of_ranges() -> None:
    assert len(sweep(["seed=range(0,5)", "method=lora,ia3"])) == 10
