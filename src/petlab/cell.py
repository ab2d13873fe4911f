"""The story of one cell: model x method x data set x data scale x seed, trained, scored, measured, recorded."""

from __future__ import annotations

import dataclasses
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from petlab import heads
from petlab.attachment import Attachment, Method, attach
from petlab.data.spec import DatasetSpec
from petlab.data.tokens import words_to_ids
from petlab.device import out_of_memory, release_memory
from petlab.errors import UserError
from petlab.measure import memory, parameters
from petlab.methods.few_shot import FewShot
from petlab.metrics import asked
from petlab.models import Base, ModelSpec
from petlab.record import SCHEMA, Environment, Memory, Parallel, Params, Record, Time
from petlab.training import parallel
from petlab.training.checkpoint import Checkpoint
from petlab.training.convergence import convergence_of
from petlab.training.families import Family, family_of
from petlab.training.generation import generate
from petlab.training.loop import Fit, Trainer, Watch
from petlab.training.settings import LearningRate, Scale, Train

Rows = Annotated[int, Field(gt=0)] | None


@dataclass(frozen=True)
class Limits:
    """At most this many rows of validation and test; None leaves the split as it is."""

    validation: Rows = None
    test: Rows = None


@dataclass(frozen=True)
class TrackerSettings:
    name: Literal["none", "wandb"] = "none"
    project: str = "petlab"
    mode: Literal["offline", "online"] = "offline"


@dataclass(frozen=True)
class Cell:
    """Everything that a run needs to know, checked; nothing of Hydra in it."""

    model: ModelSpec
    method_name: str
    method: Method
    rate: LearningRate
    dataset: DatasetSpec
    scale: Scale
    train: Train
    seed: int
    data_seed: int
    limits: Limits
    tracker: TrackerSettings
    results: Path
    data_root: Path | None
    parent: Cell | None = None  # the cell whose tensors this one starts from
    companions: tuple[Cell, ...] = ()  # whose rows are trained on together with its own

    @property
    def earlier(self) -> tuple[Cell, ...]:
        """The cells before this one, the first one first."""
        return () if self.parent is None else (*self.parent.earlier, self.parent)

    @property
    def others(self) -> tuple[Cell, ...]:
        """The cells whose test rows are answered, too, one a data set: those before it, those trained together with it.

        None for an encoder, whose head answers one task.
        """
        if self.model.family == "encoder":
            return ()
        found = {one.dataset.name: one for one in (*self.earlier, *self.companions)}
        return tuple(one for name, one in found.items() if name != self.dataset.name)

    @property
    def prompting(self) -> FewShot | None:
        """How the base is asked where nothing is trained; None for methods that train."""
        return getattr(self.method, "prompting", None)

    @property
    def title(self) -> str:
        after = ", ".join(one.dataset.name for one in self.earlier)
        beside = "".join(f" + {one.dataset.name}" for one in self.companions)
        data = f"{self.dataset.name}{beside}{f' after {after}' if after else ''}"
        return f"{self.model.name} · {self.method_name} · {data} · {self.scale.name} · seed {self.seed}"


@dataclass
class Attempt:
    """How far a cell has come; what is not known yet is empty. Seconds."""

    status: Literal["done", "failed", "diverged"] = "done"
    params: Params | None = None
    loaded: float | None = None  # the clock when training could begin
    fit: Fit = field(default_factory=Fit)
    metrics: dict[str, float] = field(default_factory=dict)
    test_s: float = 0.0
    trace: str | None = None
    out_of_memory: bool = False
    micro_batch: int | None = None  # where it had to be smaller than configured


def run(cell: Cell, workshop: Any, *, force: bool = False) -> tuple[Record, bool]:
    """Run a cell, or find its record.

    Args:
        cell: what to run.
        workshop: `petlab.workshop.Workshop`: the bases, data and store that cells of one process share.
        force: train even when there is a finished record.

    Returns:
        The record, and whether it was there already. A cell that diverges or fails while training is a record too,
        with its reason.

    Raises:
        UserError: the cell cannot begin (a missing file, an unknown label, an unreachable hub); nothing is written.
    """
    started = time.perf_counter()
    seat = workshop.seat(cell)  # the splits, the run id, the precision: all that decides whether it was done already
    found = workshop.store.find(seat.run)
    if found is not None and found.status == "done" and not force:
        return found, True

    parallel.check(cell.train.strategy)
    if workshop.trained_here:
        release_memory()  # holes that the cells before left add up: a sweep's memory would grow with its cells
    base = workshop.base(cell.model, seat.device, seat.precision)
    attempt = _attempt(cell, workshop, seat, base)
    if attempt.out_of_memory and parallel.size() == 1 and (less := cell.train.in_less_memory()) is not None:
        workshop.reporter.line(f"{cell.title}: out of memory; tried again with {less.batch_size} rows at a time")
        attempt = Attempt()  # lets go of what the first one held
        release_memory()
        attempt = _attempt(dataclasses.replace(cell, train=less), workshop, seat, base)
        attempt.micro_batch = less.batch_size
    if attempt.trace is not None:
        workshop.keep_error(seat.run, attempt.trace)

    done, fit = attempt.status == "done", attempt.fit
    peak = memory.peak(seat.device, alone=workshop.alone()) if done else Memory(None, None)
    record = Record(
        schema=SCHEMA,
        id=seat.run,
        status=attempt.status,
        config=seat.config,
        data=seat.data,
        params=attempt.params,
        convergence=convergence_of(fit, cell.rate.trials),
        time=Time(
            load_s=(attempt.loaded or time.perf_counter()) - started,
            train_s=fit.train_s,
            validate_s=fit.validate_s,
            test_s=attempt.test_s,
            wall_s=time.perf_counter() - started + fit.earlier_s,
            timing=workshop.timing() if fit.earlier_measured in (None, measured(seat, "exclusive")) else "shared",
            threads=seat.threads,
        ),
        memory=dataclasses.replace(peak, micro_batch=attempt.micro_batch),
        metrics=attempt.metrics if done else {},
        environment=_environment(seat.environment, fit.parallel),
    )
    if cell.train.strategy == "fsdp":
        workshop.let_go_of_bases()  # their weights were sharded; the next cell loads its own
    workshop.finish(seat, record)
    return record, False


