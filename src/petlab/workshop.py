"""What the cells of one process share: bases in memory, data sets read once, the store, the trackers' ends.

A cell's losses do not depend on the workshop: they are bit-equal alone, as the tenth of a process, and in another one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from torch import Tensor

from petlab import heads
from petlab import record as records
from petlab.anatomy.positions import positions
from petlab.attachment import Attachment
from petlab.cell import Cell
from petlab.data.load import Splits, load_splits
from petlab.data.prompts import ask
from petlab.data.tokens import Row, longest, tokenise
from petlab.device import keep_memory, resolve_device, resolve_precision, resolve_threads
from petlab.errors import UserError
from petlab.fingerprints import Fingerprints, weights
from petlab.identity import configuration, identity
from petlab.measure.environment import environment
from petlab.models import Base, ModelSpec, load_base
from petlab.progress import Reporter
from petlab.store import OUTPUTS, TENSORS, Store, run_id, write_atomic
from petlab.trackers import Tracker, open_tracker
from petlab.training.checkpoint import Checkpoint, from_bytes
from petlab.training.loop import Evaluation

T = TypeVar("T")


@dataclass(frozen=True)
class Seat:
    """A cell made ready: its run id and all that was resolved on the way to it."""

    run: str
    config: dict[str, Any]
    data: records.Data
    device: str
    precision: str
    threads: int
    environment: records.Environment


@dataclass(frozen=True)
class Rows:
    """The tokenised splits of a cell; train and validation are empty where nothing is trained."""

    train: list[Row]
    validation: list[Row]
    test: list[Row]


class Workshop:
    """Owns what is expensive to make; one a process."""

    def __init__(self, results: Path, reporter: Reporter | None = None, *, prefix: str = "") -> None:
        keep_memory()
        self.store = Store(results)
        self.reporter = reporter or Reporter(quiet=True)
        self.prefix = prefix  # what progress lines begin with ("cell 3/20 · ")
        self.may_record: Callable[[], bool] | None = None  # asked before a record is written; None = always
        self.in_company: Callable[[], bool] | None = None  # whether other cells ran here at the same time
        self.trained_here = 0
        self.fingerprints = Fingerprints(results)
        self._found: dict[str, Any] = {}  # what was asked for of data and weights, or why it is not to be had
        self._bases: dict[str, Base] = {}
        self._splits: dict[str, Splits] = {}
        self._rows: dict[str, Rows] = {}
        self._tracker: Tracker | None = None
        self._history: list[dict[str, Any]] = []

    def seat(self, cell: Cell) -> Seat:
        """Resolve device, precision, data and weights, and with them the run id. Trains nothing, loads no base.

        Raises:
            UserError: the cell cannot begin: data or weights that are missing, or an encoder that should write text.
        """
        heads.width(cell.model, cell.dataset)
        device = resolve_device(cell.train.device)
        nano = cell.model.path.startswith("petlab:")
        precision = resolve_precision(cell.train.precision, device, nano=nano)
        data = self._data(cell)
        base = self._once(f"weights {cell.model}", lambda: weights(cell.model))
        config = configuration(cell, precision)
        kin: dict[str, Any] = {}
        if cell.parent is not None:
            kin["parent"] = self.seat(cell.parent).run
        if cell.companions:
            kin["companions"] = [self.seat(one).run for one in cell.companions]
        return Seat(
            run=run_id(identity(cell, precision, data.hash, base, kin)),
            config={**config, "model": {**config["model"], "weights": base}, **kin},
            data=self._with_companions(cell, data),
            device=device,
            precision=precision,
            threads=resolve_threads(cell.train.threads),
            environment=environment(device),
        )

    def _data(self, cell: Cell) -> records.Data:
        return self._once(f"data {self.fingerprints.key(cell)}", lambda: self._read(cell))

    def _read(self, cell: Cell) -> records.Data:
        cached = self.fingerprints.find(cell)
        if cached is not None:
            return cached
        data = records.Data(**dataclasses.asdict(self.splits(cell).info))
        self.fingerprints.remember(cell, data)
        return data

    def _with_companions(self, cell: Cell, own: records.Data) -> records.Data:
        """What a cell sees, its companions' rows counted where they are trained on and validated with."""
        if not cell.companions:
            return own
        all_of_it = [own, *(self._data(one) for one in cell.companions)]
        note = "trained together with " + ", ".join(one.dataset for one in all_of_it[1:])
        return dataclasses.replace(
            own,
            train_rows=sum(one.train_rows for one in all_of_it),
            validation_rows=sum(one.validation_rows for one in all_of_it),
            available_rows=sum(one.available_rows for one in all_of_it),
            hash=hashlib.sha256(" ".join(one.hash for one in all_of_it).encode()).hexdigest(),
            note="; ".join(filter(None, [own.note, note])),
        )

    def handed_on(self, cell: Cell) -> dict[str, Tensor]:
        """The tensors that a finished cell left, for one that starts from them. Raises UserError where it left none."""
        from safetensors.torch import load_file

        run = self.seat(cell).run
        path, record = self.store.tensors(run), self.store.find(run)
        if record is None or record.status != "done" or not path.is_file():
            state = record.status if record is not None and record.status != "done" else "not trained here"
            raise UserError(f"after: {cell.title} (run {run}) is {state}; petlab run and petlab bench train it first")
        return load_file(path)

    def _once(self, name: str, ask: Callable[[], T]) -> T:
        """The answer for a name, asked for once a process: hundreds of cells share a data set, or its absence."""
        if name not in self._found:
            try:
                self._found[name] = ask()
            except UserError as problem:
                self._found[name] = problem
        if isinstance(found := self._found[name], UserError):
            raise UserError(str(found))
        return cast(T, found)

    def splits(self, cell: Cell) -> Splits:
        """The rows of a cell, read once a process. Data sets of earlier cells are let go when another one comes."""
        key = self.fingerprints.key(cell)
        if key not in self._splits:
            if len(self._splits) >= 4:
                self._splits.clear()
                self._rows.clear()
            self._splits[key] = load_splits(
                cell.dataset,
                scale_rows=cell.scale.rows,
                seed=cell.data_seed,
                root=cell.data_root,
                max_validation=cell.limits.validation,
                max_test=cell.limits.test,
            )
        return self._splits[key]

    def base(self, spec: ModelSpec, device: str, precision: str = "fp32") -> Base:
        """The base, loaded once a process; another base replaces it. It computes as is quickest in a precision."""
        # Imported here: transformers' model code takes two seconds that a plan need not spend.
        from petlab.models.attention import attend, quickest
        from petlab.models.layers import fuse

        key = f"{spec} on {device}"
        if key not in self._bases:
            self._bases.clear()
            self.reporter.status(f"{self.prefix}loading {spec.name}")
            # An encoder's head is drawn anew for each cell (`petlab.heads`); how wide it is here does not matter.
            base = load_base(spec, labels=2 if spec.family == "encoder" else None)
            base.model.to(device)
            fuse(base.model)
            self._bases[key] = base
        base = self._bases[key]
        attend(base.model, quickest(base.model, device, precision))
        return base

    def let_go_of_bases(self) -> None:
        """Load them again for the next cell."""
        self._bases.clear()

    def rows(self, cell: Cell, base: Base, attachment: Attachment) -> Rows:
        """The cell's rows as token ids, cut to what the model can hold beside what the method puts before them."""
        if cell.companions:
            cells = (dataclasses.replace(cell, companions=()), *cell.companions)
            parts = [self.rows(one, base, attachment) for one in cells]
            train = [row for part in parts for row in part.train]
            return Rows(train, [row for part in parts for row in part.validation], parts[0].test)
        splits, family = self.splits(cell), cell.model.family
        most = positions(base.model)
        room = None if most is None else most - attachment.extra_positions
        if (way := cell.prompting) is not None:
            questions = ask(
                cell.dataset, splits.test, splits.train, base.tokenizer, way.prompt,
                family=family, room=room, shots=way.shots, seed=cell.seed,
            )  # fmt: skip
            return Rows([], [], questions)
        limits = longest(cell.dataset, family, room)
        key = f"{self.fingerprints.key(cell)} {cell.model} {limits}"
        if key not in self._rows:
            segments = getattr(base.model.config, "type_vocab_size", 0) > 1
            self._rows[key] = Rows(
                *(
                    tokenise(cell.dataset, part, base.tokenizer, family=family, limits=limits, segments=segments)
                    for part in (splits.train, splits.validation, splits.test)
                )
            )
        return self._rows[key]

    def alone(self) -> bool:
        """True while this process has trained no other cell, so that its peak memory is this cell's."""
        return self.trained_here == 0

    def timing(self) -> Literal["exclusive", "shared"]:
        """What the seconds of the cell that just ran are worth."""
        return "shared" if self.in_company is not None and self.in_company() else "exclusive"

    def watch(self, cell: Cell, seat: Seat) -> Callable[[Evaluation], None]:
        """What happens after each evaluation: progress, history, tracker."""
        self._tracker = open_tracker(cell.tracker, seat.run, cell.title, seat.config, self.store.results, self.reporter)
        self._history = []
        best = float("inf")

        def seen(now: Evaluation) -> None:
            nonlocal best
            self._history.append(dataclasses.asdict(now))
            if self._tracker:
                self._tracker.log(dataclasses.asdict(now))
            if now.step:
                best = min(best, now.loss)
            epochs = f"epoch {now.epoch:g}/{cell.scale.epochs}"
            shown = f"validation loss {now.loss:.4f}" + (f", best {best:.4f}" if now.step else " before training")
            self.reporter.status(f"{self.prefix}{cell.title} · {epochs} · {shown}")

        return seen

    def testing(self, cell: Cell) -> Callable[[int, int], None]:
        """Progress while the test rows are decoded."""
        return lambda done, of: self.reporter.status(f"{self.prefix}{cell.title} · testing {done}/{of}")

    def keep(
        self,
        run: str,
        attachment: Attachment,
        ids: Sequence[str],
        outputs: Sequence[str],
        scores: dict[str, list[float]],
    ) -> None:
        """Write what the run leaves beside its record: the tensors a task must keep, outputs and scores by row."""
        from safetensors.torch import save

        folder = self.store.folder(run)
        state = {name: tensor.detach().cpu().contiguous() for name, tensor in attachment.export_state().items()}
        write_atomic(folder / TENSORS, save(state))
        per_row = [
            {"id": name, "output": output, **{score: round(values[row], 6) for score, values in scores.items()}}
            for row, (name, output) in enumerate(zip(ids, outputs, strict=True))
        ]
        self.store.write_rows(run, OUTPUTS, per_row)

    def resumable(self, run: str) -> Checkpoint | None:
        """The training state that a killed process left, or None."""
        try:
            return from_bytes(self._checkpoint(run).read_bytes())
        except OSError:
            return None

    def saver(self, run: str) -> Callable[[Checkpoint], None]:
        """Writes a fit's training state into its run folder."""
        return lambda state: write_atomic(self._checkpoint(run), state.to_bytes())

    def _checkpoint(self, run: str) -> Path:
        return self.store.folder(run) / "training.safetensors"

    def keep_error(self, run: str, trace: str) -> None:
        """The traceback of a failed cell, for whoever mends it."""
        write_atomic(self.store.folder(run) / "error.txt", trace)

    def finish(self, seat: Seat, record: records.Record) -> None:
        """Write configuration and history, then the record, last: from now on the run counts."""
        if self.may_record is not None and not self.may_record():
            raise UserError("another sweep took this cell over after this one gave no sign of life; its result stands")
        write_atomic(self.store.folder(seat.run) / "config.json", json.dumps(seat.config, indent=1) + "\n")
        self.store.write_rows(seat.run, "history.jsonl", self._history)
        self.store.save(record)
        self._checkpoint(seat.run).unlink(missing_ok=True)
        self.trained_here += 1
        if self._tracker:
            self._tracker.finish(record)
            self._tracker = None
