"""What the figures show, and where there is nothing to show. That they can be read is for eyes."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest

from petlab.benchmark import CellKey, CellRequest
from petlab.benchmark.load import parse
from petlab.benchmark.spec import FIGURES as NAMES
from petlab.errors import UserError
from petlab.record import Record
from petlab.tables.collect import Collected, collect
from petlab.tables.figures import FIGURES, draw, forest, losses, points, scales, sweep
from petlab.tables.figures.style import ENDINGS, looks, plain
from tests.tables import made_up

RANKS = "".join(
    f"  - {{label: LoRA r{rank}, method: lora, overrides: {{method.rank: {rank}}}}}\n" for rank in (64, 4, 16)
)


def runs(text: str = made_up.TEXT, **overrides: str) -> Collected:
    """Every cell done, with three losses; scores rise with the seed and the number of the cell."""
    benchmark = parse("made_up", text)
    requests = benchmark.cells(overrides)
    placed: dict[CellKey, tuple[Record | None, str]] = {}
    for number, request in enumerate(requests):
        placed[request.key] = (_run(request, number), "reused")
    return collect(benchmark, requests, placed)


def _run(request: CellRequest, number: int) -> Record:
    made = made_up.record(request, 0.5 + number / 64, 60.0 + 5 * number)
    rows = [(float(epoch), 7 * epoch, 9.0 * epoch, 10.0 * epoch, 2.0 / (1 + epoch)) for epoch in range(4)]
    fit = dataclasses.replace(made.convergence, evaluations=rows)
    return dataclasses.replace(made, id=f"{number:016x}", convergence=fit)


def numbers(figure: Any) -> list[tuple[list[float], list[float]]]:
    """The coordinates of every line of every panel."""
    return [
        ([float(x) for x in line.get_xdata()], [float(y) for y in line.get_ydata()])
        for axis in figure.axes
        for line in axis.lines
    ]


def test_a_benchmark_names_its_figures(tmp_path: Path) -> None:
    assert set(FIGURES) == set(NAMES)
    drawn = draw(runs(made_up.TEXT + "figures: [forest, losses]\n"), tmp_path)
    files = {path.name for one in drawn for path in one.files}
    assert files == {f"made_up_{name}.{ending}" for name in ("losses", "forest") for ending in ENDINGS}
    assert all((tmp_path / name).stat().st_size > 2000 for name in files)
    assert (tmp_path / "made_up_losses.pdf").read_bytes().startswith(b"%PDF")
    assert all(one.svg == next(path for path in one.files if path.suffix == ".svg").read_text() for one in drawn)
    with pytest.raises(UserError, match="allowed are"):
        parse("made_up", made_up.TEXT + "figures: [pie]\n")


def test_the_same_numbers_give_the_same_files(tmp_path: Path) -> None:
    text = made_up.TEXT + "figures: [runtime]\n"
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        draw(runs(text), folder)
    for ending in ENDINGS:
        one, other = (tmp_path / folder / f"made_up_runtime.{ending}" for folder in ("a", "b"))
        assert one.read_bytes() == other.read_bytes()


def test_nothing_run_draws_nothing_but_what_the_paper_prints(tmp_path: Path) -> None:
    benchmark = made_up.benchmark()
    assert draw(collect(benchmark, benchmark.cells({}), {}), tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_losses_stand_against_seconds_and_mark_the_stop() -> None:
    collected = runs(scale="low")
    found = numbers(losses.draw(collected, "a title"))
    assert ([0.0, 10.0, 20.0, 30.0], [2.0, 1.0, pytest.approx(2 / 3), 0.5]) in found
    assert ([30.0], [0.5]) in found  # step 21, the record's lowest
    shared = [
        dataclasses.replace(
            one, record=dataclasses.replace(one.record, time=dataclasses.replace(one.record.time, timing="shared"))
        )
        for one in collected.placed
        if one.record is not None
    ]
    figure = losses.draw(dataclasses.replace(collected, placed=tuple(shared)), "a title")
    assert ([3.0], [0.5]) in numbers(figure)
    assert {axis.get_xlabel() for axis in figure.axes} == {"epochs"}


def test_scales_need_two_amounts_of_data() -> None:
    assert scales.draw(runs(scale="low"), "a title") is None
    figure = scales.draw(runs(), "a title")
    curves = [(xs, ys) for xs, ys in numbers(figure) if len(xs) == 2]
    assert any(
        all(math.isclose(x, rows, rel_tol=0.05) for x, rows in zip(xs, (100, 1000), strict=True)) for xs, _ in curves
    )


def test_a_sweep_is_of_rows_that_differ_in_one_number() -> None:
    collected = runs(made_up.TEXT + RANKS, scale="low")
    assert sweep.sweeps(collected) == {
        ("lora", "method.rank"): [(2, "LoRA r2"), (4, "LoRA r4"), (16, "LoRA r16"), (64, "LoRA r64")]
    }
    figure = sweep.draw(collected, "a title")
    assert figure.axes[0].get_xscale() == "log"
    assert any(xs == [2, 4, 16, 64] for xs, _ in numbers(figure))
    another = (made_up.TEXT + RANKS).replace("method.rank", "method.init_std")
    deviations = sweep.draw(runs(another, scale="low"), "a title")
    assert {axis.get_xlabel() for axis in deviations.axes} == {"method.init_std"}  # no subscript
    two = made_up.TEXT + RANKS.replace("method.rank: 4", "method.rank: 4, method.alpha: 9")
    assert sweep.sweeps(runs(two)) == {}
    assert sweep.draw(runs(), "a title") is None


def test_the_forest_holds_ours_minus_printed_and_an_interval() -> None:
    collected = runs(made_up.TEXT.replace("seeds: [0]", "seeds: [0, 1, 2]").replace('"0.5", ', '"0.5 ± .02", '))
    columns = [column for column in collected.benchmark.columns]
    found = forest.gaps(collected, columns)
    gap = found["Full", "ag_news", "low"]
    assert gap.value == pytest.approx(0.5 + 1 / 64 - 0.5)
    assert gap.spread == 0.02
    assert gap.low < gap.value - 0.02 < gap.value + 0.02 < gap.high  # t with two degrees of freedom
    assert ("LoRA r2", "samsum", "medium") not in found  # the paper leaves it empty
    assert len(found) == 7


def test_labels_and_looks() -> None:
    collected = runs(made_up.TEXT + RANKS.replace("LoRA r", "LoRA (large) r"))
    assert points.label(collected, ["LoRA r2"]) == "LoRA r2"
    assert points.label(collected, ["LoRA r2", "LoRA (large) r4"]) == "LoRA"
    assert points.label(collected, ["Full", "LoRA r2"]) == "full"
    assert looks(["lora", "full", "ia3"])["full"].colour == "#000000"
    many = looks([f"method {number}" for number in range(20)])
    assert len({(look.colour, look.marker) for look in many.values()}) == 21


def test_no_label_is_read_as_mathematics(tmp_path: Path) -> None:
    assert plain("RoB_base (Adpt^D)") == r"RoB$_{\mathrm{base}}$ (Adpt$^{\mathrm{D}}$)"
    assert plain("$x") == r"\$x"
    evil = made_up.TEXT.replace("LoRA r2", "'$\\frac{1}{ $x^ _ \\input{a} $'")
    assert draw(runs(evil + "figures: [runtime, forest]\n"), tmp_path)