def _attempt(cell: Cell, workshop: Any, seat: Any, base: Base) -> Attempt:
    """Attach, train, test, detach. What goes wrong is told in the attempt; the user's mistakes are raised."""
    memory.start(seat.device)
    words = words_to_ids(base.tokenizer)
    attempt = Attempt()
    try:
        with (
            heads.drawn(base.model, heads.width(cell.model, cell.dataset), cell.seed),
            attach(cell.method, base.model, seed=cell.seed, tokenize=words, labels=cell.dataset.labels) as attachment,
        ):
            if cell.parent is not None:
                attachment.start_from(workshop.handed_on(cell.parent))
            attempt.params = parameters.count(base.model, attachment)
            rows = workshop.rows(cell, base, attachment)
            family = family_of(cell.model.family, cell.dataset, base.tokenizer, attachment)
            work = Work(cell, workshop, seat, base, attachment, family, rows)
            attempt.loaded = time.perf_counter()
            watch = workshop.watch(cell, seat)
            if cell.prompting is None:
                attempt.fit = work.train(watch)
            else:
                attempt.fit.stopped = "untrained"
            if attempt.fit.stopped == "diverged" or (cell.prompting is None and attempt.fit.best_state is None):
                attempt.status = "diverged"
            else:
                attachment.load_training_state(attempt.fit.best_state or {})
                testing = time.perf_counter()
                attempt.metrics = work.test()
                attempt.test_s = time.perf_counter() - testing
    except (UserError, KeyboardInterrupt):
        raise
    except Exception as error:  # one cell's failure is a result, not the end of a sweep
        attempt.status = attempt.fit.stopped = "failed"
        attempt.fit.reason = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        attempt.trace = traceback.format_exc()
        attempt.out_of_memory = out_of_memory(error)
    return attempt


@dataclass(frozen=True)
class Work:
    """A cell with all that training and testing need: the base with the method attached, and the rows as token ids."""

    cell: Cell
    workshop: Any
    seat: Any
    base: Base
    attachment: Attachment
    family: Family
    rows: Any

    def train(self, watch: Watch) -> Fit:
        """Fit the attached method, from where a killed process left it if there was one."""
        cell, workshop = self.cell, self.workshop
        save = workshop.saver(self.seat.run)

        def keep(state: Checkpoint) -> None:
            save(dataclasses.replace(state, measured=measured(self.seat, workshop.timing())))

        return Trainer(
            self.base.model,
            self.family,
            self.attachment,
            self.rows.train,
            self.rows.validation,
            settings=cell.train,
            rate=cell.rate,
            scale=cell.scale,
            precision=self.seat.precision,
            seed=cell.seed,
            watch=watch,
            judge=None if cell.train.select == "loss" else self.judged,
            save=keep,
            resume=workshop.resumable(self.seat.run),
        ).fit()

    def judged(self) -> float:
        """The validation score that chooses the best evaluation; rows of companions are not asked."""
        validation = self.workshop.splits(self.cell).validation
        given = self.answers(self.cell, self.rows.validation[: len(validation)])
        return asked.score(self.cell.dataset, given, validation).whole[self.cell.train.select]

    def test(self) -> dict[str, float]:
        """Let the model answer the test rows; keep the answers and what a task must keep; the scores.

        Scores of the other cells' test rows have names such as `embedded/topics:exact_match`.
        """
        cell, workshop = self.cell, self.workshop
        outputs = self.answers(cell, self.rows.test, workshop.testing(cell))
        if cell.prompting is not None:
            outputs = [cell.prompting.answer(output) for output in outputs]
        test = workshop.splits(cell).test
        scores = asked.score(cell.dataset, outputs, test)
        workshop.keep(self.seat.run, self.attachment, [example.id for example in test], outputs, scores.rows)
        whole = dict(scores.whole)
        for one in cell.others:
            rows = workshop.rows(one, self.base, self.attachment).test
            given = self.answers(one, rows, workshop.testing(one))
            found = asked.score(one.dataset, given, workshop.splits(one).test).whole
            whole |= {f"{one.dataset.name}:{name}": value for name, value in found.items()}
        return whole

    def answers(self, one: Cell, rows: Any, watch: Callable[[int, int], None] | None = None) -> list[str]:
        """What the model answers to rows of a cell's data set, decoded as that data set asks."""
        written = generate(
            self.base.model,
            self.base.tokenizer,
            parallel.dealt(rows),
            self.family,
            batch=self.cell.train.evaluation_batch,
            precision=self.seat.precision,
            decoding=one.dataset.generation,
            watch=watch,
        )
        return parallel.texts(written, len(rows))


def measured(seat: Any, timing: str) -> str:
    """Where seconds are taken, and in what company; parts of a fit that agree in it add up to comparable seconds."""
    return f"{parallel.size()} x {seat.environment.hardware}, {seat.threads} threads, {timing}"


def _environment(environment: Environment, ran: Parallel | None) -> Environment:
    """With several processes the hardware is a class of its own, for seconds that are compared."""
    if ran is None:
        return environment
    return dataclasses.replace(environment, parallel=ran, hardware=f"{ran.processes} x {environment.hardware}")


def plain(value: Any) -> Any:
    """A dataclass as the containers that JSON knows."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value
