"""Exported folders: written whole or not at all, and read back."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from petlab.attachment import Attachment
from petlab.errors import UserError, choices
from petlab.export.finished import Finished, attached, read
from petlab.export.peft import to_peft
from petlab.measure.skeleton import skeleton
from petlab.models import Base, load_base, weights_folder
from petlab.store import TENSORS

FORMATS = ("petlab", "peft")
CONFIG = "config.json"


def export(finished: Finished, form: str, out: Path) -> Path:
    """Write a run as a folder.

    Args:
        finished: the run.
        form: `peft`: what `PeftModel.from_pretrained(base, folder)` loads; `petlab`: the trained tensors and the run's
            configuration, what `load` reads.
        out: the folder to make.

    Raises:
        UserError: an unknown format, a folder that is there already, a method that peft has not; nothing is written.
    """
    if form not in FORMATS:
        raise choices("--format", form, FORMATS)
    if out.exists():
        raise UserError(f"--out {out}: there already; give a folder that is not")
    files, tensors = _peft(finished) if form == "peft" else _petlab(finished)
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        for name, content in files.items():
            (scratch / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        for name, state in tensors.items():
            save_file({key: tensor.contiguous() for key, tensor in state.items()}, scratch / name, {"format": "pt"})
        scratch.chmod(0o755)
        for path in scratch.iterdir():
            path.chmod(0o644)
        scratch.rename(out)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return out


def load(folder: Path) -> tuple[Base, Attachment]:
    """The base of a folder in petlab's format, with the trained method attached.

    Raises UserError where a file is missing, or the base is.
    """
    path = folder / CONFIG
    if not path.is_file():
        raise UserError(f"{path}: no such file; a folder written by petlab export --format petlab is needed")
    given = json.loads(path.read_text(encoding="utf-8"))
    finished = read(given["run"], given["config"], folder / TENSORS)
    base = load_base(finished.model, labels=finished.labels)
    return base, attached(finished, base.model)


def _petlab(finished: Finished) -> tuple[dict[str, Any], dict[str, dict[str, Tensor]]]:
    return {CONFIG: {"run": finished.run, "config": finished.config}}, {TENSORS: dict(finished.state)}


def _peft(finished: Finished) -> tuple[dict[str, Any], dict[str, dict[str, Tensor]]]:
    spec = finished.model
    with attached(finished, skeleton(spec, finished.labels)) as attachment:
        config, tensors = to_peft(finished.method_name, finished.method, attachment, finished.state, spec.family)
    # A hub id where there is one; weights that the repository ships lie in a folder of the installation.
    on_hub = bool(spec.architecture) and not Path(spec.path).is_dir()
    base = spec.path if on_hub else str(weights_folder(spec)[0])
    config = {"base_model_name_or_path": base, "revision": spec.revision, **config}
    return {"adapter_config.json": config}, {"adapter_model.safetensors": tensors}
