"""Other widths of a shipped base: what follows from the width, and where those lie that do not come with petlab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from petlab.errors import UserError
from petlab.store import user_cache

OWN = {"petlab:nano_t5": 160}  # d_model of the base itself, by the path of one that is made at other widths, too
STEP = 32
MOST = 1024
LEAST_HEADS = 4  # begin by looking at a neighbour (`petlab.pretrain.seq2seq`)


@dataclass(frozen=True)
class Size:
    """What changes with the width of a T5: d_model, heads of an attention (of 32 at every width), d_ff."""

    width: int
    heads: int
    inner: int

    def at(self, width: int) -> Size:
        """In proportion: heads to the nearest whole number, at least four, d_ff to the nearest multiple of 32."""
        times = width / self.width
        return Size(width, max(LEAST_HEADS, round(self.heads * times)), STEP * max(1, round(self.inner * times / STEP)))


def check(path: str, width: int) -> None:
    """Raise UserError for a base that is made at one width only, or a width that it cannot have."""
    if path not in OWN:
        raise UserError(f"width {width}: {path} is of one width only; {', '.join(OWN)} is made at others, too")
    if width % STEP or not STEP <= width <= MOST:
        raise UserError(f"width {width}: a multiple of {STEP} from {STEP} to {MOST:,} is needed")


def asked(path: str, width: int | None) -> int | None:
    """A width that was asked for, None where it is the base's own: both are the same model, with the same runs."""
    return None if width == OWN.get(path) else width


def called(name: str, width: int) -> str:
    """What a base is called at a width that was asked for: `nano_t5_w64`."""
    return f"{name}_w{width}"


def sizes(config: Mapping[str, Any], width: int) -> dict[str, int]:
    """The values of a T5 configuration that are others at a width."""
    size = Size(config["d_model"], config["num_heads"], config["d_ff"]).at(width)
    return {"d_model": size.width, "num_heads": size.heads, "d_ff": size.inner}


def cached(base: str, width: int) -> Path:
    """Where a base pretrained at a width is kept, there yet or not: in the user's cache, whatever the results."""
    return user_cache() / "bases" / called(base, width)


def _shown(path: Path) -> str:
    """A path as a shell takes it, without where a home is: messages get into pages that are committed."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def folder(base: str, width: int) -> Path:
    """Folder of a base that somebody pretrained at a width. Raises UserError where it has not been pretrained yet."""
    found = cached(base, width)
    if not (found / "tokenizer.json").is_file():  # written last
        raise UserError(
            f"model.width={width}: {base} of this width is not in {_shown(found)}; "
            f"make it with: petlab pretrain {base} --width {width} (or use model.random_weights=true)"
        )
    return found
