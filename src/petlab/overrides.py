"""Hydra's side of the border: words of a command line in, plain containers out. No DictConfig travels past this file.

A compose costs tens of milliseconds, and the cells of a sweep differ in few group choices. So each choice of groups is
composed once, and single values are then set in a plain copy, which is what Hydra itself does with them last. Whatever
is more than that is composed whole.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from petlab.errors import UserError
from petlab.errors import choices as choices_error

COMBINE = (
    "to train several methods together use method=combo method.parts=[lora,...]; "
    "to run one after the other, -m method=lora,..."
)
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w.]*")

Composed = tuple[dict[str, Any], dict[str, str]]


def compose(words: Sequence[str], config_dir: Path | None = None) -> Composed:
    """Compose `conf/` with the words of a command line; see `Composer`."""
    return Composer(config_dir)(words)


class Composer:
    """Composes `conf/`, and remembers each choice of groups.

    Args:
        config_dir: a folder of the user's own groups, searched beside `conf/`.
    """

    def __init__(self, config_dir: Path | None = None) -> None:
        if config_dir is not None and not config_dir.is_dir():
            raise UserError(f"--config-dir {config_dir}: no such folder")
        self.config_dir = config_dir
        self._folders = [Path(str(importlib.resources.files("petlab.conf"))), *([config_dir] if config_dir else [])]
        self._groups = {path.name for folder in self._folders for path in folder.iterdir() if path.is_dir()}
        self._known: dict[tuple[str, ...], tuple[dict[str, Any] | None, dict[str, str]]] = {}
        self._parts: dict[tuple[str, ...], list[str]] = {}

    def __call__(self, words: Sequence[str]) -> Composed:
        """Compose the overrides of one cell (`method=lora`, `method.rank=4`).

        Returns:
            The resolved configuration as plain containers, and the choice made in each group.

        Raises:
            UserError: a word that Hydra cannot parse, a choice or a key that does not exist; with what exists.
        """
        from hydra.errors import HydraException
        from omegaconf.errors import OmegaConfBaseException

        for word in words:
            if word.replace(" ", "").startswith("method=["):
                raise UserError(f"{word}: a cell has one method; {COMBINE}")
        parts = self._parts_of_a_combination(words) if "method=combo" in words else []
        try:
            chosen = tuple(word for word in words if word.partition("=")[0] in self._groups)
            values = [_parsed(word) for word in words if word not in chosen]
            if all(_sets_one_value(override) for override in values):
                known, choices = self._chosen((*parts, *chosen))
                plain = _with_values(known, [(one.key_or_group, one.value()) for one in values])
                if plain is not None:
                    return plain, dict(choices)
        except (HydraException, OmegaConfBaseException):
            pass  # Hydra's own words on what is wrong are better
        return self.whole([*parts, *words])

    def whole(self, words: Sequence[str]) -> Composed:
        """The same by one compose of everything."""
        from hydra.errors import HydraException, MissingConfigException
        from omegaconf.errors import OmegaConfBaseException

        try:
            config, choices = self._compose(words)
            return _containers(config), choices
        except MissingConfigException as error:
            raise self._no_such_choice(str(error.missing_cfg_file)) from None
        except (HydraException, OmegaConfBaseException) as error:
            unknown = re.match(r"Could not override '([\w.]+)'", str(error))
            if unknown:
                raise self._no_such_key(unknown[1], words) from None
            raise UserError(one_line(error)) from None

    def _chosen(self, words: tuple[str, ...]) -> tuple[dict[str, Any] | None, dict[str, str]]:
        """A choice of groups as plain containers, None where its values refer to others; and the choices made."""
        from omegaconf import OmegaConf

        if words not in self._known:
            config, choices = self._compose(words)
            plain = _containers(config)
            self._known[words] = (plain if OmegaConf.to_container(config, resolve=False) == plain else None, choices)
        return self._known[words]

    def _compose(self, words: Sequence[str]) -> tuple[Any, dict[str, str]]:
        from hydra import compose as hydra_compose
        from hydra import initialize_config_module
        from omegaconf import OmegaConf

        search = [] if self.config_dir is None else [f"hydra.searchpath=[file://{self.config_dir.resolve()}]"]
        with initialize_config_module("petlab.conf", version_base="1.3"):
            composed = hydra_compose("config", overrides=[*words, *search], return_hydra_config=True)
        choices = {str(key): value for key, value in composed.hydra.runtime.choices.items()}
        return OmegaConf.create({key: value for key, value in composed.items() if key != "hydra"}), choices

    def _parts_of_a_combination(self, words: Sequence[str]) -> list[str]:
        """Words that put the YAML of each part under its name: `+method@method.lora=lora`, without a rate of its own.

        Raises UserError for parts that are no methods, and for a rate given to a part.
        """
        for word in words:
            if re.match(r"\+?\+?method\.(?!learning_rate)\w+\.learning_rate\b", word):
                raise UserError(f"{word}: a combination trains at one rate, method.learning_rate; a part has none")
        said = tuple(word for word in words if re.match(r"method(\.parts)?=", word))
        if said not in self._parts:
            parts = self.whole(said)[0]["method"]["parts"]
            check_parts(parts, self._choices("method") - {"combo"})
            self._parts[said] = [
                word for part in parts for word in (f"+method@method.{part}={part}", f"~method.{part}.learning_rate")
            ]
        return self._parts[said]

    def _no_such_key(self, key: str, words: Sequence[str]) -> UserError:
        """`method.rnak` -> no such key, with the keys there are under `method` for the choices made."""
        known, _ = self.whole([word for word in words if word.partition("=")[0] != key])
        parent, _, _ = key.rpartition(".")
        node: Any = known
        for part in parent.split(".") if parent else []:
            node = node.get(part) if isinstance(node, dict) else None
        keys = [name for name in node if not name.startswith("_")] if isinstance(node, dict) else []
        return UserError(f"{key}: no such key; {parent or 'a cell'} takes: {', '.join(keys) or 'no keys'}")

    def _no_such_choice(self, missing: str) -> UserError:
        """`method/lorra` -> there is no lorra, with every choice of the group, nested ones by their path."""
        group, _, name = missing.removesuffix(".yaml").partition("/")
        return choices_error(group, name, self._choices(group))

    def _choices(self, group: str) -> set[str]:
        """Every choice of a group."""
        return {
            path.relative_to(folder / group).with_suffix("").as_posix()
            for folder in self._folders
            for path in (folder / group).rglob("*.yaml")
        }


def sweep(words: Sequence[str]) -> list[list[str]]:
    """Every combination of comma-separated choices (`method=lora,ia3 seed=0,1`), in the order written, last fastest."""
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        parsed = OverridesParser.create().parse_overrides(list(words))
        [jobs] = BasicSweeper.split_arguments(parsed, max_batch_size=None)
    except HydraException as error:
        raise UserError(one_line(error)) from None
    return [list(job) for job in jobs]


def check_parts(parts: object, known: Collection[str]) -> None:
    """Raise UserError unless `parts` are two names or more of `known`, each once."""
    if not isinstance(parts, list) or len(parts) < 2:
        given = f"[{parts[0]}]" if isinstance(parts, list) and parts else parts
        raise UserError(f"method.parts={given}: a list of two methods or more is needed, such as [lora,pre_embed]")
    for part in parts:
        if part not in known:
            raise choices_error("method.parts", part, known)
        if parts.count(part) > 1:
            raise UserError(f"method.parts: {part} is named twice; each part is named once")


@functools.cache
def _parsed(word: str) -> Any:
    from hydra.core.override_parser.overrides_parser import OverridesParser

    [override] = OverridesParser.create().parse_overrides([word])
    return override


def _sets_one_value(override: Any) -> bool:
    """Whether an override is `key=value`: no `+` or `~`, no group, no sweep, nothing of Hydra's own."""
    return bool(
        _PLAIN_KEY.fullmatch(override.key_or_group)
        and override.package is None
        and not (override.is_add() or override.is_force_add() or override.is_delete())
        and not (override.is_sweep_override() or override.is_hydra_override())
    )


