"""A model without its weights: on the meta device, so that even GPT-3 can be counted and described."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from petlab.models import ModelSpec, build, tokenizer_folder, weights_folder, widths

LABELS = 2  # of a classification head where no data set says how many


def skeleton(spec: ModelSpec, labels: int | None = None) -> Any:
    """The model that a specification names, on the meta device.

    Its sizes come from the YAML's `architecture`, or from the configuration in the model's folder; those of a base at
    another width from the shipped one's.

    Args:
        spec: the model.
        labels: width of an encoder's new head; None gives two labels.

    Raises:
        UserError: a folder or hub model that is not there.
    """
    head = (LABELS if labels is None else labels) if spec.family == "encoder" else None
    with torch.device("meta"):
        return build(_architecture(spec), spec.family, head).eval()


def _architecture(spec: ModelSpec) -> Mapping[str, Any]:
    if spec.architecture and not Path(spec.path).is_dir():
        return spec.architecture
    folder = weights_folder(spec)[0] if spec.width is None else tokenizer_folder(spec)
    found: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if spec.width is not None:
        found |= widths.sizes(found, spec.width)
    # Names of labels would say how wide the head is.
    return {key: value for key, value in found.items() if key not in ("id2label", "label2id", "num_labels")}
