"""One whole cell: load, tokenise, train with early stopping, keep the best, answer the test rows, score.

Both sides begin with their imports done and nothing else: petlab in a workshop of its own, the rival from the folder of
the same weights. Both score with the data set's own metric.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from petlab import cell as story
from petlab import config
from petlab.cell import Cell
from petlab.data.load import load_splits
from petlab.metrics import asked
from petlab.models import load_base
from petlab.speed import peft_trainer
from petlab.workshop import Workshop


@dataclass(frozen=True)
class Ran:
    """Seconds of the whole cell, and its test score."""

    seconds: float
    score: float


def sides(overrides: Sequence[str], threads: int, *, bf16: bool = False) -> Mapping[str, Callable[[], Ran]]:
    """What runs the cell: petlab, peft with Trainer's defaults, and the tuned Trainer.

    Args:
        overrides: Hydra words of a cell of an encoder-decoder model and a method that peft has.
        threads: of torch, for every side.
        bf16: petlab and the tuned Trainer autocast to bf16; the default Trainer stays in fp32.
    """
    precision = "bf16" if bf16 else "fp32"
    words = [*overrides, f"train.threads={threads}", "train.device=cpu", f"train.precision={precision}"]
    cell = config.cell(words)
    return {
        "petlab": lambda: _petlab(cell),
        "peft": lambda: _trainer(cell, tuned=False, bf16=False),
        "tuned": lambda: _trainer(cell, tuned=True, bf16=bf16),
    }


def _petlab(cell: Cell) -> Ran:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        record, _ = story.run(cell, Workshop(Path(folder)))
        seconds = time.perf_counter() - started
    return Ran(seconds, record.metrics.get(cell.dataset.metric, float("nan")))


def _trainer(cell: Cell, *, tuned: bool, bf16: bool) -> Ran:
    started = time.perf_counter()
    splits = load_splits(
        cell.dataset,
        scale_rows=cell.scale.rows,
        seed=cell.data_seed,
        root=cell.data_root,
        max_validation=cell.limits.validation,
        max_test=cell.limits.test,
    )
    base = load_base(cell.model)
    spec = cell.dataset
    train, validation, test = (
        peft_trainer.tokenised(spec, part, base.tokenizer) for part in (splits.train, splits.validation, splits.test)
    )
    done = peft_trainer.fine_tune(cell, base.model, base.tokenizer, (train, validation, test), tuned=tuned, bf16=bf16)
    score = asked.score(spec, done.outputs, splits.test).whole[spec.metric]
    return Ran(time.perf_counter() - started, score)
