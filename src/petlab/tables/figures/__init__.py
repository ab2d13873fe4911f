"""A benchmark's figures, each drawn where its records hold what it shows, each in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from petlab.benchmark.spec import Figure
from petlab.tables.collect import Collected
from petlab.tables.figures import forest, losses, parameters, runtime, scales, style, sweep
from petlab.tables.layout import titled

FIGURES: Mapping[Figure, tuple[str, Callable[[Collected, str], Any | None]]] = {
    "runtime": ("Run time divided by that of full fine-tuning", runtime.draw),
    "parameters": ("Quality against stored parameters", parameters.draw),
    "losses": ("Validation loss against time", losses.draw),
    "scales": ("Quality against the amount of training data", scales.draw),
    "sweep": ("Quality against a hyper-parameter", sweep.draw),
    "forest": ("Our scores minus the printed ones", forest.draw),
}


@dataclass(frozen=True)
class Drawn:
    """One figure: its caption, its files, and the SVG's text."""

    caption: str
    files: tuple[Path, ...]
    svg: str


def draw(collected: Collected, out: Path) -> list[Drawn]:
    """Draw the figures that the benchmark names, as far as the records fill them, to `<out>/<name>_<figure>.*`."""
    there = collected.benchmark
    made = []
    for name in there.figures:
        caption, drawer = FIGURES[name]
        figure = drawer(collected, titled(there, caption))
        if figure is not None:
            with style.styled() as pyplot:
                files = style.save(figure, out / f"{there.name}_{name}")
                pyplot.close(figure)
            svg = next(path for path in files if path.suffix == ".svg").read_text(encoding="utf-8")
            made.append(Drawn(titled(there, caption), files, svg))
    return made
