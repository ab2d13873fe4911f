"""The new layers of a classification or regression model, drawn for each cell; the base under them is shared."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from petlab.anatomy import describe
from petlab.data.spec import DatasetSpec
from petlab.errors import UserError
from petlab.models import ModelSpec


def width(spec: ModelSpec, dataset: DatasetSpec) -> int | None:
    """Numbers that the head gives: one a label, one for a score; None for models that write text.

    Raises:
        UserError: an encoder, asked for text.
    """
    if spec.family != "encoder":
        return None
    if dataset.task == "generation":
        raise UserError(
            f"model {spec.name}: an encoder answers with a label or a score, and {dataset.name} asks for text; "
            "take an encoder-decoder or a causal model"
        )
    return len(dataset.labels) or 1


@contextmanager
def drawn(model: Any, outputs: int | None, seed: int) -> Iterator[None]:
    """Inside, the model has a head of `outputs` numbers drawn from `seed`; after it, the one it had before.

    The head is what `petlab.anatomy` calls so: the layers that no checkpoint brings (RoBERTa's classifier.dense and
    out_proj, but not BERT's pooler). It starts as the architecture starts its layers. None: nothing happens.
    """
    if outputs is None:
        yield
        return
    before = model.num_labels
    kept = {name: model.get_submodule(name) for name in _names(model)}
    try:
        model.num_labels = model.config.num_labels = outputs
        for name, module in _fresh(model, list(kept), seed).items():
            model.set_submodule(name, module)
        yield
    finally:
        model.num_labels = model.config.num_labels = before
        for name, module in kept.items():
            model.set_submodule(name, module)


def _names(model: Any) -> list[str]:
    """The head's modules, relative to the whole model."""
    return list(dict.fromkeys(name.partition(".")[0] for name in describe(model).task_head))


def _fresh(model: Any, names: list[str], seed: int) -> dict[str, nn.Module]:
    """New modules with values of the architecture's own initialisation, on the model's device and in its type."""
    with torch.device("meta"):
        twin = type(model)(model.config)
    somewhere = next(model.parameters())
    made = {name: twin.get_submodule(name).to_empty(device="cpu") for name in names}
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        # Not the stream that methods start from: their tensors and the head's have nothing to do with each other.
        torch.manual_seed(random.Random(f"head {seed}").getrandbits(63))
        for module in made.values():
            for layer in module.modules():
                model._init_weights(layer)
    return {name: module.to(somewhere.device, somewhere.dtype).train(model.training) for name, module in made.items()}
