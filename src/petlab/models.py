"""Base models: from the repository itself, from the hub or its cache, from a folder, or with random weights.

>>> base = load_base(ModelSpec("nano_t5", "seq2seq", "petlab:nano_t5"))
>>> base.model, base.tokenizer, base.info.weights_sha256
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import torch
import transformers
from torch import Tensor, nn

from petlab.errors import UserError

Family = Literal["seq2seq", "causal", "encoder"]
EMBEDDED = "petlab:"
PACKAGE = "package:"
EMBEDDED_TOKENIZER = "nano_t5"
HUB_SECONDS = 5.0
_WEIGHT_FILES = ("*.safetensors",)  # no pickle is ever read
_HUB_FILES = ("*.json", "*.txt", "*.model", "*.jinja", *_WEIGHT_FILES)


@dataclass(frozen=True)
class ModelSpec:
    """Which base to load (conf/model/*.yaml)."""

    name: str
    family: Family
    path: str
    """A hub id, a folder, `petlab:NAME` for weights that the repository ships, or `package:NAME/FOLDER` for those in an
    installed Python package."""
    revision: str | None = None
    """Branch, tag or commit of the hub; None takes the default branch. The resolved commit goes into the record."""
    random_weights: bool = False
    """Weights drawn from `init_seed` instead of loaded; for a hub id this needs no hub."""
    init_seed: int = 0
    """Also draws a new classification head."""
    dtype: Literal["float32", "bfloat16"] = "float32"
    architecture: Mapping[str, Any] = field(default_factory=dict)
    """`model_type` and the config values that differ from its defaults: enough to build the model without the hub."""


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
            folder, revision = _tokenizer_folder(spec), None
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


def shipped_folder(name: str) -> Path:
    """Folder of weights that the repository ships. Raises UserError where they have not been pretrained yet."""
    folder = Path(str(resources.files("petlab"))) / "weights" / name
    if not (folder / "config.json").is_file():
        raise UserError(f"model: the weights of {name} are not in {folder}; make them with: petlab pretrain {name}")
    return folder


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
        config = transformers.AutoConfig.from_pretrained(_local_folder(spec), **heads)
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


def _tokenizer_folder(spec: ModelSpec) -> Path:
    if is_local(spec):
        return _local_folder(spec)
    return shipped_folder(EMBEDDED_TOKENIZER)


def is_local(spec: ModelSpec) -> bool:
    """Whether configuration and tokenizer lie in a folder that is there, so that no hub is asked."""
    return spec.path.startswith((EMBEDDED, PACKAGE)) or Path(spec.path).is_dir()


def _local_folder(spec: ModelSpec) -> Path:
    if spec.path.startswith(PACKAGE):
        return _package_folder(spec)
    return shipped_folder(spec.path.removeprefix(EMBEDDED)) if spec.path.startswith(EMBEDDED) else Path(spec.path)


def _package_folder(spec: ModelSpec) -> Path:
    """Where an installed package keeps a model; the package itself is not imported."""
    package, _, inner = spec.path.removeprefix(PACKAGE).partition("/")
    found = importlib.util.find_spec(package)
    for place in (found.submodule_search_locations if found else None) or ():
        if (Path(place) / inner / "config.json").is_file():
            return Path(place) / inner
    raise UserError(
        f"model {spec.name}: the Python package {package}, which brings its weights, is not installed; "
        f"pip install 'petlab[{spec.name}]'"
    )


def weights_folder(spec: ModelSpec) -> tuple[Path, str | None]:
    """Folder with config, weights and tokenizer, and the hub's commit where it comes from there.

    Raises UserError where shipped weights are missing, or a hub model is neither in the cache nor to be fetched.
    """
    if is_local(spec):
        return _local_folder(spec), None
    folder = _hub_folder(spec)
    return folder, folder.name


def _hub_folder(spec: ModelSpec) -> Path:
    """Snapshot folder of a hub model, named after its commit; the cache first, then the hub if it answers."""
    from huggingface_hub import snapshot_download  # imported late: most cells never need the hub

    def cached() -> Path | None:
        try:
            folder = Path(snapshot_download(spec.path, revision=spec.revision, local_files_only=True))
        except (OSError, ValueError):
            return None
        return folder if any(any(folder.glob(pattern)) for pattern in _WEIGHT_FILES) else None

    if (folder := cached()) is not None:
        return folder
    hint = "put the model into a folder and give model.path=FOLDER, or use model.random_weights=true or model=nano_t5"
    if not hub_answers():
        raise UserError(f"model {spec.name}: {spec.path} is not in the cache and the hub cannot be reached; {hint}")
    try:
        return Path(snapshot_download(spec.path, revision=spec.revision, allow_patterns=list(_HUB_FILES)))
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(f"model {spec.name}: {spec.path} cannot be fetched from the hub ({reason}); {hint}") from None


def hub_answers() -> bool:
    """Whether a connection to the hub (or the proxy before it) opens within `HUB_SECONDS` seconds."""
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        return False
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    address = urlsplit(os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy") or endpoint)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((address.hostname or "", port), timeout=HUB_SECONDS).close()
    except OSError:
        return False
    return True


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Draw from `seed` inside, and leave torch's global generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _bytes(tensor: Tensor) -> Any:
    """The tensor's bytes as a buffer, without a copy where it lies on the CPU already."""
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
