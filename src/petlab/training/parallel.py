"""Several processes at one cell, one an accelerator, started by torchrun or SLURM: torch's DDP and FSDP.

The rows of every micro-batch and of every batch of validation are dealt out to the processes, and losses and gradients
are summed over them, so that an optimiser step sees the rows that it sees in one process. The losses are then those of
one process up to rounding, except for dropout, whose draws differ as they do between devices.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, distributed, nn

from petlab.errors import UserError
from petlab.record import Parallel

if TYPE_CHECKING:
    from petlab.training.families import Family
    from petlab.training.loop import Trainee

T = TypeVar("T")

_in_step = True
WAIT = datetime.timedelta(days=7)  # for the others: who is lost is noticed by torchrun, which ends them all


def size() -> int:
    """How many processes were started together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """The number of this process among them; 0 leads."""
    return int(os.environ.get("RANK", "0"))


def check(strategy: str) -> None:
    """Raise UserError where a strategy and the way the process was started do not fit."""
    if strategy != "none" and "WORLD_SIZE" not in os.environ:
        raise UserError(
            f"train.strategy={strategy} is for several processes: start them with "
            "torchrun --nproc_per_node=N -m petlab.cli …, or leave it at none"
        )
    if strategy != "none" and size() == 1:
        raise UserError(f"train.strategy={strategy}: torchrun started one process; take --nproc_per_node=2 or more")
    if strategy == "none" and size() > 1:
        raise UserError(
            f"{size()} processes were started together, and train.strategy=none would train the cell in each of them; "
            "take train.strategy=ddp or fsdp, or start petlab without torchrun"
        )


def join() -> None:
    """Meet the other processes."""
    if size() > 1 and not distributed.is_initialized():
        cuda = torch.cuda.is_available()
        distributed.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", timeout=WAIT)
        if cuda:
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))


