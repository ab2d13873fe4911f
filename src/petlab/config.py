"""A composed configuration in, a checked `Cell` out."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from petlab import lineage
from petlab.attachment import Method, Technique
from petlab.cell import Cell, Limits, TrackerSettings
from petlab.data.spec import DatasetSpec
from petlab.errors import UserError, choices
from petlab.methods.combo import Combo
from petlab.metrics import asked
from petlab.models import ModelSpec, widths
from petlab.overrides import Composer, check_parts, compose
from petlab.training.settings import LearningRate, Scale, Train
from petlab.typed import build

METHODS = "petlab.methods."


def cell(overrides: Sequence[str], config_dir: Path | None = None) -> Cell:
    """The cell that the overrides describe, every value checked."""
    return from_source(lineage.source(Composer(config_dir), lineage.Asked(tuple(overrides))))


def from_source(source: lineage.Source) -> Cell:
    """The cell of a composed configuration, with those that it needs.

    Raises:
        UserError: as `from_plain`; a cell that cannot go on from another, or be trained together with others.
    """
    made = from_plain(source["config"], source["choices"])
    parent = from_source(source["parent"]) if "parent" in source else None
    companions = tuple(from_source(one) for one in source.get("companions", ()))
    if parent is None and not companions:
        return made
    key = "after" if parent else "together"
    if made.prompting is not None:
        raise UserError(f"{key}: {made.method_name} trains nothing; take a method that trains")
    if companions and made.model.family == "encoder":
        raise UserError(f"together: the head of an encoder answers one data set; {made.model.name} is one")
    one, other = ((cell.model, cell.method_name, cell.seed) for cell in (made, parent or made))
    if parent is not None and one != other:
        raise UserError(
            f"after: {made.title} and {parent.title} differ in base, method or seed; one starts from the other"
        )
    return dataclasses.replace(made, parent=parent, companions=companions)


def from_plain(config: Mapping[str, Any], chosen: Mapping[str, str]) -> Cell:
    """Check a composed configuration, group by group; the cell as it is without others before or beside it.

    Raises:
        UserError: an unknown key, a value of the wrong type or outside its range.
    """
    train = build(Train, config["train"], "train")
    method_name = chosen["method"]
    method, rate = _method(method_name, config["method"])
    if train.lr is not None:
        rate = rate.with_peak(train.lr)
    dataset = DatasetSpec.from_dict(config["dataset"])
    if train.select not in (scores := ["loss", *asked.choosing(dataset)]):
        raise choices(f"train.select with {dataset.name}", train.select, scores)
    root = config["data"]["root"]
    return Cell(
        model=_model(config["model"]),
        method_name=method_name,
        method=method,
        rate=rate,
        dataset=dataset,
        scale=build(Scale, config["scale"], "scale"),
        train=train,
        seed=_integer(config["seed"], "seed"),
        data_seed=_integer(config["data_seed"], "data_seed"),
        limits=build(Limits, config["limits"], "limits"),
        tracker=build(TrackerSettings, config["tracker"], "tracker"),
        results=Path(config["paths"]["results"]).expanduser(),
        data_root=None if root is None else Path(root).expanduser(),
    )


def _model(config: Mapping[str, Any]) -> ModelSpec:
    """The base, under a name of its own where another width than its own was asked for."""
    model = build(ModelSpec, config, "model")
    width = widths.asked(model.path, model.width)
    return dataclasses.replace(model, width=width, name=widths.called(model.name, width) if width else model.name)


def _method(name: str, config: Mapping[str, Any]) -> tuple[Method, LearningRate]:
    """The method's dataclass and its rate."""
    fields = dict(config)
    rate = build(LearningRate, fields.pop("learning_rate"), "method.learning_rate")
    if fields.get("_target_") == METHODS + "combo.Combo":
        return _combination(name, fields), rate
    return _technique(name, fields, "method"), rate


def recorded_method(given: Mapping[str, Any], config_dir: Path | None = None) -> Method:
    """The method of a record's configuration: its name and the fields of its dataclass.

    Raises:
        UserError: a method that there is no longer, or whose fields have changed since.
    """
    fields = {key: value for key, value in given.items() if key not in ("name", "learning_rate")}
    if "names" in fields:
        named = zip(fields["names"], fields["parts"], strict=True)
        parts = tuple(recorded_method({**part, "name": name}, config_dir) for name, part in named)
        return cast(Method, Combo(tuple(fields["names"]), cast(tuple[Technique, ...], parts)))
    name = str(given["name"])
    target = compose([f"method={name}"], config_dir)[0]["method"]["_target_"]
    return _technique(name, {"_target_": target, **fields}, "method")


def _combination(name: str, fields: dict[str, Any]) -> Method:
    """A `Combo` of the methods that stand under the names in `parts`."""
    parts = fields.get("parts") or []
    check_parts(parts, [part for part in parts if isinstance(fields.get(part), Mapping)])
    for key in fields:
        if key not in ("_target_", "parts", *parts):
            raise UserError(f"method.{key}: no such key; method takes: parts, learning_rate, {', '.join(parts)}")
    made: list[Any] = []
    for part in parts:
        own = {key: value for key, value in fields[part].items() if key != "learning_rate"}
        made.append(_technique(name, own, f"method.{part}"))
        if not getattr(made[-1], "trains", True):
            raise UserError(f"method.parts: {part} trains nothing, so it cannot be combined; take methods that train")
    return cast(Method, Combo(tuple(parts), tuple(made)))


def _technique(name: str, fields: dict[str, Any], where: str) -> Method:
    """A method's dataclass, made of its fields. Only classes of `petlab.methods` can be named."""
    target = str(fields.pop("_target_", ""))
    module, _, cls = target.rpartition(".")
    if not module.startswith(METHODS):
        raise UserError(f"method={name}: _target_ '{target}' is not allowed; it must name a class of {METHODS}*")
    try:
        found = getattr(importlib.import_module(module), cls)
    except (ImportError, AttributeError):
        raise UserError(f"method={name}: there is no {target}") from None
    if not (isinstance(found, type) and dataclasses.is_dataclass(found)):
        raise UserError(f"method={name}: {target} is not a tuning method")
    return cast(Method, build(found, fields, where))


def _integer(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UserError(f"{name}={value}: a whole number from 0 is needed")
    return value
