"""What the modules share."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate


class Module(evaluate.Metric):  # type: ignore[misc]  # evaluate is untyped
    """A metric that needs no hub; its description is its docstring."""

    inputs = ""

    def types(self) -> dict[str, Any]:
        """The types of `predictions` and `references`."""
        raise NotImplementedError

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description=type(self).__doc__ or "",
            citation="",
            inputs_description=self.inputs,
            features=datasets.Features(self.types()),
        )
