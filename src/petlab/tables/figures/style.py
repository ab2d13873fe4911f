"""How all figures look: size, letters, colours that every reader can tell apart, and how they are written."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Okabe and Ito's colours without their yellow, which is lost on white: told apart by readers who do not see all
# colours, and in grey by their lightness and by the shape of the marker.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D31")
MARKERS = ("s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", "--", ":", "-.")
BASELINE = ("#000000", "o")  # full fine-tuning
WIDTH = 7.2  # inches: a page's text, or two columns of it
ENDINGS = ("pdf", "svg", "png")
METADATA: Mapping[str, dict[str, str | None]] = {  # no file holds a date, so that the same numbers give the same bytes
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": "petlab", "Producer": "matplotlib"},
    "svg": {"Date": None, "Creator": "petlab"},
    "png": {"Software": None},
}
SOFT = "#666666"
LETTERS_AN_INCH = 15  # of a title, at most
_MARKUP = re.compile(r"\$[_^]\{\\mathrm\{|\}\}\$")  # what `plain` adds
_RAISED = re.compile(r"([_^])([A-Za-z0-9]+)")


@dataclass(frozen=True)
class Look:
    """Colour and marker of a method."""

    colour: str
    marker: str


def looks(methods: Sequence[str]) -> dict[str, Look]:
    """One look for each method, in the order of the table; full fine-tuning is black in every figure."""
    others = [method for method in dict.fromkeys(methods) if method != "full"]
    found = {
        method: Look(COLOURS[at % len(COLOURS)], MARKERS[(at + at // len(COLOURS)) % len(MARKERS)])
        for at, method in enumerate(others)
    }
    return {"full": Look(*BASELINE), **found}


@contextmanager
def styled() -> Iterator[Any]:
    """matplotlib's pyplot under the settings of all figures."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    settings = {
        "svg.hashsalt": "petlab",  # the same numbers give the same file
        "svg.fonttype": "path",  # looks the same everywhere
        "pdf.fonttype": 42,  # letters stay letters: they can be searched
        "font.family": "sans-serif",
        "font.size": 8,
        "axes.titlesize": 8.5,
        "axes.labelsize": 8,
        "xtick.labelsize": 7.5,
        "ytick.labelsize": 7.5,
        "legend.fontsize": 8,
        "axes.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#E4E4E4",
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "lines.markersize": 4.5,
    }
    with matplotlib.rc_context(settings):
        yield pyplot


def panels(
    pyplot: Any, rows: Sequence[str], columns: Sequence[str], *, tall: float | None = None, **share: Any
) -> tuple[Any, dict[tuple[int, int], Any]]:
    """A figure and its panels by row and column, with their headings.

    Up to five columns stand beside each other, rows one under the other with their name at the left. More columns are
    wrapped, four in a line, and every panel says what it shows.

    Args:
        pyplot: what `styled` gives.
        rows: names of the rows; a single row needs none.
        columns: names of the columns.
        tall: height of a panel in inches; 1.6, or 2 for a single row, where nothing is said.
        share: axes that panels share, as `subplots` takes them; not where columns are wrapped.
    """
    wrapped = len(columns) > 5
    tall = tall or (1.6 if len(rows) > 1 else 2.0)
    across = 4 if wrapped else len(columns)
    down = -(-len(columns) // across) * len(rows)
    size = (WIDTH if across > 2 else 1.2 + 2.4 * across, 0.85 + (tall + 0.3 * wrapped) * down)
    figure, axes = pyplot.subplots(down, across, figsize=size, squeeze=False, **({} if wrapped else share))
    places = iter(axes.flat)
    found = {}
    for row, name in enumerate(rows):
        for column, heading in enumerate(columns):
            axis = found[row, column] = next(places)
            if wrapped:
                axis.set_title(f"{heading}, {name}" if len(rows) > 1 else heading)
            elif row == 0:
                axis.set_title(heading)
            if not wrapped and column == 0 and len(rows) > 1:
                axis.set_ylabel(name)
    for axis in places:
        axis.set_visible(False)
    return figure, found


def lowest(axes: Mapping[tuple[int, int], Any]) -> list[Any]:
    """The panels that have none below them, which name the horizontal axis for all."""
    shown = list(axes.values())
    specs = [axis.get_subplotspec() for axis in shown]
    below = {
        spec.colspan.start: max(s.rowspan.start for s in specs if s.colspan.start == spec.colspan.start)
        for spec in specs
    }
    return [axis for axis, spec in zip(shown, specs, strict=True) if spec.rowspan.start == below[spec.colspan.start]]


def verbatim(text: str) -> str:
    """Text that matplotlib never reads as mathematics, such as the name of a setting."""
    return text.replace("$", r"\$")


def plain(text: str) -> str:
    """The same for a label: `RoB_base (Adpt^D)` gets its sub- and superscript."""
    return _RAISED.sub(lambda found: f"${found[1]}{{\\mathrm{{{found[2]}}}}}$", verbatim(text))


def finish(figure: Any, axes: Iterable[Any], title: str, below: str = "") -> None:
    """Title above, one legend for all panels below, panels in between."""
    entries: dict[str, Any] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    wide, inches = figure.get_size_inches()
    letters = max((len(_MARKUP.sub("", label)) for label in entries), default=0)
    rows = -(-len(entries) // max(1, int(wide / (0.4 + 0.06 * letters))))
    foot = (0.08 + 0.19 * rows) / inches + (0.16 / inches if below else 0)
    if entries:
        figure.legend(
            list(entries.values()),
            list(entries),
            loc="lower center",
            bbox_to_anchor=(0.5, 0.16 / inches if below else 0),
            ncols=-(-len(entries) // rows),
            frameon=False,
        )
    if below:
        figure.text(0.01, 0.05 / inches, below, fontsize=7, color=SOFT, ha="left", va="bottom")
    title = "\n".join(textwrap.wrap(title, int(wide * LETTERS_AN_INCH)))
    figure.suptitle(plain(title), fontsize=9, x=0.01, y=1 - 0.06 / inches, ha="left", va="top")
    figure.tight_layout(rect=(0, foot, 1, 1), h_pad=0.8, w_pad=0.8)


def save(figure: Any, stem: Path) -> tuple[Path, ...]:
    """Write `<stem>.pdf`, `.svg` and `.png`."""
    paths = []
    for ending in ENDINGS:
        path = stem.with_name(f"{stem.name}.{ending}")
        figure.savefig(path, dpi=200, metadata=METADATA[ending])
        paths.append(path)
    return tuple(paths)
