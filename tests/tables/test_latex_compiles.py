"""The LaTeX tables compile in a manuscript that loads booktabs and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from petlab.benchmark import load
from petlab.benchmark.load import parse
from petlab.tables import build, collect, compose
from petlab.tables.emit import latex
from tests.tables import made_up

MANUSCRIPT = r"\documentclass{article}\usepackage{booktabs}\begin{document}\input{table.tex}\end{document}"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex here")
@pytest.mark.parametrize(
    "name", ["made_up", "evil", "hu2021_table2", "hu2021_table3", "hu2021_table4", "pu2023_table1"]
)
def test_compiles(name: str, tmp_path: Path) -> None:
    if name == "made_up":
        benchmark = made_up.benchmark()
        requests = benchmark.cells({"model": "nano_t5"})
        document = build(benchmark, requests, made_up.placed(requests), tmp_path / "out", ["100 % _broken_"]).document
    elif name == "evil":  # every letter that a text may hold, and much that means something to TeX
        letters = " ".join(chr(code) for code in range(32, 0x2200))
        benchmark = parse("evil", made_up.TEXT.replace("LoRA r2", '"\\\\input{x} $a^{ _ % # & ~ \\\\end{tabular}"'))
        requests = benchmark.cells({})
        placed = {request.key: (made_up.ended(request, "failed", letters), "reused") for request in requests}
        document = compose(collect(benchmark, requests, placed))
    else:
        benchmark = load(name)
        document = compose(collect(benchmark, benchmark.cells({}), {}))
    (tmp_path / "table.tex").write_text(latex.render(document), encoding="utf-8")
    (tmp_path / "main.tex").write_text(MANUSCRIPT, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "main.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
