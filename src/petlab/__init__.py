"""petlab: a benchmark harness that reproduces the tables of the papers on parameter-efficient fine-tuning.

`petlab.load_results()` gives the records of a results folder as a pandas DataFrame; it is loaded when it is first used,
so that `import petlab` stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from petlab.tables.frame import load_results

__all__ = ["load_results"]


def __getattr__(name: str) -> Any:
    if name == "load_results":
        from petlab.tables.frame import load_results

        return load_results
    raise AttributeError(f"module 'petlab' has no attribute {name!r}")
