"""What is timed, how often, and what is left empty with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from petlab.errors import UserError
from petlab.latency import forward, measure
from petlab.latency.measure import Settings
from petlab.latency.results import Latency
from tests import tiny

SETTINGS = {"batches": (1, 2), "lengths": (8, 158), "methods": ("prefix", "lora"), "repetitions": 6, "threads": 1}


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    return ["model.family=causal", f"model.path={tiny.write_decoder(tmp_path / 'base')}"]


def measured(words: list[str], **settings: Any) -> Latency:
    return measure.measure(words, Settings(**{**SETTINGS, **settings}), lambda _: None)


def test_seconds_are_those_of_so_many_forward_passes(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(forward.time, "perf_counter", lambda: float(next(clock)))
    passes: list[dict[str, Any]] = []

    class Model:
        def __call__(self, **given: Any) -> None:
            passes.append(given)
            for _ in range(3):
                next(clock)

    given = forward.inputs(_base(words), "causal", 2, 8)
    assert forward.seconds(Model(), "causal", given, 4) == (4 * 3 + 1) / 4
    assert len(passes) == 4 and passes[0]["input_ids"].shape == (2, 8) and passes[0]["use_cache"] is False


def _base(words: list[str]) -> Any:
    from petlab.models import load_base

    return load_base(measure.cell_of(words).model).model


def test_every_way_runs_in_turn_at_every_place(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "LEAST_S", 0.0)
    ran: list[tuple[int, tuple[int, ...]]] = []

    def seconds(model: Any, _family: str, given: Any, _calls: int) -> float:
        ran.append((id(model), tuple(given["input_ids"].shape)))
        return 0.25 + len(ran) / 1000

    monkeypatch.setattr(forward, "seconds", seconds)
    found = measured(words)
    shapes = [shape for _, shape in ran]
    # The base twice to set the calls, then a round more than asked, without the prefix beside 158 tokens.
    assert [shapes.count(shape) for shape in ((1, 8), (2, 8), (1, 158), (2, 158))] == [23, 23, 16, 16]
    first = [model for model, shape in ran if shape == (1, 8)][2:]
    assert len(set(first)) == 3 and first[:3] == first[3:6] and first[6:9] == [*first[4:6], first[3]]
    assert all(len(one.seconds) == 6 and one.calls == 1 for one in found.measures if not one.problem)


def test_a_text_beyond_the_positions_is_left_empty_with_its_reason(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "LEAST_S", 0.0)
    found = measured(words, batches=(1,), lengths=(155, 156, 161))
    assert found.positions == 160 and found.taken == {"base": 0, "prefix": 5, "lora": 0}
    assert found.at("prefix", 1, 155).seconds and not found.at("prefix", 1, 155).problem
    shortened = found.at("prefix", 1, 156)
    assert not shortened.seconds
    assert shortened.problem == "it takes 5 of the model's 160 positions, 155 are left for the text"
    assert found.at("lora", 1, 156).seconds and found.beside_base("prefix", 1, 156) is None
    assert "the model has 160 positions" in found.at("base", 1, 161).problem


def test_short_passes_fill_a_repetition(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def seconds(_model: Any, _family: str, _given: Any, calls: int) -> float:
        asked.append(calls)
        return 0.02

    monkeypatch.setattr(forward, "seconds", seconds)
    found = measured(words, batches=(1,), lengths=(8,))
    assert asked[:2] == [1, 1] and set(asked[2:]) == {3}  # three passes of 20 ms reach 50 ms
    assert found.measures[0].calls == 3


def test_no_memory_empties_one_place(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def seconds(_model: Any, _family: str, given: Any, _calls: int) -> float:
        if len(given["input_ids"]) == 2:
            raise MemoryError
        return 0.1

    monkeypatch.setattr(forward, "seconds", seconds)
    found = measured(words, lengths=(8,))
    assert found.at("lora", 1, 8).seconds
    assert found.at("lora", 2, 8).problem == found.at("base", 2, 8).problem == "the machine has not memory enough"


@pytest.mark.parametrize(
    "given",
    [{"batches": ()}, {"lengths": (0,)}, {"methods": ()}, {"methods": ("base",)}, {"repetitions": 5}, {"threads": 0}],
)
def test_settings_that_measure_nothing_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        Settings(**given)
