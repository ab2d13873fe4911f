"""A method's losses are the same on a fresh model and on one that many others were trained on before."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.method_catalogue import attached, method_ids, refusal
from tests.small_models import batch, small_model


def losses(method_id: str, model: Any, architecture: str) -> list[float]:
    """Before and after a step of training."""
    torch.manual_seed(0)
    with attached(method_id, model.train()) as attachment:
        optimiser = torch.optim.AdamW(attachment.trainable.values(), lr=1e-2)
        first = model(**batch(architecture)).loss
        first.backward()
        optimiser.step()
        with torch.no_grad():
            return [float(first), float(model(**batch(architecture)).loss)]


@pytest.mark.parametrize("architecture", ["t5_v1_1", "bert", "deberta_v2", "gpt2", "bloom"])
def test_as_the_tenth_or_later_of_a_model(architecture: str) -> None:
    """One architecture of each way of changing attention, with fused and single matrices, with a head and without."""
    methods = [name for name in method_ids() if refusal(name, architecture) is None]
    model = small_model(architecture)
    found = [(name, losses(name, model, architecture)) for name in [*methods, *methods[:9]]]
    later = dict(found[9:])
    assert set(later) == set(methods)
    for name in methods:
        alone = losses(name, small_model(architecture), architecture)
        assert later[name] == alone, name
        assert alone[0] != alone[1], f"{name} learns"
