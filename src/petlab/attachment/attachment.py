"""What a method has put into a model: its tensors, how they are kept, and the way back to the untouched base."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from petlab.anatomy import Layers, Sites, WeightSite
from petlab.attachment.edits import Edit, around_site, merge_into
from petlab.attachment.kept import Counts, Fold, Kept, Place
from petlab.attachment.rewire import Around, weave, woven
from petlab.errors import UserError


class Attachment:
    """The tensors of one method in one model.

    A method builds it with `new`, `unfreeze`, `edit` and `weave`, which only take notes, and ends with `install`,
    which does it all: a method that raises half-way leaves the model untouched. `install` freezes the whole base,
    then enables the declared tensors and the task head. Trained tensors are fp32. Use it as a context manager, or
    call `detach`, to get the base back bit for bit.
    """

    def __init__(self, model: nn.Module, sites: Sites) -> None:
        self.model = model
        self.sites = sites
        self.trainable: dict[str, nn.Parameter] = {}
        """Every trained tensor by name, shared ones once, task head included."""
        self.extra_positions = 0
        """Positions that the method puts before the text in the longest stack (soft prompts)."""
        self.reads_labels = False
        """The method asks a causal model's `labels` where the completion begins; training has to pass them."""
        self.state = "building"
        self._originals: dict[str, Tensor] = {}
        self._required_grad: dict[nn.Parameter, bool] = {}
        self._names = {id(parameter): name for name, parameter in model.named_parameters()}
        self._edits: dict[nn.Module, list[tuple[WeightSite, Edit]]] = {}
        self._arounds: list[tuple[nn.Module, Around]] = []
        self._edit_arounds: list[tuple[nn.Module, Around]] = []
        self._places: list[Place] = []
        self._folds: list[Fold] = []
        self._claims: set[str] = set()
        self._removers: list[Callable[[], None]] = []
        self._before_merge: dict[nn.Module, Kept] = {}

    # Building: what a method calls.

    def new(self, name: str, start: Tensor) -> nn.Parameter:
        """A new trained tensor with the given start values."""
        if name in self.trainable:
            raise UserError(f"method: two of the combined methods train a tensor called {name}; take one of them")
        self.trainable[name] = nn.Parameter(start.to(torch.float32))
        return self.trainable[name]

    def unfreeze(self, parameter: nn.Parameter) -> None:
        """Train a tensor of the base itself. Asking twice for a shared tensor counts it once."""
        self.trainable[self._names[id(parameter)]] = parameter

    def unfreeze_norms(self, stacks: Iterable[str] | None, layers: Layers, layer_seed: int) -> None:
        """Train weight and bias of every norm inside the selected blocks."""
        for site in self.sites.select(["norm"], stacks, None, layers, layer_seed):
            if site.block is not None:
                for parameter in site.module.parameters():
                    self.unfreeze(parameter)

    def edit(self, site: WeightSite, edit: Edit) -> None:
        """Change what a weight site computes."""
        self._edits.setdefault(site.module, []).append((site, edit))
        self._edit_arounds.append((site.module, around_site(site, edit)))

    def weave(self, module: nn.Module, around: Around) -> None:
        """Let `around(inner, *args, **kwargs)` stand in for a module's forward. Such a change cannot be merged."""
        self._arounds.append((module, around))

    def place(self, place: Place) -> None:
        """Do something else to the model on `install`; `place` returns what takes it back. It cannot be merged."""
        self._places.append(place)

    def claim(self, what: str) -> None:
        """Reserve something that only one method of a combination can change. Raises UserError for the second."""
        if what in self._claims:
            raise UserError(f"method: two of the combined methods want to change {what}; take one of them")
        self._claims.add(what)

    def fold(self, fold: Fold) -> None:
        """Keep something else for a task than the trained tensors themselves."""
        self._folds.append(fold)

    def install(self) -> Attachment:
        """Freeze the base, enable the declared tensors and the task head, and weave the changes in."""
        for parameter in self.sites.task_head.values():
            self.unfreeze(parameter)
        for parameter in self.model.parameters():
            self._required_grad[parameter] = parameter.requires_grad
            parameter.requires_grad_(False)
        in_base = {id(parameter) for parameter in self._required_grad}
        for name, parameter in self.trainable.items():
            if id(parameter) in in_base:
                self._originals[name] = _off_accelerator(parameter)
                parameter.data = parameter.data.to(torch.float32)
            parameter.requires_grad_(True)
        self._weave_all()
        self.state = "attached"
        return self

    def _weave_all(self) -> None:
        self._removers = [weave(module, around) for module, around in (*self._edit_arounds, *self._arounds)]
        self._removers += [place() for place in self._places]

    @property
    def edits(self) -> list[tuple[WeightSite, Edit]]:
        """Every change of what a weight site computes; of one module in the order in which they were made."""
        return [entry for entries in self._edits.values() for entry in entries]

    @property
    def weights_only(self) -> bool:
        """Whether edits and trained tensors of the base are all there is: a change of weights, which can be merged."""
        return not self._arounds and not self._places

    # Counting and keeping.

    def counts(self) -> Counts:
        """Trained and stored parameters of the method, without the task head."""
        return Counts(self._count(self.trainable), self._count(self.export_state()))

    def _count(self, tensors: Mapping[str, Tensor]) -> int:
        # A seed that a task keeps is no parameter.
        weights = {name: tensor for name, tensor in tensors.items() if tensor.is_floating_point()}
        return sum(tensor.numel() for name, tensor in weights.items() if name not in self.sites.task_head)

    def training_state(self) -> dict[str, Tensor]:
        """Copies of every trained tensor: enough to go on training and to return to the best step."""
        self._must_be("attached")
        return {name: parameter.detach().clone() for name, parameter in self.trainable.items()}

    def load_training_state(self, state: Mapping[str, Tensor]) -> None:
        """Put copies from `training_state` back. Raises UserError where names or shapes differ."""
        self._must_be("attached")
        _copy_into(self.trainable, state)

    def export_state(self) -> dict[str, Tensor]:
        """Copies of what a task must keep, and nothing else."""
        kept = {name: tensor for name, tensor in self.training_state().items() if name not in self._folded_away()}
        for fold in self._folds:
            kept |= {name: tensor.detach().clone() for name, tensor in fold.export().items()}
        return kept

    def load_export_state(self, state: Mapping[str, Tensor]) -> None:
        """Take over what `export_state` gave; folded tensors then serve as they are and train no further.

        Raises UserError where names or shapes differ.
        """
        self._must_be("attached")
        rest = dict(state)
        for fold in self._folds:
            names = list(fold.export())
            fold.load({name: rest.pop(name) for name in names if name in rest})
        folded = self._folded_away()
        _copy_into({name: tensor for name, tensor in self.trainable.items() if name not in folded}, rest)

    def start_from(self, state: Mapping[str, Tensor]) -> None:
        """Begin where another task ended: with what `export_state` gave there.

        The task head goes over as a whole, or stays as it was drawn where the other task's has another shape.
        Raises UserError where names or shapes differ, and for tensors that a task keeps folded.
        """
        if self._folded_away():
            raise UserError("after: this method keeps no tensors to train on from; a prefix: method.hidden=null does")
        head = {name: value.detach() for name, value in self.sites.task_head.items()}
        other = any(name in state and state[name].shape != value.shape for name, value in head.items())
        self.load_export_state({**state, **head} if other else state)

    def _folded_away(self) -> set[str]:
        return {name for fold in self._folds for name in fold.trained}

    def save(self, path: Path) -> None:
        """Write `export_state` as a safetensors file, on the CPU, under a temporary name first."""
        tensors = {name: tensor.to("cpu").contiguous() for name, tensor in self.export_state().items()}
        scratch = path.with_name(path.name + ".part")
        save_file(tensors, scratch)
        scratch.replace(path)

    def load(self, path: Path) -> None:
        """Read a file written by `save`. Raises UserError where the file is missing or does not fit."""
        if not path.is_file():
            raise UserError(f"{path}: no such file of trained tensors")
        self.load_export_state(load_file(path))

    # Merging and leaving.

    def merge(self) -> None:
        """Fold every edit into the weights, so that inference costs what the base costs.

        Raises UserError for a method that is more than a change of weights, such as a prompt.
        """
        self._must_be("attached")
        if not self.weights_only:
            raise UserError("merge: this method is more than a change of weight matrices and cannot be merged")
        own = {id(around) for _, around in self._edit_arounds}
        for module in self._edits:
            inner = woven(module)
            if any(id(around) not in own for around in inner[: len(self._edits[module])]):
                raise UserError("merge: another attachment lies nearer to the weights, merge that one first")
        for remove in self._removers:
            remove()
        for module, edits in self._edits.items():
            self._merge_module(module, edits)
        self.state = "merged"

    @torch.no_grad()
    def _merge_module(self, module: Any, edits: list[tuple[WeightSite, Edit]]) -> None:
        kept = Kept(module.weight.data, module.bias, None if module.bias is None else module.bias.data)
        transposed = edits[0][0].transposed
        weight = (kept.weight.T if transposed else kept.weight).to(torch.float32)
        bias = None if kept.bias_values is None else kept.bias_values.to(torch.float32)
        for site, edit in edits:
            weight, bias = merge_into(site, edit, weight, bias)
        module.weight.data = (weight.T if transposed else weight).contiguous().to(kept.weight.dtype)
        if bias is not None:
            values = bias.to(kept.weight.dtype)
            if kept.bias is None:
                module.bias = nn.Parameter(values, requires_grad=False)
            else:
                kept.bias.data = values
        self._before_merge[module] = kept

    def unmerge(self) -> None:
        """Put the kept weights back, bit for bit, and compute the edits beside them again."""
        self._must_be("merged")
        for module, kept in self._before_merge.items():
            owner: Any = module
            owner.weight.data = kept.weight
            owner.bias = kept.bias
            if kept.bias is not None and kept.bias_values is not None:
                kept.bias.data = kept.bias_values
        self._before_merge.clear()
        self._weave_all()
        self.state = "attached"

    @contextmanager
    def merged(self) -> Iterator[None]:
        """Merged inside the `with`, beside the weights again after it."""
        self.merge()
        try:
            yield
        finally:
            self.unmerge()

    def detach(self) -> None:
        """Leave the model: forwards, values and gradient flags as they were before the attachment. Twice is once."""
        if self.state == "detached":
            return
        if self.state == "merged":
            self.unmerge()
        for remove in self._removers:
            remove()
        for name, original in self._originals.items():
            parameter = self.trainable[name]
            parameter.data = original.to(parameter.device)
        for parameter, required in self._required_grad.items():
            parameter.requires_grad_(required)
            parameter.grad = None
        self._originals.clear()
        self._required_grad.clear()
        self.state = "detached"

    def __enter__(self) -> Attachment:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.detach()

    def _must_be(self, state: str) -> None:
        if self.state != state:
            raise RuntimeError(f"the attachment is {self.state}, this needs it {state}")


def _off_accelerator(parameter: nn.Parameter) -> Tensor:
    """A copy of a base tensor; accelerators hold weights and optimiser only, copies wait in main memory."""
    copy = parameter.detach().clone()
    return copy if copy.device.type == "meta" else copy.to("cpu")


@torch.no_grad()
def _copy_into(targets: Mapping[str, nn.Parameter], state: Mapping[str, Tensor]) -> None:
    if missing := sorted(set(targets) ^ set(state)):
        raise UserError(f"trained tensors: names differ from those of this method and model, first: {missing[0]}")
    for name, target in targets.items():
        if target.shape != state[name].shape:
            raise UserError(f"trained tensors: {name} is {tuple(state[name].shape)}, expected {tuple(target.shape)}")
        target.copy_(state[name])
