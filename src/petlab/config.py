"""The border to Hydra: overrides in, a checked `Cell` out. No DictConfig travels past this file."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.resources
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from petlab.attachment import Method
from petlab.cell import Cell, Limits, TrackerSettings
from petlab.data.spec import DatasetSpec
from petlab.errors import UserError
from petlab.errors import choices as choices_error
from petlab.methods.combo import Combo
from petlab.models import ModelSpec
from petlab.training.settings import LearningRate, Scale, Train
from petlab.typed import build

METHODS = "petlab.methods."
COMBINE = (
    "to train several methods together use method=combo method.parts=[lora,...]; "
    "to run one after the other, -m method=lora,..."
)


def compose(overrides: Sequence[str], config_dir: Path | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    """Compose `conf/` with the overrides of a command line.

    Args:
        overrides: Hydra overrides (`method=lora`, `method.rank=4`).
        config_dir: a folder of the user's own groups, searched beside `conf/`.

    Returns:
        The resolved configuration as plain containers, and the choice made in each group.

    Raises:
        UserError: a word that Hydra cannot parse, a choice or a key that does not exist; with what exists.
    """
    words = list(overrides)
    for word in words:
        if word.replace(" ", "").startswith("method=["):
            raise UserError(f"{word}: a cell has one method; {COMBINE}")
    if config_dir is not None and not config_dir.is_dir():
        raise UserError(f"--config-dir {config_dir}: no such folder")
    if "method=combo" in words:
        words = [*_parts_of_a_combination(words, config_dir), *words]
    return _compose(words, config_dir)


def _compose(words: Sequence[str], config_dir: Path | None) -> tuple[dict[str, Any], dict[str, str]]:
    """What Hydra makes of the words, its errors as one sentence."""
    from hydra import compose as hydra_compose
    from hydra import initialize_config_module
    from hydra.errors import HydraException, MissingConfigException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    search = [] if config_dir is None else [f"hydra.searchpath=[file://{config_dir.resolve()}]"]
    try:
        with initialize_config_module("petlab.conf", version_base="1.3"):
            composed = hydra_compose("config", overrides=[*words, *search], return_hydra_config=True)
        choices = dict(composed.hydra.runtime.choices)
        groups = {key: value for key, value in composed.items() if key != "hydra"}
        plain = OmegaConf.to_container(OmegaConf.create(groups), resolve=True, throw_on_missing=True)
    except MissingConfigException as error:
        raise _no_such_choice(str(error.missing_cfg_file), config_dir) from None
    except (HydraException, OmegaConfBaseException) as error:
        unknown = re.match(r"Could not override '([\w.]+)'", str(error))
        if unknown:
            raise _no_such_key(unknown[1], words, config_dir) from None
        raise UserError(_one_line(error)) from None
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}, choices


def _parts_of_a_combination(words: Sequence[str], config_dir: Path | None) -> list[str]:
    """The words that put the YAML of each part under its name: `+method@method.lora=lora`, without a rate of its own.

    Raises UserError for parts that are no methods, and for a rate given to a part.
    """
    for word in words:
        if re.match(r"\+?\+?method\.(?!learning_rate)\w+\.learning_rate\b", word):
            raise UserError(f"{word}: a combination trains at one rate, method.learning_rate; a part has none")
    said = [word for word in words if re.match(r"method(\.parts)?=", word)]
    parts = _compose(said, config_dir)[0]["method"]["parts"]
    known = _choices("method", config_dir) - {"combo"}
    _check_parts(parts, known)
    return [word for part in parts for word in (f"+method@method.{part}={part}", f"~method.{part}.learning_rate")]


def _check_parts(parts: object, known: Collection[str]) -> None:
    if not isinstance(parts, list) or len(parts) < 2:
        given = f"[{parts[0]}]" if isinstance(parts, list) and parts else parts
        raise UserError(f"method.parts={given}: a list of two methods or more is needed, such as [lora,pre_embed]")
    for part in parts:
        if part not in known:
            raise choices_error("method.parts", part, known)
        if parts.count(part) > 1:
            raise UserError(f"method.parts: {part} is named twice; each part is named once")


def sweep(overrides: Sequence[str]) -> list[list[str]]:
    """Every combination of comma-separated choices (`method=lora,ia3 seed=0,1`), in the order written, last fastest."""
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        parsed = OverridesParser.create().parse_overrides(list(overrides))
        [jobs] = BasicSweeper.split_arguments(parsed, max_batch_size=None)
    except HydraException as error:
        raise UserError(_one_line(error)) from None
    return [list(job) for job in jobs]


def cell(overrides: Sequence[str], config_dir: Path | None = None) -> Cell:
    """The cell that the overrides describe, every value checked."""
    return from_plain(*compose(overrides, config_dir))


def from_plain(config: Mapping[str, Any], choices: Mapping[str, str]) -> Cell:
    """Check a composed configuration, group by group.

    Raises:
        UserError: an unknown key, a value of the wrong type or outside its range.
    """
    train = build(Train, config["train"], "train")
    method_name = choices["method"]
    method, rate = _method(method_name, config["method"])
    if train.lr is not None:
        rate = rate.with_peak(train.lr)
    root = config["data"]["root"]
    return Cell(
        model=build(ModelSpec, config["model"], "model"),
        method_name=method_name,
        method=method,
        rate=rate,
        dataset=DatasetSpec.from_dict(config["dataset"]),
        scale=build(Scale, config["scale"], "scale"),
        train=train,
        seed=_integer(config["seed"], "seed"),
        data_seed=_integer(config["data_seed"], "data_seed"),
        limits=build(Limits, config["limits"], "limits"),
        tracker=build(TrackerSettings, config["tracker"], "tracker"),
        results=Path(config["paths"]["results"]).expanduser(),
        data_root=None if root is None else Path(root).expanduser(),
    )


def _method(name: str, config: Mapping[str, Any]) -> tuple[Method, LearningRate]:
    """The method's dataclass and its rate."""
    fields = dict(config)
    rate = build(LearningRate, fields.pop("learning_rate"), "method.learning_rate")
    if fields.get("_target_") == METHODS + "combo.Combo":
        return _combination(name, fields), rate
    return _technique(name, fields, "method"), rate