def leave() -> None:
    """Part from the other processes."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def announce(what: Mapping[str, Any] | None) -> None:
    """The first process tells the others what comes next; None: nothing does."""
    if distributed.is_initialized():
        text = json.dumps(what).encode()
        distributed.broadcast(torch.tensor([len(text)]), 0)
        distributed.broadcast(torch.frombuffer(bytearray(text), dtype=torch.uint8), 0)


def hear() -> dict[str, Any] | None:
    """What the first process announces; waits for it."""
    length = torch.zeros(1, dtype=torch.long)
    distributed.broadcast(length, 0)
    text = torch.zeros(int(length), dtype=torch.uint8)
    distributed.broadcast(text, 0)
    found: dict[str, Any] | None = json.loads(bytes(text.tolist()))
    return found


class Alone:
    """One process: what is asked of it costs nothing and changes no bit."""

    ran: Parallel | None = None

    def __init__(self, model: Any, family: Family, trainee: Trainee) -> None:
        self.model = model
        self.family = family
        self.trainee = trainee

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """The part of `items` that is this process's to work on; may be empty where there are several."""
        return items

    def seed(self, seed: int, steps: int) -> int:
        """Seeds dropout after so many steps."""
        del steps
        return seed

    def loss_sum(self, batch: Any, label_smoothing: float) -> Tensor:
        """The training loss summed over a batch."""
        return self.family.loss_sum(self.model, batch, label_smoothing)

    def backward(self, loss: Tensor) -> None:
        """Add the gradients of a micro-batch, summed over the processes."""
        loss.backward()  # type: ignore[no-untyped-call]

    def total(self, *numbers: float) -> tuple[float, ...]:
        """Each number summed over the processes."""
        return numbers

    def agree(self, answer: bool) -> bool:
        """The first process's answer."""
        return answer

    def no_gradients(self) -> contextlib.AbstractContextManager[Any]:
        """The context of validation."""
        return torch.inference_mode()

    def whole(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Tensors as one process has them."""
        return dict(tensors)

    def own(self, tensors: Mapping[str, Tensor], parameters: Sequence[Tensor]) -> dict[str, Tensor]:
        """The optimiser's tensors (`<parameter number>.<name>`) as this process keeps them; undoes `whole`."""
        del parameters
        return dict(tensors)

    def close(self, best: dict[str, Tensor] | None) -> dict[str, Tensor] | None:
        """After the last step: the model works in one process again. Takes and gives the best tensors."""
        return best


class Taught(nn.Module):
    """Model, trained tensors and loss as one module, which is what DDP wraps: many methods train tensors beside it."""

    def __init__(self, model: nn.Module, family: Family, trainee: Trainee) -> None:
        super().__init__()
        self.model = model
        self.family = family
        inside = {id(parameter) for parameter in model.parameters()}
        self.beside = nn.ParameterList(p for p in trainee.trainable.values() if id(p) not in inside)

    def forward(self, batch: Any, label_smoothing: float) -> Tensor:
        return self.family.loss_sum(self.model, batch, label_smoothing)


class Together(Alone):
    """What DDP and FSDP share: dealing rows out, summing numbers."""

    def __init__(self, model: Any, family: Family, trainee: Trainee) -> None:
        super().__init__(model, family, trainee)
        self.size, self.rank = distributed.get_world_size(), distributed.get_rank()
        self.device = next(model.parameters()).device

    def share(self, items: Sequence[T]) -> Sequence[T]:
        return items[self.rank :: self.size]

    def seed(self, seed: int, steps: int) -> int:
        return (seed * 1_000_003 + steps) * 1_009 + self.rank

    def backward(self, loss: Tensor) -> None:
        (loss * self.size).backward()  # type: ignore[no-untyped-call]  # DDP and FSDP average

    def total(self, *numbers: float) -> tuple[float, ...]:
        summed = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        distributed.all_reduce(summed)
        return tuple(summed.tolist())

    def agree(self, answer: bool) -> bool:
        said = torch.tensor([answer], dtype=torch.uint8, device=self.device)
        distributed.broadcast(said, 0)
        return bool(said.item())

    def told(self, strategy: Any) -> Parallel:
        return Parallel(strategy, self.size, "nccl" if self.device.type == "cuda" else "gloo")


class DataParallel(Together):
    """Every process has the whole model; torch's DDP exchanges gradients after every micro-batch."""

    def __init__(self, model: Any, family: Family, trainee: Trainee) -> None:
        super().__init__(model, family, trainee)
        # Some methods train tensors that a step does not reach (an encoder's pooler): those keep no gradient.
        self.taught = nn.parallel.DistributedDataParallel(
            Taught(model, family, trainee), broadcast_buffers=False, find_unused_parameters=True
        )
        synced = distributed.get_world_size(self.taught.process_group)
        assert synced == size() > 1, f"DDP over {synced} processes, {size()} were started"
        self.ran = self.told("ddp")

    def loss_sum(self, batch: Any, label_smoothing: float) -> Tensor:
        loss: Tensor = self.taught(batch, label_smoothing)
        return loss


def texts(mine: Sequence[str], number: int) -> list[str]:
    """The texts of all processes, each of which had its `share` of `number`, in the order of the whole."""
    if not distributed.is_initialized():
        return list(mine)
    own = torch.frombuffer(bytearray(json.dumps(list(mine)).encode()), dtype=torch.uint8)
    lengths = [torch.zeros(1, dtype=torch.long) for _ in range(size())]
    distributed.all_gather(lengths, torch.tensor([len(own)]))
    longest = int(max(lengths))
    padded = torch.cat([own, torch.zeros(longest - len(own), dtype=torch.uint8)])
    gathered = [torch.zeros(longest, dtype=torch.uint8) for _ in range(size())]
    distributed.all_gather(gathered, padded)
    found = [""] * number
    for process, (text, length) in enumerate(zip(gathered, lengths, strict=True)):
        found[process :: size()] = json.loads(bytes(text[: int(length)].tolist()))
    return found


def dealt(items: Sequence[T]) -> Sequence[T]:
    """The part of `items` that is this process's to answer."""
    return items[rank() :: size()] if distributed.is_initialized() else items


def strategy(name: str, model: Any, family: Family, trainee: Trainee) -> Alone:
    """The way a fit runs: in this process alone, or with those that were started with it."""
    check(name)
    if name == "none":
        return Alone(model, family, trainee)
    if name == "ddp":
        return DataParallel(model, family, trainee)
    from petlab.training.parallel_fsdp import Sharded

    return Sharded(model, family, trainee)


@contextlib.contextmanager
def leading() -> Iterator[None]:
    """In the first process: meet the others, and let them go in the end, unless they wait at another place."""
    global _in_step
    join()
    _in_step = True
    yield
    if _in_step:
        announce(None)
        leave()


def out_of_step() -> None:
    """After a stop or a failure of this process alone: the others wait for an exchange that will not come."""
    global _in_step
    _in_step = False
