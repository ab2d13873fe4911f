"""Imports go down the floors only, and the top-level folders are reached through the package."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = [  # from the top; a module may import from its own floor and from lower ones
    {"cli"},
    {"commands"},
    {"score"},
    {"report"},
    {"advice", "claims", "speed", "latency"},
    {"tables", "sweep"},
    {"published", "audit", "export"},
    {"benchmark", "config", "overrides", "lineage"},
    {"workshop", "identity", "fingerprints", "trackers"},
    {"cell", "pretrain"},
    {"device"},
    {"training"},
    {"metrics", "measure"},
    {"methods"},
    {"attachment"},
    {"heads"},
    {"models", "anatomy"},
    {"data"},
    {"reference"},
    {"store"},
    {"record", "typed", "progress", "interrupt", "templates"},
    {"errors"},
]


def floor(module: str) -> int:
    part = module.split(".")[1]
    for number, names in enumerate(FLOORS):
        if part in names:
            return number
    raise AssertionError(f"petlab.{part} has no floor: place it in FLOORS")


def modules() -> list[tuple[str, Path]]:
    found = []
    for folder, prefix in ((ROOT / "src" / "petlab", "petlab"), (ROOT / "methods", "petlab.methods")):
        for path in sorted(folder.rglob("*.py")):
            relative = path.relative_to(folder)
            if relative.parts[0] in ("methods", "benchmarks", "conf") and prefix == "petlab":
                continue
            name = ".".join([prefix, *relative.with_suffix("").parts]).removesuffix(".__init__")
            if name != "petlab":
                found.append((name, path))
    return found


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "petlab":
            names |= {f"petlab.{name.name}" for name in node.names} if node.module == "petlab" else {node.module}
        elif isinstance(node, ast.Import):
            names |= {name.name for name in node.names if name.name.startswith("petlab.")}
    return names


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_imports_go_down(name: str, path: Path) -> None:
    for imported in imports(path):
        assert floor(name) <= floor(imported), f"{name} imports {imported}, which lies higher"


def test_hydra_stays_at_the_border() -> None:
    allowed = {"petlab.overrides"}
    for name, path in modules():
        text = path.read_text(encoding="utf-8")
        if re.search(r"^\s*(import|from) (hydra|omegaconf)\b", text, re.MULTILINE):
            assert name in allowed or name.startswith("petlab.sweep"), f"{name} imports Hydra"
