"""What the modules share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import datasets
import evaluate


class Module(evaluate.Metric, ABC):  # type: ignore[misc]  # evaluate is untyped
    """A metric that needs no hub; its description is its docstring."""

    inputs = ""

    @abstractmethod
    def types(self) -> dict[str, Any]:
        """The types of `predictions` and `references`."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description=type(self).__doc__ or "",
            citation="",
            inputs_description=self.inputs,
            features=datasets.Features(self.types()),
        )
