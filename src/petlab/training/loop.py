"""The training loop: AdamW, a schedule, micro-batches, early stopping, the best tensors kept.

Deterministic: the order of rows, dropout and new tensors depend on the seed alone, so that two runs on one machine with
the same number of threads give the same losses to the last bit on CPU, whatever ran before in the process.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from petlab.data.tokens import Row
from petlab.record import Parallel, Stopped
from petlab.training import checkpoint, parallel
from petlab.training.batching import tokens_at_once, training_steps
from petlab.training.checkpoint import Checkpoint
from petlab.training.early_stopping import EarlyStopping
from petlab.training.families import Family
from petlab.training.objective import autocast
from petlab.training.schedule import rate_at
from petlab.training.settings import LearningRate, Scale, Train
from petlab.training.validation import evaluation_marks, validation_loss

VERSION = 1  # raised when the loop's results change; part of the run id
SAVE_EVERY_S = 30.0  # a fit that is shorter is trained again rather than saved


class Trainee(Protocol):
    """What the loop needs of an attached method (`petlab.attachment.Attachment`)."""

    trainable: dict[str, nn.Parameter]

    def training_state(self) -> dict[str, Tensor]: ...

    def load_training_state(self, state: Mapping[str, Tensor]) -> None: ...


@dataclass(frozen=True)
class Evaluation:
    """Validation at one moment. Seconds since the first step; `train_s` leaves validation out, `wall_s` does not."""

    epoch: float
    step: int
    train_s: float
    wall_s: float
    loss: float
    train_loss: float | None  # mean over the steps since the evaluation before
    score: float | None = None  # of the validation rows, where a score chooses the best evaluation


@dataclass
class Fit:
    """What a fit gives back. `best` and `best_state` are None when no evaluation after a step was finite."""

    evaluations: list[Evaluation] = field(default_factory=list)
    best: Evaluation | None = None
    best_state: dict[str, Tensor] | None = None
    stopped: Stopped = "max_epochs"
    reason: str | None = None
    steps: int = 0
    epochs: float = 0.0
    train_s: float = 0.0
    validate_s: float = 0.0
    parallel: Parallel | None = None
    earlier_s: float = 0.0  # of the seconds above, those of processes that were stopped before the end
    earlier_measured: str | None = None  # `Checkpoint.measured`; None where no process was stopped

    @property
    def over(self) -> bool:
        return self.stopped != "max_epochs"

    def diverge(self, where: str) -> None:
        self.stopped, self.reason = "diverged", f"{where} loss not finite at step {self.steps}"


Watch = Callable[[Evaluation], None]


@dataclass
class Trainer:
    """One fit of one attached method.

    Attributes:
        model: a model on its device, with the method attached.
        family: how such a model reads rows and what it is taught by them.
        trainee: the attachment, which owns the trained tensors.
        train, validation: tokenised rows.
        settings, rate, scale: the protocol; the schedule is planned on `scale.epochs` even if training stops early.
        precision: "fp32" or "bf16", resolved.
        seed: seeds the order of rows and dropout.
        watch: called after each evaluation (progress, history, tracker).
        judge: the score of the validation rows, larger is better; the highest makes the best evaluation, in place of
            the lowest loss.
        save: called after an evaluation, at most every `SAVE_EVERY_S` seconds, with all that a resumed fit needs.
        resume: a checkpoint of this very fit, or None to begin. The result is the same either way, to the last bit on
            CPU; seconds go on from the checkpoint's.
    """

    model: Any
    family: Family
    trainee: Trainee
    train: Sequence[Row]
    validation: Sequence[Row]
    settings: Train
    rate: LearningRate
    scale: Scale
    precision: str
    seed: int
    watch: Watch = lambda _: None
    judge: Callable[[], float] | None = None
    save: Callable[[Checkpoint], None] | None = None
    resume: Checkpoint | None = None

    def fit(self) -> Fit:
        """Train until validation gets no better or the epochs are over.

        Returns:
            The fit; the model holds the last tensors, `best_state` the best ones. A loss that is not finite ends it
            with `stopped="diverged"` and the step in `reason`.
        """
        self.device = next(self.model.parameters()).device
        self.team = parallel.strategy(self.settings.strategy, self.model, self.family, self.trainee)
        self.trainee = self.team.trainee
        torch.manual_seed(self.team.seed(self.seed, 0))
        self.parameters = list(self.trainee.trainable.values())
        self.optimiser = torch.optim.AdamW(
            self.parameters,
            lr=self.rate.initial,
            betas=self.settings.betas,
            eps=self.settings.epsilon,
            weight_decay=self.settings.weight_decay,
            fused=True,
        )
        self.stopping = EarlyStopping(self.settings.patience, self.settings.min_delta)
        self.saved = time.perf_counter()
        result = Fit(parallel=self.team.ran)
        first, index = 0, 0
        if self.resume is not None:
            result, first, index = self._restored(self.resume)
        else:
            self._evaluate(result, [])
        for epoch in range(first, self.scale.epochs):
            if result.over:
                break
            self._epoch(result, epoch, index)
            index = 0
        result.best_state = self.team.close(result.best_state)
        return result

    def _epoch(self, result: Fit, epoch: int, first: int) -> None:
        """One pass over the rows from step `first` on, validating at its marks; returns early when the fit is over."""
        settings = self.settings
        steps = training_steps(
            self.train,
            settings.batch_size,
            settings.accumulation,
            self.seed,
            epoch,
            self.family.length,
            tokens_at_once(self.device, "training"),
        )
        total = len(steps) * self.scale.epochs
        marks = evaluation_marks(len(steps), self.scale.evaluations_per_epoch)
        losses: list[float] = []
        self.model.train()
        for index, step in enumerate(steps[first:], start=first):
            started = time.perf_counter()
            loss = self._step(step, rate_at(result.steps, total, self.settings.warmup, self.rate))
            result.train_s += time.perf_counter() - started
            result.steps += 1
            result.epochs = round(epoch + (index + 1) / len(steps), 6)
            losses.append(loss)
            if not math.isfinite(loss):
                return result.diverge("training")
            if index + 1 in marks:
                self._evaluate(result, losses)
                losses = []
                if result.over:
                    return None
                self._save(result, epoch, index + 1)
                self.model.train()
        return None

    def _save(self, result: Fit, epoch: int, index: int) -> None:
        """Hand out a checkpoint if the last one (or the start) is long enough ago."""
        if self.save is None or not self.team.agree(time.perf_counter() - self.saved >= SAVE_EVERY_S):
            return
        numbers = {name: getattr(result, name) for name in ("steps", "epochs", "train_s", "validate_s")}
        entries = [dataclasses.astuple(entry) for entry in result.evaluations]
        best = None if result.best is None else result.evaluations.index(result.best)
        self.save(
            Checkpoint(
                epoch=epoch,
                index=index,
                fit={**numbers, "evaluations": entries, "best": best},
                since_best=self.stopping.since_best,
                best_loss=None if result.best is None else self.stopping.best,
                trained=self.team.whole(self.trainee.training_state()),
                best=self.team.whole(result.best_state or {}),
                moments=self.team.whole(checkpoint.moments(self.optimiser)),
                generators=checkpoint.generators(),
            )
        )
        self.saved = time.perf_counter()

    def _restored(self, given: Checkpoint) -> tuple[Fit, int, int]:
        """The fit as it was, and the position (epoch, step) to go on from."""
        numbers = dict(given.fit)
        evaluations = [Evaluation(*entry) for entry in numbers.pop("evaluations")]
        best = numbers.pop("best")
        result = Fit(evaluations=evaluations, parallel=self.team.ran, earlier_measured=given.measured, **numbers)
        result.earlier_s = result.train_s + result.validate_s
        if best is not None and given.best_loss is not None:
            result.best, result.best_state = evaluations[best], dict(given.best)
            self.stopping.best = given.best_loss
        self.stopping.since_best = given.since_best
        self.trainee.load_training_state(given.trained)
        checkpoint.restore_moments(self.optimiser, self.team.own(given.moments, self.parameters))
        checkpoint.restore_generators(given.generators)
        self._reseed(result)
        for entry in evaluations:
            self.watch(entry)
        return result, given.epoch, given.index

    def _step(self, step: list[list[int]], rate: float) -> float:
        """One optimiser step over its micro-batches; the mean loss a gold token (or row, for an encoder's head)."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        golds = sum(len(self.train[number].target) for micro in step for number in micro)
        summed = 0.0
        for micro in step:
            mine = self.team.share(micro)
            batch = self.family.collate([self.train[number] for number in mine or micro[:1]]).to(self.device)
            with autocast(self.device, self.precision):
                loss = self.team.loss_sum(batch, self.settings.label_smoothing)
            if not mine:
                loss = loss * 0.0  # a process without rows takes part in every exchange all the same
            self.team.backward(loss / golds)
            summed += float(loss.detach())
        (summed,) = self.team.total(summed)
        if self.settings.clip is not None:
            nn.utils.clip_grad_norm_(self.parameters, self.settings.clip)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return summed / golds

    def _evaluate(self, result: Fit, losses: list[float]) -> None:
        """Validate, keep the tensors if they are the best, and decide whether the fit is over.

        The evaluation before the first step is recorded and is no candidate for the best.
        """
        started = time.perf_counter()
        batch = self.settings.evaluation_batch
        value = validation_loss(self.model, self.validation, self.family, batch, self.precision, self.team)
        score = self.judge() if self.judge and result.steps and math.isfinite(value) else None
        if result.steps:
            result.validate_s += time.perf_counter() - started
        mean = sum(losses) / len(losses) if losses else None
        wall = result.train_s + result.validate_s
        now = Evaluation(result.epochs, result.steps, result.train_s, wall, value, mean, score)
        result.evaluations.append(now)
        if not math.isfinite(value):
            result.diverge("validation")
        elif result.steps and self.stopping.update(value if score is None else -score):
            result.best = now
            result.best_state = {
                name: tensor.detach().clone() for name, tensor in self.trainee.training_state().items()
            }
        elif self.stopping.stop:
            result.stopped = "patience"
        self._reseed(result)
        self.watch(now)

    def _reseed(self, result: Fit) -> None:
        """Where several processes draw, each goes on from a seed of its own: a checkpoint holds one state only."""
        if self.team.ran is not None:
            torch.manual_seed(self.team.seed(self.seed, result.steps))
