"""The base and what it becomes with a method in it: models that share one set of weights in memory."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from petlab import config
from petlab.anatomy import describe
from petlab.anatomy.positions import positions
from petlab.attachment import Attachment, attach
from petlab.attachment.positions import FIXED
from petlab.cell import Cell
from petlab.data.tokens import words_to_ids
from petlab.errors import UserError
from petlab.latency.results import BASE, MERGED
from petlab.models import Base

METHODS = ("houlsby", "pfeiffer", "prefix", "lora", "lora_merged")
STIRRED = 0.02  # standard deviation of what is added to the start values


@dataclass(frozen=True)
class Way:
    """A model to be measured.

    Attributes:
        name: as in `Measured.way`.
        model: in evaluation mode; None where the method does not fit, and `problem` says why.
        taken: positions that the method takes for itself.
    """

    name: str
    model: Any
    taken: int = 0
    problem: str = ""


def split(words: Sequence[str], methods: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Overrides of the model, and those of each method (`method.lora.rank=4`) as a cell has them.

    Raises:
        UserError: a method that is not among those asked for, or settings that do not say whose they are.
    """
    names = list(dict.fromkeys(method.removesuffix(MERGED) for method in methods))
    own: dict[str, list[str]] = {name: [] for name in names}
    others = []
    for word in words:
        group, _, rest = word.partition(".")
        if word.startswith("method="):
            raise UserError(f"{word}: several methods are measured side by side; say --methods NAME,NAME")
        if group != "method":
            others.append(word)
            continue
        name, _, setting = rest.partition(".")
        if name not in own or not setting:
            whose = ", ".join(f"method.{known}.KEY=VALUE" for known in names)
            raise UserError(f"{word}: which of the measured methods is it for? Say {whose}")
        own[name].append(f"method.{setting}")
    return others, own


def cells(words: Sequence[str], methods: Sequence[str], base: Base, config_dir: Path | None = None) -> dict[str, Cell]:
    """The cell of each method, its settings checked.

    A prefix takes positions of the text where it can, as the cache that it stands for does, and as its paper's code
    and peft have it; `method.prefix.shift_positions=false` leaves them alone.

    Raises:
        UserError: a method or a setting that there is not.
    """
    others, own = split(words, methods)
    limited = positions(base.model) is not None and describe(base.model).model_type not in FIXED
    first = {"prefix": ["method.shift_positions=true"]} if limited else {}
    return {
        name: config.cell([f"method={name}", *others, *first.get(name, []), *settings], config_dir)
        for name, settings in own.items()
    }


def ways(base: Base, methods: Sequence[str], made: dict[str, Cell]) -> list[Way]:
    """The base, then each method as a task serves it, in evaluation mode on the base's device."""
    return [Way(BASE, _twin(base.model)), *(_way(base, name, made[name.removesuffix(MERGED)]) for name in methods)]


def _way(base: Base, name: str, cell: Cell) -> Way:
    model = _twin(base.model)
    of_base = {id(parameter) for parameter in model.parameters()}
    try:
        attachment = attach(
            cell.method, model, seed=cell.seed, tokenize=words_to_ids(base.tokenizer), labels=cell.dataset.labels
        )
        _stir(attachment, of_base)
        attachment.load_export_state(attachment.export_state())  # what served training alone, a prefix's network, goes
        if name.endswith(MERGED):
            attachment.merge()
    except UserError as problem:
        return Way(name, None, problem=str(problem))
    return Way(name, model, attachment.extra_positions)


def _twin(model: Any) -> Any:
    """The model with modules and parameters of its own on the same values: what a method does to it stays in it.

    So memory holds one base, and all ways find its weights in the processor's caches alike. Methods put new tensors in
    the place of the base's, and never write into them.
    """
    own = {id(one): nn.Parameter(one.data, requires_grad=False) for one in model.parameters()}
    return copy.deepcopy(model, own)


@torch.no_grad()
def _stir(attachment: Attachment, of_base: set[int]) -> None:
    """Move new tensors off their start values, at which many methods compute what the base does."""
    generator = torch.Generator().manual_seed(0)
    for parameter in attachment.trainable.values():
        if id(parameter) not in of_base:
            parameter.add_(torch.randn(parameter.shape, generator=generator).to(parameter) * STIRRED)
