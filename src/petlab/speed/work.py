"""The work that is compared: one cell's model, rows and protocol, the same for every side."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from petlab import config, heads
from petlab.attachment import Attachment, attach
from petlab.cell import Cell
from petlab.data.tokens import Row, words_to_ids
from petlab.errors import UserError
from petlab.models import Base
from petlab.models.attention import attend
from petlab.models.layers import write_out
from petlab.training.families import Family, family_of
from petlab.workshop import Rows, Workshop

# The ways of tuning that peft has too; BitFit, adapters and others are compared with the bare loop alone.
PEFT_TOO = ("full", "lora", "ia3", "prompt", "prefix")


@dataclass(frozen=True)
class Work:
    """A cell made ready, with what a rival needs to do the same by itself."""

    cell: Cell
    workshop: Workshop
    base: Base

    @property
    def model(self) -> Any:
        return self.base.model

    @property
    def tokenizer(self) -> Any:
        return self.base.tokenizer

    def copy_of_base(self) -> Any:
        """A model of one's own with the base's weights, which computes as transformers loads it."""
        model = copy.deepcopy(self.model)
        attend(model, "sdpa")
        write_out(model)
        return model

    @contextmanager
    def attached(self) -> Iterator[tuple[Attachment, Family, Rows]]:
        """The method in the shared base, with the rows as the cell reads them."""
        cell = self.cell
        words = words_to_ids(self.tokenizer)
        with (
            heads.drawn(self.model, heads.width(cell.model, cell.dataset), cell.seed),
            attach(cell.method, self.model, seed=cell.seed, tokenize=words, labels=cell.dataset.labels) as attachment,
        ):
            family = family_of(cell.model.family, cell.dataset, self.tokenizer, attachment)
            yield attachment, family, self.workshop.rows(cell, self.base, attachment)


def work(overrides: Sequence[str], results: Path, *, threads: int, beside: Work | None = None) -> Work:
    """The work of a cell.

    Args:
        overrides: Hydra words of the cell.
        results: a folder for what the harness writes.
        threads: of torch, for every side.
        beside: the work of another cell of the same model, whose base is shared.
    """
    cell = config.cell([*overrides, f"train.threads={threads}", "train.device=cpu"])
    torch.set_num_threads(threads)
    if beside is not None:
        return Work(cell, beside.workshop, beside.base)
    workshop = Workshop(results)
    return Work(cell, workshop, workshop.base(cell.model, "cpu"))


def in_own_process(module: str, threads: int, words: Sequence[str]) -> dict[str, Any]:
    """What `python -m MODULE THREADS KEY=VALUE …` prints in its last line, as JSON.

    Raises:
        UserError: it failed; with its last line of error.
    """
    command = [sys.executable, "-m", module, str(threads), *words]
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings(threads))
    if done.returncode:
        raise UserError(f"speed: {module} failed: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def surroundings(threads: int) -> dict[str, str]:
    """The environment of a process that is measured."""
    return {**os.environ, "OMP_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "false"}


def padded_tokens(rows: Sequence[Row], batches: Sequence[Sequence[int]]) -> int:
    """Tokens that batches take with their padding, input and output."""
    return sum(
        len(batch)
        * (max(len(rows[number].source) for number in batch) + max(len(rows[number].target) for number in batch))
        for batch in batches
    )
