"""Verdicts on made-up records: both ways, undecided, and what is missing named."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Sequence

import pytest

from petlab import benchmark as benchmarks
from petlab.benchmark import CellRequest
from petlab.claims import CLAIMS, Claim, chosen
from petlab.errors import UserError
from petlab.interrupt import STOPPED
from petlab.record import Record
from petlab.tables.collect import Collected, collect
from tests.records import made_up

Change = Callable[[CellRequest, Record], Record | None]
RUNNABLE = [claim for claim in CLAIMS if claim.benchmark in benchmarks.names()]


def claim(name: str) -> Claim:
    [found] = chosen([name])
    return found


def scored(points: Callable[[CellRequest], float]) -> Change:
    """Records whose every score is that many hundredths."""

    def change(request: CellRequest, record: Record) -> Record:
        return dataclasses.replace(record, metrics={name: points(request) / 100 for name in record.metrics})

    return change


def given(one: Claim, change: Change) -> Collected:
    """A benchmark's cells with a record each; a small seed-to-seed move of the scores is added to what is asked."""
    benchmark = benchmarks.load(one.benchmark)
    requests = benchmark.cells(one.overrides)
    placed = {}
    for number, request in enumerate(requests):
        config = {name: {"name": getattr(request, name)} for name in ("dataset", "scale")}
        metrics = {column.metric: 0.5 for column in benchmark.columns if column.dataset == request.dataset}
        base = dataclasses.replace(made_up(f"{number:016x}"), config={**config, "seed": request.seed}, metrics=metrics)
        made = change(request, base)
        if made is not None:
            wobble = 0.0005 * (zlib.crc32(str(request.key).encode()) % 5 - 2)
            made = dataclasses.replace(made, metrics={name: score + wobble for name, score in made.metrics.items()})
        placed[request.key] = (made, "trained now" if made else "")
    found = collect(benchmark, requests, placed)
    assert not found.problems
    return found


def word(name: str, change: Change) -> str:
    one = claim(name)
    return one.verdict(given(one, change)).word


D90 = ("intrinsic.1000", "intrinsic.plain_1000")
BOTH_WAYS = [
    ("ablation.later_ia3", "(IA)3 (later layers)", "(IA)3 (early layers)"),
    ("ablation.half_lora", "LoRA (later layers)", "LoRA (all layers)"),
    ("ablation.ia3_attention", "(IA)3 (all layers)", "(IA)3 (no attention)"),
    ("lora_rank.one", "LoRA q, v; rank 1", "LoRA q, v; rank 64"),
    ("scale.two_best_low", "LoRA", "Full fine-tuning"),
    ("init_scale.larger_fails", "Adapter 1e-3", "Adapter 1"),
    ("shots.tuned_over_few", "LoRA", "Few-shot 4"),
    ("intrinsic.1000", "SAID 1000", "Full fine-tuning"),
    ("intrinsic.plain_1000", "Plain 1000", "Full fine-tuning"),
    ("rates.lora", "Full fine-tuning × 1", "Full fine-tuning × 10"),
    ("prefix.network", "Prefix MLP 3e-3", "Prefix direct 3e-3"),
]


@pytest.mark.parametrize(("name", "up", "down"), BOTH_WAYS)
def test_a_difference_decides_both_ways(name: str, up: str, down: str) -> None:
    def points(higher: str, lower: str) -> Callable[[CellRequest], float]:
        return lambda request: {higher: 95, lower: 5}.get(request.row, 50)

    assert word(name, scored(points(up, down))) == "holds"
    assert word(name, scored(points(down, up))) == "does not hold here"


def test_effect_and_n_are_those_of_the_records() -> None:
    one = claim("ablation.later_lora")
    verdict = one.verdict(given(one, scored(lambda request: 80 if request.row == "LoRA (later layers)" else 60)))
    assert verdict.word == "holds" and verdict.effect == pytest.approx(20, abs=0.3)
    assert verdict.low is not None and verdict.high is not None and verdict.low < 20 < verdict.high
    assert verdict.n == 2 * 3 * 3  # rows, data sets, seeds


def test_an_interval_over_the_margin_decides_nothing() -> None:
    """One seed of three turns the difference around: Student's t with two degrees of freedom is wide."""

    def points(request: CellRequest) -> float:
        return 50 + (5 if request.seed else -9) if request.row == "LoRA (later layers)" else 50

    assert word("ablation.later_lora", scored(points)) == "not decided"


def test_near_is_decided_by_its_margin() -> None:
    """Half a point less is near enough for 'half of the layers suffice', three points are not."""
    for less, expected in ((0.5, "holds"), (3.0, "does not hold here")):
        points = {"LoRA (later layers)": 60 - less}
        found = word("ablation.half_lora", scored(lambda request, points=points: points.get(request.row, 60)))
        assert found == expected


@pytest.mark.parametrize("one", RUNNABLE, ids=lambda one: str(one.id))
def test_nothing_is_decided_without_records(one: Claim) -> None:
    verdict = one.verdict(given(one, lambda _request, _record: None))
    assert (verdict.word, verdict.effect, verdict.n) == ("not decided", None, 0)
    assert "runs are missing (not run)" in verdict.sentence


def test_a_missing_or_failed_run_is_named() -> None:
    one = claim("ablation.later_lora")

    def failed(request: CellRequest, record: Record) -> Record:
        lost = request.row == "LoRA (early layers)" and request.seed == 1
        return dataclasses.replace(record, status="failed", metrics={}) if lost else record

    sentence = one.verdict(given(one, failed)).sentence
    assert sentence == "1 of 3 runs are missing (failed): LoRA (early layers), Topics, low"


