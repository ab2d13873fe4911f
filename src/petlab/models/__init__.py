"""Base models: from the repository itself, from the hub or its cache, from a folder, or with random weights.

>>> base = load_base(ModelSpec("nano_t5", "seq2seq", "petlab:nano_t5"))
>>> base.model, base.tokenizer, base.info.weights_sha256
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor, nn

from petlab.errors import UserError
from petlab.models import widths
from petlab.models.places import EMBEDDED, EMBEDDED_TOKENIZER, is_local, tokenizer_folder, weights_folder
from petlab.models.spec import Family, ModelSpec

__all__ = [
    "Base",
    "BaseInfo",
    "Family",
    "ModelSpec",
    "build",
    "embedding_parameters",
    "is_local",
    "load_base",
    "tokenizer_folder",
    "weights_folder",
    "weights_sha256",
    "widths",
]


@dataclass(frozen=True)
class BaseInfo:
    """What a record says about a base."""

    name: str
    family: str
    path: str
    revision: str | None
    """Commit of the hub, None for shipped and random weights and for folders."""
    random_weights: bool
    dtype: str
    weights_sha256: str
    parameters: int
    """Every parameter, tied ones once, a new classification head included."""
    embeddings: int
    """Parameters of the input embedding and, where it is a tensor of its own, the output embedding."""
    tokenizer: str
    """Where the tokenizer comes from."""


@dataclass(frozen=True)
class Base:
    """A loaded model with its tokenizer. The model stays on the CPU until the caller moves it."""

    model: Any
    tokenizer: Any
    info: BaseInfo

    def fingerprint(self) -> str:
        """SHA-256 of the weights now: equal to `info.weights_sha256` as long as nothing has changed the base."""
        return weights_sha256(self.model)


def load_base(spec: ModelSpec, *, labels: int | None = None) -> Base:
    """Load or build a base; `labels` is the width of a classification head (1 for regression).

    Raises UserError where weights or hub are missing, and for an encoder without `labels`.
    """
    auto = _auto_class(spec, labels)
    heads = {} if labels is None else {"num_labels": labels}
    with _seeded(spec.init_seed):
        if spec.random_weights:
            folder, revision = tokenizer_folder(spec), None
            tokenizer = _tokenizer(folder)
            model = _random(spec, auto, heads, tokenizer)
        else:
            folder, revision = weights_folder(spec)
            tokenizer = _tokenizer(folder)
            model = _from_folder(spec, auto, folder, heads)
    model.eval()
    info = BaseInfo(
        name=spec.name,
        family=spec.family,
        path=spec.path,
        revision=revision,
        random_weights=spec.random_weights,
        dtype=spec.dtype,
        weights_sha256=weights_sha256(model),
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        embeddings=embedding_parameters(model),
        tokenizer=spec.path if folder.name != EMBEDDED_TOKENIZER else EMBEDDED + EMBEDDED_TOKENIZER,
    )
    return Base(model, tokenizer, info)


def weights_sha256(model: nn.Module) -> str:
    """SHA-256 over the state dict in name order: name, type, shape, bytes of each tensor."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(_bytes(tensor))
    return digest.hexdigest()


def embedding_parameters(model: Any) -> int:
    """Parameters of input and output embedding, a shared tensor once."""
    tables = (model.get_input_embeddings(), model.get_output_embeddings())
    weights = {id(table.weight): table.weight.numel() for table in tables if table is not None}
    return sum(weights.values())


def build(architecture: Mapping[str, Any], family: Family, labels: int | None = None) -> Any:
    """A model with random weights from `model_type` and config values, on torch's current device and generator.

    T5 v1.1 and FLAN (`tie_word_embeddings: false`) get an output projection of their own, as their checkpoints have;
    it starts normal with standard deviation 1/√d (t5x, logits_dense).
    """
    values = dict(architecture)
    model_type = str(values.pop("model_type"))
    heads = {} if labels is None else {"num_labels": labels}
    config = transformers.AutoConfig.for_model(model_type, **values, **heads)
    spec = ModelSpec(model_type, family, "", architecture=architecture)
    model = _auto_class(spec, labels).from_config(config, dtype=torch.float32)
    if values.get("tie_word_embeddings") is False and model.get_output_embeddings() is not None:
        width = model.get_output_embeddings().weight.shape
        model.get_output_embeddings().weight = nn.Parameter(torch.randn(width) * width[1] ** -0.5)
    return model


def _auto_class(spec: ModelSpec, labels: int | None) -> Any:
    if labels is not None and spec.family != "seq2seq":
        return transformers.AutoModelForSequenceClassification
    if spec.family == "encoder":
        raise UserError(f"model {spec.name}: an encoder needs a data set with labels or scores; this one asks for text")
    return {
        "seq2seq": transformers.AutoModelForSeq2SeqLM,
        "causal": transformers.AutoModelForCausalLM,
    }[spec.family]


def _random(spec: ModelSpec, auto: Any, heads: dict[str, int], tokenizer: Any) -> Any:
    if is_local(spec):
        config = transformers.AutoConfig.from_pretrained(tokenizer_folder(spec), **heads)
        if spec.width is not None:
            config.update(widths.sizes(config.to_dict(), spec.width))
        model = auto.from_config(config, dtype=torch.float32)
    elif spec.architecture:
        # Embeddings and positions are built around the padding token, so it has to be known before.
        special = {"bos_token_id": None, **_special_ids(tokenizer)}
        model = build({**spec.architecture, **special}, spec.family, heads.get("num_labels"))
    else:
        raise UserError(f"model {spec.name}: random_weights needs model.architecture, which its YAML does not give")
    _agree_on_special_ids(model, tokenizer)
    return model.to(getattr(torch, spec.dtype))


def _special_ids(tokenizer: Any) -> dict[str, int]:
    kinds = ("pad_token_id", "eos_token_id", "bos_token_id")
    return {kind: given for kind in kinds if (given := getattr(tokenizer, kind, None)) is not None}


def _from_folder(spec: ModelSpec, auto: Any, folder: Path, heads: dict[str, int]) -> Any:
    try:
        with _quiet():
            return auto.from_pretrained(
                folder, dtype=getattr(torch, spec.dtype), local_files_only=True, use_safetensors=True, **heads
            )
    except (OSError, ValueError) as error:
        raise UserError(f"model {spec.name}: {folder} cannot be loaded: {str(error).splitlines()[0]}") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bar, and no warning that T5 v1.1 and FLAN load untied or that a head is new: both are wanted."""
    logging = transformers.utils.logging
    verbosity, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bar:
            logging.enable_progress_bar()


def _tokenizer(folder: Path) -> Any:
    try:
        return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise UserError(f"model: no tokenizer in {folder}: {str(error).splitlines()[0]}") from None


def _agree_on_special_ids(model: Any, tokenizer: Any) -> None:
    """A random model has no opinion on special tokens; a borrowed tokenizer has."""
    configs = [model.config, *([model.generation_config] if getattr(model, "generation_config", None) else [])]
    for kind, given in _special_ids(tokenizer).items():
        for config in configs:
            setattr(config, kind, given)
    if model.config.is_encoder_decoder:
        for config in configs:
            config.decoder_start_token_id = model.config.pad_token_id


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Draw from `seed` inside, and leave torch's global generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _bytes(tensor: Tensor) -> Any:
    """The tensor's bytes as a buffer, without a copy where it lies on the CPU already."""
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
