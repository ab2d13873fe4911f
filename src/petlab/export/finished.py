"""A finished run again: its method, its model, and the tensors that its task keeps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from torch import Tensor

from petlab.attachment import Attachment, Method, attach
from petlab.config import recorded_method
from petlab.errors import UserError
from petlab.methods.combo import Combo
from petlab.models import ModelSpec
from petlab.store import Store
from petlab.typed import build


@dataclass(frozen=True)
class Finished:
    """What a run left.

    Attributes:
        run: its id.
        config: its configuration, as the record has it.
        method: the method, made of the recorded fields.
        model: which base it was trained on.
        labels: width of the base's new head, None where it has none.
        state: what the task keeps, by name; `Attachment.export_state`.
    """

    run: str
    config: Mapping[str, Any]
    method: Method
    model: ModelSpec
    labels: int | None
    state: Mapping[str, Tensor]

    @property
    def method_name(self) -> str:
        return str(self.config["method"]["name"])

    @property
    def title(self) -> str:
        parts = (self.config["model"]["name"], self.method_name, self.config["dataset"]["name"])
        return " · ".join(map(str, parts))


def find(results: Path, prefix: str, config_dir: Path | None = None) -> Finished:
    """The run whose id begins with `prefix`.

    Raises:
        UserError: no run, or several, begin so; the run is not done, or its tensors are gone.
    """
    store = Store(results)
    run = store.only(prefix)
    record = store.find(run)
    if record is None or record.status != "done":
        state = record.status if record else "unfinished"
        raise UserError(f"run {run} is {state}: it left no trained tensors; train it with petlab run")
    return read(run, record.config, store.tensors(run), config_dir)


def read(run: str, config: Mapping[str, Any], tensors: Path, config_dir: Path | None = None) -> Finished:
    """A run from its configuration and its file of tensors."""
    if not tensors.is_file():
        raise UserError(f"run {run}: {tensors} is missing; train it again with petlab run --force")
    known = {field.name for field in dataclasses.fields(ModelSpec)}  # the record also says what the weights were
    model = build(ModelSpec, {key: value for key, value in config["model"].items() if key in known}, "model")
    return Finished(
        run=run,
        config=config,
        method=recorded_method(config["method"], config_dir),
        model=model,
        labels=(len(config["dataset"]["labels"]) or 1) if model.family == "encoder" else None,
        state=load_file(tensors),
    )


def attached(finished: Finished, model: Any) -> Attachment:
    """The run's method attached to its base (with a head of the right width), its trained tensors loaded."""
    found = attach(_from_anywhere(finished.method), model, seed=0)
    found.load_export_state(finished.state)
    return found


def _from_anywhere(method: Any) -> Any:
    """The method without the words or the file that it started from: its trained tensors are about to be loaded."""
    if isinstance(method, Combo):
        return dataclasses.replace(method, parts=tuple(_from_anywhere(part) for part in method.parts))
    return dataclasses.replace(method, init="random") if hasattr(method, "init") else method
