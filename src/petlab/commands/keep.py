"""What the project keeps of its own runs: reference records, and what its README and docs/ show of them."""

from __future__ import annotations

import re
import shutil
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from petlab.commands.bench import placed_records
from petlab.commands.common import plan_benchmark


def save_reference(name: str, overrides: list[str]) -> int:
    """Keep a benchmark's finished records as its committed reference (`scripts/save_reference.py`).

    Without the data their run ids cannot be told, so of real data the tables are kept beside the records.
    """
    from petlab import reference as references
    from petlab.tables import collect, compose, write

    arguments = Namespace(name=name, overrides=overrides, rows=None, columns=None, config_dir=None)
    benchmark, requests, planned, workshop = plan_benchmark(arguments, quiet=True)
    done = [entry.record for entry in planned if entry.record is not None]
    path = references.save(done, benchmark.name)
    print(f"{len(done)} of {len(planned)} records -> {path}")
    if not benchmark.synthetic:
        found = placed_records(benchmark, requests, planned, set(), reference=True)
        placed = {key: (record, "reference") for key, (record, _) in found.items()}
        document = compose(collect(benchmark, requests, placed, outputs=workshop.store.outputs))
        write(document, path.parent, ("md", "tex", "csv"))
    return 0


def update_tables(pages: Sequence[Path], results: Path) -> int:
    """Write the tables that texts name from what is committed in `results` (`scripts/update_tables.py`)."""
    from petlab.store import write_atomic

    for page in pages:
        write_atomic(page, with_measures(with_tables(page.read_text(encoding="utf-8")), results / "speed"))
    return 0


def update_claims(page: Path, results: Path) -> int:
    """Write the page of claims and its figures from what is committed (`scripts/update_claims.py`).

    Args:
        page: what stands above `<!-- claims -->` stays; figures go to the folder of its name beside it.
        results: whose `speed/` holds the measurements that some claims are judged by.
    """
    from petlab.store import write_atomic

    text, figures = with_claims(page.read_text(encoding="utf-8"), page.stem, results)
    for name, svg in figures.items():
        write_atomic(page.parent / name, svg)
    write_atomic(page, text)
    return 0


def with_claims(text: str, folder: str, results: Path) -> tuple[str, dict[str, str]]:
    """The page with the verdicts of the reference records and committed measurements, and its figures as SVG by name.

    Args:
        text: the page as it is.
        folder: of the figures, as the page links to them.
        results: as above.
    """
    from petlab.claims import CLAIMS, figure, show
    from petlab.commands.claims import judge

    with tempfile.TemporaryDirectory() as alone:  # the reader's own runs play no part
        if (results / "speed").is_dir():
            shutil.copytree(results / "speed", Path(alone) / "speed")
        arguments = Namespace(config_dir=None, train=False, quiet=True)
        judged, _ = judge(CLAIMS, [f"paths.results={alone}"], arguments)
    figures = {}
    for family in dict.fromkeys(claim.family for claim in CLAIMS):
        own = [(claim, verdict) for claim, verdict in judged if claim.family == family]
        drawn = figure.svg(own, f"{family}: effects and what is claimed of them")
        if drawn is not None:
            figures[family] = drawn
    links = {family: f"{folder}/{family}.svg" for family in figures}
    above, mark, _ = text.partition("<!-- claims -->\n")
    page = f"{above}{mark}\n{show.as_markdown(judged, links)}\n"
    return page, {links[family]: svg for family, svg in figures.items()}


def with_tables(text: str) -> str:
    """Replace what stands between `<!-- table: NAME KIND -->` and `<!-- end -->` by that table of reference records.

    Every number in the README comes from a record this way.
    """
    from petlab.tables import collect, compose
    from petlab.tables.emit import markdown

    def made(match: re.Match[str]) -> str:
        name, kind = match[1], match[2]
        with tempfile.TemporaryDirectory() as empty:  # the reader's own runs play no part
            arguments = Namespace(
                name=name, overrides=[f"paths.results={empty}"], rows=None, columns=None, config_dir=None
            )
            benchmark, requests, planned, _ = plan_benchmark(arguments, quiet=True)
            placed = placed_records(benchmark, requests, planned, set(), reference=True)
        [table] = [t for t in compose(collect(benchmark, requests, placed)).tables if t.kind == kind]
        block = re.sub(r"^#", "###", markdown.table_block(table), flags=re.MULTILINE)  # below the text's own headings
        return f"<!-- table: {name} {kind} -->\n{block}\n<!-- end -->"

    return re.sub(r"<!-- table: (\w+) (\w+) -->.*?<!-- end -->", made, text, flags=re.DOTALL)


def with_measures(text: str, folder: Path) -> str:
    """Replace what stands between `<!-- speed: MACHINE -->` and `<!-- end -->` by what that machine's file holds.

    Args:
        text: a page.
        folder: `results/speed`.
    """
    from petlab.speed import results

    def made(match: re.Match[str]) -> str:
        found = results.merged(folder / f"{match[1]}.json", [])
        return f"<!-- speed: {match[1]} -->\n```\n{results.table(found)}\n```\n<!-- end -->"

    return re.sub(r"<!-- speed: ([\w.-]+) -->.*?<!-- end -->", made, text, flags=re.DOTALL)
