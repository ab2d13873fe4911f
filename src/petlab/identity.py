"""What a cell is, for its run id: everything that can change the result, and nothing else.

Not in it: hardware, threads, paths, trackers, where the data was found. Code is in it by the version numbers of method,
loop, metric and data set, which are raised when their results change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from petlab.attachment import Method, Technique
from petlab.cell import Cell, plain
from petlab.data.spec import DatasetSpec
from petlab.methods.combo import Combo
from petlab.metrics import asked

# The keys of each group that can change a result. The others say where things lie or what they are called; a key that a
# later version adds stays out until it is named here, so that older runs keep their ids.
_MATTERS = {
    "model": ("name", "revision", "random_weights", "init_seed", "dtype"),
    "dataset": (
        "name",
        "task",
        "source",
        "labels",
        "metric",
        "max_source_tokens",
        "max_target_tokens",
        "generation",
        "protocol",
        "part",
    ),
    "scale": ("name", "rows", "epochs", "evaluations_per_epoch"),
    "train": (
        "warmup",
        "batch_size",
        "accumulation",
        "weight_decay",
        "betas",
        "epsilon",
        "clip",
        "label_smoothing",
        "patience",
        "min_delta",
        "precision",
        "evaluation_batch",
    ),
}


_OF_KIN = ("method", "rate", "scale", "train", "limits")  # what cells that need each other may have of their own


def configuration(cell: Cell, precision: str) -> dict[str, Any]:
    """The resolved configuration as the record keeps it."""
    method = {"name": cell.method_name, **plain(cell.method), "learning_rate": plain(cell.rate)}
    other = {"after": cell.earlier, "together": cell.companions}  # not there where it is empty, as in older records
    kin = (*cell.earlier, *cell.companions)
    differ = [part for part in _OF_KIN if any(getattr(one, part) != getattr(cell, part) for one in kin)]
    return {
        "model": plain(cell.model),
        "method": method,
        "dataset": plain(cell.dataset),
        "scale": plain(cell.scale),
        "train": {**plain(cell.train), "precision": precision},
        "seed": cell.seed,
        "data_seed": cell.data_seed,
        "limits": plain(cell.limits),
        **{key: [one.dataset.name for one in cells] for key, cells in other.items() if cells},
        **({"kin_differ": differ} if differ else {}),
    }


def identity(
    cell: Cell, precision: str, data_hash: str, weights: str, kin: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """The dictionary whose hash is the run id.

    Args:
        cell: the cell.
        precision: resolved, "fp32" or "bf16".
        data_hash: content fingerprint of the rows used.
        weights: what the base's weights are: a hash of them, a hub commit, or the seed of random ones.
        kin: run ids of the cell that this one starts from, and of those whose rows it shares, as each would be alone.
    """
    from petlab.training import families, loop

    whole = configuration(cell, precision)
    config = whole | {group: {key: whole[group][key] for key in keys} for group, keys in _MATTERS.items()}
    rate = {key: value for key, value in plain(cell.rate).items() if key != "trials"}
    config.pop("kin_differ", None)  # the ids of those cells say it
    config["method"] = {"name": cell.method_name, **_fields(cell.method), "learning_rate": rate}
    if cell.train.select != "loss":
        config["train"]["select"] = cell.train.select
    versions: dict[str, Any] = {
        "method": cell.method.version,
        "loop": loop.VERSION,
        "metric": asked.version(cell.dataset, cell.dataset.metric),
        "dataset": cell.dataset.version,
    }
    if cell.dataset.metrics:
        versions["metrics"] = {name: asked.version(cell.dataset, name) for name in cell.dataset.metrics}
    family = cell.model.family
    if family != "seq2seq":
        config["model"]["family"] = family
        config["dataset"] |= {key: whole["dataset"][key] for key in ("layouts", "scores")}
        config["dataset"] |= _texts(cell.dataset, family)
        versions["family"] = families.VERSIONS[family]
    return {**config, "versions": versions, "data": data_hash, "weights": weights, **(kin or {})}


def _fields(method: Method | Technique) -> dict[str, Any]:
    """A method's fields without those of `later` that say how it always was; of a combination, those of each part."""
    fields: dict[str, Any] = plain(method)
    if isinstance(method, Combo):
        fields["parts"] = [_fields(part) for part in method.parts]
    later = getattr(method, "later", {})
    return {key: value for key, value in fields.items() if key not in later or value != later[key]}


def _texts(dataset: DatasetSpec, family: str) -> dict[str, Any]:
    """The templates that a family reads beside the text-to-text one."""
    return {"encoder": plain(dataset.encoder)} if family == "encoder" else {"causal": plain(dataset.causal.chosen)}