def _with_values(known: dict[str, Any] | None, values: Sequence[tuple[str, Any]]) -> dict[str, Any] | None:
    """A choice of groups with single values replaced; None where Hydra has more to say of one: a group in place of a
    value or the other way round, a reference, a key that is not there."""
    if known is None:
        return None
    plain: dict[str, Any] = _copied(known)
    for key, value in values:
        *parents, last = key.split(".")
        node: Any = plain
        for parent in parents:
            node = node.get(parent) if isinstance(node, dict) else None
        if not isinstance(node, dict) or last not in node or isinstance(node[last], dict) or not _literal(value):
            return None
        node[last] = _copied(value)
    return plain


def _literal(value: Any) -> bool:
    """Whether a value means itself: a number, a word without a reference, or a list of such."""
    if isinstance(value, list):
        return all(_literal(one) for one in value)
    return value is None or isinstance(value, (bool, int, float)) or (type(value) is str and "${" not in value)


def _copied(value: Any) -> Any:
    """A copy of plain containers."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


def _containers(config: Any) -> dict[str, Any]:
    from omegaconf import OmegaConf

    plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}


def one_line(error: Exception) -> str:
    """Hydra's and OmegaConf's messages run over several lines; the user needs what was wrong and what there is."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = [
        line
        for line in lines
        if not line.startswith(("full_key:", "object_type=", "Config search path", "provider=", "set "))
    ]
    return "; ".join(" ".join(line.split("\t")) for line in kept[:12]).replace(":;", ":")