def test_two_seeds_decide_nothing() -> None:
    one = dataclasses.replace(claim("ablation.later_lora"), overrides={"seed": "0,1"})
    verdict = one.verdict(given(one, lambda _request, record: record))
    assert verdict.word == "not decided" and verdict.sentence.startswith("2 of 3 seeds")


@pytest.mark.parametrize(("peft", "full", "expected"), [(40, 20, "holds"), (10, 20, "does not hold here")])
def test_steps_are_compared_as_a_ratio(peft: int, full: int, expected: str) -> None:
    def change(request: CellRequest, record: Record) -> Record:
        step = (full if request.row == "Full fine-tuning" else peft) + request.seed
        return dataclasses.replace(record, convergence=dataclasses.replace(record.convergence, step=step))

    one = claim("convergence.low")
    verdict = one.verdict(given(one, change))
    assert verdict.word == expected and verdict.effect == pytest.approx(peft / full, rel=0.1)


def test_seconds_of_shared_runs_decide_nothing() -> None:
    def change(_request: CellRequest, record: Record) -> Record:
        return dataclasses.replace(record, time=dataclasses.replace(record.time, timing="shared"))

    one = claim("convergence.seconds_low")
    assert "not comparable" in one.verdict(given(one, change)).sentence


def test_an_adapter_imitates_where_its_first_loss_is_the_bases() -> None:
    def change(first: float) -> Change:
        def inner(request: CellRequest, record: Record) -> Record:
            loss = first if request.row == "Adapter 1e-4" else 2.0
            return dataclasses.replace(record, convergence=dataclasses.replace(record.convergence, initial_loss=loss))

        return inner

    assert word("init_scale.imitates", change(2.001)) == "holds"
    assert word("init_scale.imitates", change(2.2)) == "does not hold here"


def test_no_method_is_best_where_each_is_beaten_somewhere() -> None:
    one = claim("scale.no_best")
    rows = [row.label for row in benchmarks.load(one.benchmark).rows]

    def turns(request: CellRequest) -> float:
        place = ("low", "medium", "high").index(request.scale)
        return 90.0 if rows[place] == request.row else 40.0

    assert word(one.id, scored(turns)) == "holds"
    assert word(one.id, scored(lambda request: 90.0 if request.row == rows[2] else 40.0)) == "does not hold here"
    assert word(one.id, scored(lambda _request: 50.0)) == "not decided"


def test_a_diverged_rate_costs_everything() -> None:
    def change(request: CellRequest, record: Record) -> Record:
        if request.row == "Full fine-tuning × 100":
            return dataclasses.replace(record, status="diverged", metrics={})
        return record

    one = claim("rates.lora")
    verdict = one.verdict(given(one, change))
    assert verdict.word == "holds" and verdict.effect == pytest.approx(12.5, abs=0.3)  # 50 points at one rate of four


def test_the_intrinsic_dimension_is_told_of_each_structure() -> None:
    """SAID comes within a tenth of full fine-tuning from 100 dimensions on, plain never does."""

    def points(request: CellRequest) -> float:
        structure, _, dimension = request.row.partition(" ")
        return 80 if structure == "Full" or (structure == "SAID" and int(dimension) >= 100) else 60

    said, plain = (one.verdict(given(one, scored(points))).sentence for one in map(claim, D90))
    assert "SAID, d = 1,000, " in said and "(d90: Topics 100; Acceptability 100)" in said
    assert "Plain, d = 1,000, " in plain and "(d90: Topics above 10,000; Acceptability above 10,000)" in plain


def test_words_choose_claims_or_families() -> None:
    assert [one.id for one in chosen(["tasks.bytes", "switching"])] == [
        "tasks.bytes", "switching.float32", "switching.bfloat16",
    ]  # fmt: skip
    assert chosen([]) == list(CLAIMS) and len({one.id for one in CLAIMS}) == len(CLAIMS)
    with pytest.raises(UserError, match="'later' is not there; the families are: convergence"):
        chosen(["later"])


def test_a_count_needs_no_more_than_one_seed() -> None:
    """Bytes of a task are the same whatever the seed: here a method keeps a hundredth of the base."""

    def sized(request: CellRequest, record: Record) -> Record:
        assert record.params is not None
        kept = 1_000_000 if request.row == "Full fine-tuning" else 10_000
        return dataclasses.replace(record, params=dataclasses.replace(record.params, stored_bytes=kept))

    one = claim("tasks.bytes")
    verdict = one.verdict(given(one, sized))
    assert verdict.word == "holds" and verdict.effect == pytest.approx(25 + 1)  # of four models: one, and 4 x 0.01


def test_what_takes_hours_is_trained_only_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from petlab import cli
    from petlab.commands import claims as command

    trained: list[str] = []

    def train(plans: Sequence[str], _: object, __: object) -> int:
        trained[:] = plans
        return STOPPED  # nothing is judged here

    monkeypatch.setattr(command, "plan_of", lambda name, *_: name)
    monkeypatch.setattr(command, "train", train)
    assert cli.main(["claims", "--run"]) == STOPPED
    assert "embedded_scales" not in trained and "embedded_scales_classes" in trained
    assert cli.main(["claims", "scale_all", "--run"]) == STOPPED
    assert trained == ["embedded_scales"]