def _combination(name: str, fields: dict[str, Any]) -> Combo:
    """A `Combo` of the methods that stand under the names in `parts`."""
    parts = fields.get("parts") or []
    _check_parts(parts, [part for part in parts if isinstance(fields.get(part), Mapping)])
    for key in fields:
        if key not in ("_target_", "parts", *parts):
            raise UserError(f"method.{key}: no such key; method takes: parts, learning_rate, {', '.join(parts)}")
    made: list[Any] = []
    for part in parts:
        own = {key: value for key, value in fields[part].items() if key != "learning_rate"}
        made.append(_technique(name, own, f"method.{part}"))
        if not getattr(made[-1], "trains", True):
            raise UserError(f"method.parts: {part} trains nothing, so it cannot be combined; take methods that train")
    return Combo(tuple(parts), tuple(made))


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


def _no_such_key(key: str, words: Sequence[str], config_dir: Path | None) -> UserError:
    """`method.rnak` -> no such key, with the keys there are under `method` for the choices made."""
    others = [word for word in words if word.partition("=")[0] != key]
    known, _ = _compose(others, config_dir)
    parent, _, _ = key.rpartition(".")
    node: Any = known
    for part in parent.split(".") if parent else []:
        node = node.get(part) if isinstance(node, dict) else None
    keys = [name for name in node if not name.startswith("_")] if isinstance(node, dict) else []
    return UserError(f"{key}: no such key; {parent or 'a cell'} takes: {', '.join(keys) or 'no keys'}")


def _no_such_choice(missing: str, config_dir: Path | None) -> UserError:
    """`method/lorra` -> there is no lorra, with every choice of the group, nested ones by their path."""
    group, _, name = missing.removesuffix(".yaml").partition("/")
    return choices_error(group, name, _choices(group, config_dir))


def _choices(group: str, config_dir: Path | None) -> set[str]:
    """Every choice of a group."""
    folders = [Path(str(importlib.resources.files("petlab.conf"))), *([config_dir] if config_dir else [])]
    return {
        path.relative_to(folder / group).with_suffix("").as_posix()
        for folder in folders
        for path in (folder / group).rglob("*.yaml")
    }


def _integer(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UserError(f"{name}={value}: a whole number from 0 is needed")
    return value


def _one_line(error: Exception) -> str:
    """Hydra's and OmegaConf's messages run over several lines; the user needs what was wrong and what there is."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = [
        line
        for line in lines
        if not line.startswith(("full_key:", "object_type=", "Config search path", "provider=", "set "))
    ]
    return "; ".join(" ".join(line.split("\t")) for line in kept[:12]).replace(":;", ":")
