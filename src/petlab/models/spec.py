"""Which base a user asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from petlab.models import widths

Family = Literal["seq2seq", "causal", "encoder"]


@dataclass(frozen=True)
class ModelSpec:
    """Which base to load (conf/model/*.yaml). Raises UserError for a width that it cannot have."""

    name: str
    family: Family
    path: str
    """A hub id, a folder, `petlab:NAME` for weights that the repository ships, or `package:NAME/FOLDER` for those in an
    installed Python package."""
    revision: str | None = None
    """Branch, tag or commit of the hub; None takes the default branch. The resolved commit goes into the record."""
    random_weights: bool = False
    """Weights drawn from `init_seed` instead of loaded; for a hub id this needs no hub."""
    init_seed: int = 0
    """Also draws a new classification head."""
    width: int | None = None
    """d_model, where a shipped base is wanted at another width than it is shipped at."""
    dtype: Literal["float32", "bfloat16"] = "float32"
    architecture: Mapping[str, Any] = field(default_factory=dict)
    """`model_type` and the config values that differ from its defaults: enough to build the model without the hub."""

    def __post_init__(self) -> None:
        if self.width is not None:
            widths.check(self.path, self.width)
