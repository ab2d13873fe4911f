"""GLUE's scores as a module."""

from __future__ import annotations

from typing import Any

import datasets

from petlab.errors import choices
from petlab.metrics import glue
from petlab.metrics.modules.base import Module


class Glue(Module):
    """A GLUE task's scores (petlab.metrics.glue): `Glue("mrpc")`, `Glue("stsb")`."""

    inputs = "predictions, references: one number a row, a class or, for STS-B, a similarity"

    def __init__(self, task: str, **settings: Any) -> None:
        if task not in glue.TASKS:
            raise choices("task", task, glue.TASKS)
        super().__init__(config_name=task, **settings)

    def types(self) -> dict[str, Any]:
        return {"predictions": datasets.Value("float64"), "references": datasets.Value("float64")}

    def _compute(self, predictions: list[float], references: list[float]) -> dict[str, float]:
        return glue.scores(self.config_name, predictions, references)
