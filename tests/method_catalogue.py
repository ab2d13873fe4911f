"""Every method found in petlab.methods with a YAML in conf/method, at a size that suits the small models."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import itertools
from importlib import resources
from pathlib import Path
from typing import Any, cast

import yaml

from petlab.attachment import Attachment, Method, Technique, attach
from petlab.methods.combo import Combo
from tests.small_models import FAMILIES

SMALL: dict[str, Any] = {
    "tokens": 3,
    "vocabulary": 40,
    "bottleneck": 4,
    "blocks": 1,
    "max_dropped": None,
    "prefix_length": 3,
    "infix_length": 2,
    "dimension": 60,
}
"""Field values for the small models, given to every method that has the field."""

OF_ONE_METHOD: dict[str, dict[str, Any]] = {
    "prefix": {"hidden": 8},
    "mam": {"hidden": 8},
    "unipelt": {"hidden": 8},
    "phm": {"rule_std": 0.3},
    "compacter": {"rule_std": 0.3},
}

VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "intrinsic plain": ("intrinsic", {"structure": "plain"}),
}
"""Settings of a method that are another technique: all that holds for methods is tested of them, too."""

CHANGES_AT_ATTACH = {
    "adapterdrop",
    "combo",
    "compacter",
    "houlsby",
    "lin",
    "mam",
    "pfeiffer",
    "phm",
    "pre_embed",
    "pre_layer",
    "prefix",
    "prompt",
    "unipelt",
}
"""Methods whose output differs from the base's before the first step, as their papers have it."""

NEARLY_THE_BASE = {"houlsby": 0.01}
"""Methods that promise to start near the base, with the largest change of a logit here."""

DRAWS = {
    "adapterdrop",
    "combo",
    "compacter",
    "houlsby",
    "lin",
    "lora",
    "lora_tfew",
    "mam",
    "parallel",
    "pfeiffer",
    "phm",
    "pre_embed",
    "pre_layer",
    "prefix",
    "prompt",
    "unipelt",
}
"""Methods that start from random values."""

CANNOT_MERGE = {
    "adapterdrop",
    "combo",
    "compacter",
    "houlsby",
    "intrinsic",
    "intrinsic plain",
    "lin",
    "mam",
    "parallel",
    "pfeiffer",
    "phm",
    "pre_embed",
    "pre_layer",
    "prefix",
    "prompt",
    "unipelt",
}
"""Methods that are more than a change of weights."""


UNTRAINED = {"few_shot", "zero_shot"}
"""Methods without any tensor of their own."""


def refusal(method_id: str, architecture: str) -> str | None:
    """What a method says on an architecture that cannot carry it; None where it works."""
    if method_id == "head" and FAMILIES[architecture] != "encoder":
        return "no newly initialised head"
    if method_id == "unipelt" and FAMILIES[architecture] == "causal":
        return "average over the whole text"
    return None


def pairs() -> list[tuple[str, str]]:
    """Every method with every architecture that carries it."""
    every = itertools.product([*method_ids(), *VARIANTS], FAMILIES)
    return [pair for pair in every if refusal(*pair) is None]


def method_ids() -> list[str]:
    """Ids of all methods that train, in name order."""
    folder = Path(str(resources.files("petlab.conf"))) / "method"
    return sorted({path.stem for path in folder.glob("*.yaml")} - UNTRAINED)


@functools.cache
def settings(method_id: str) -> dict[str, Any]:
    """A method's YAML."""
    folder = Path(str(resources.files("petlab.conf"))) / "method"
    found: dict[str, Any] = yaml.safe_load((folder / f"{method_id}.yaml").read_text())
    return found


def method_class(method_id: str) -> Any:
    """The dataclass that a method's YAML names."""
    module, _, name = settings(method_id)["_target_"].rpartition(".")
    return getattr(importlib.import_module(module), name)


def small_method(method_id: str, **values: Any) -> Method:
    """A method with its own defaults, small where the models are small; of a combination its YAML's parts."""
    if method_id in VARIANTS:
        method_id, given = VARIANTS[method_id]
        values = {**given, **values}
    if method_id == "combo":
        parts = settings(method_id)["parts"]
        return Combo(tuple(parts), tuple(cast(Technique, small_method(name)) for name in parts))
    cls = method_class(method_id)
    names = {field.name for field in dataclasses.fields(cls)}
    small = {**SMALL, **OF_ONE_METHOD.get(method_id, {})}
    method: Method = cls(**{**{name: value for name, value in small.items() if name in names}, **values})
    return method


def attached(method_id: str, model: Any, *, seed: int = 0, **values: Any) -> Attachment:
    """A method attached to a small model."""
    return attach(small_method(method_id, **values), model, seed=seed)


def full_size(method_id: str, model: Any, *, seed: int = 0, **values: Any) -> Attachment:
    """A method with its YAML's values, as a cell would have it, attached to a model of any size."""
    names = {field.name for field in dataclasses.fields(method_class(method_id))}
    given = {name: value for name, value in settings(method_id).items() if name in names}
    method = method_class(method_id)(**{**given, **values})
    return attach(method, model, seed=seed)
