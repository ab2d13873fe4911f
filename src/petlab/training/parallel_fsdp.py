"""A model that no accelerator holds together with its gradients and moments: sharded by torch's FSDP (`fully_shard`).

Every block is a unit of its own, so that whole weights are there for one block at a time. Parameters of the model are
replaced while it is sharded; in the end the model is whole again and the old parameter objects point to its tensors,
so that the attachment can give away what was trained. The base does not become what it was: the workshop lets it go.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from petlab.errors import UserError
from petlab.training.parallel import Together, size

if TYPE_CHECKING:
    from petlab.training.families import Family
    from petlab.training.loop import Trainee


@dataclass
class Shards:
    """The trained tensors while they are sharded; what the loop sees of them."""

    trainable: dict[str, nn.Parameter]

    def training_state(self) -> dict[str, Tensor]:
        return {name: parameter.detach().clone() for name, parameter in self.trainable.items()}

    @torch.no_grad()
    def load_training_state(self, state: Mapping[str, Tensor]) -> None:
        for name, parameter in self.trainable.items():
            parameter.copy_(_like(parameter, state[name]))


class Sharded(Together):
    """Every process keeps a part of each weight, its gradient and its moments."""

    def __init__(self, model: Any, family: Family, trainee: Trainee) -> None:
        super().__init__(model, family, trainee)
        originals = dict(model.named_parameters())
        names = {id(parameter): name for name, parameter in originals.items()}
        if any(id(parameter) not in names for parameter in trainee.trainable.values()):
            raise UserError(
                "train.strategy=fsdp shards the weights of the base and is for methods that train them (full, ft_top2, "
                "head); this one trains tensors beside a frozen base: take train.strategy=ddp"
            )
        mesh = init_device_mesh(self.device.type, (self.size,))
        for block in _blocks(model):
            fully_shard(block, mesh=mesh)
        fully_shard(model, mesh=mesh)
        sharded = dict(model.named_parameters())
        unsharded = [name for name, parameter in sharded.items() if not isinstance(parameter, DTensor)]
        assert isinstance(model, FSDPModule) and not unsharded, f"FSDP left whole: {unsharded[:3]}"
        assert mesh.size() == size() > 1, f"FSDP over {mesh.size()} processes, {size()} were started"
        self.ran = self.told("fsdp")
        self.originals = originals
        self.attached = trainee.trainable
        self.trainee = Shards({name: sharded[names[id(p)]] for name, p in trainee.trainable.items()})
        for parameter in originals.values():
            parameter.data = torch.empty(0, dtype=parameter.dtype, device=parameter.device)

    def no_gradients(self) -> contextlib.AbstractContextManager[Any]:
        return torch.no_grad()  # weights gathered in inference mode could not be trained afterwards

    def whole(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {name: _whole(tensor) for name, tensor in tensors.items()}

    def own(self, tensors: Mapping[str, Tensor], parameters: Sequence[Tensor]) -> dict[str, Tensor]:
        found = {}
        for name, tensor in tensors.items():
            parameter = parameters[int(name.partition(".")[0])]
            found[name] = _like(parameter, tensor) if tensor.shape == parameter.shape else tensor
        return found

    def close(self, best: dict[str, Tensor] | None) -> dict[str, Tensor] | None:
        if best is not None:
            self.trainee.load_training_state(best)
        for module in self.model.modules():
            if isinstance(module, FSDPModule):
                module.set_reshard_after_forward(False, recurse=False)
                module.unshard()
        whole = dict(self.model.named_parameters())
        for name, parameter in self.originals.items():
            parameter.data = whole[name].data
        return None if best is None else {name: parameter.data for name, parameter in self.attached.items()}


def _blocks(module: nn.Module) -> Iterator[nn.Module]:
    """The members of the outermost module lists: a transformer's blocks."""
    for child in module.children():
        if isinstance(child, nn.ModuleList):
            yield from child
        else:
            yield from _blocks(child)


def _whole(tensor: Tensor) -> Tensor:
    if not isinstance(tensor, DTensor):
        return tensor
    whole: Tensor = tensor.full_tensor()
    return whole


def _like(parameter: Tensor, tensor: Tensor) -> Tensor:
    """A tensor sharded as a parameter is."""
    if isinstance(tensor, DTensor) or not isinstance(parameter, DTensor):
        return tensor
    whole = tensor.to(parameter.device)
    # Every process has the whole tensor and takes its part: no exchange.
    return distribute_tensor(whole, parameter.device_mesh, parameter.placements, src_data_rank=None)
