"""The words of a cell, and of the cells that it needs: those it comes `after`, and those it is trained `together` with.

`after=[A,B] dataset=C` is C, trained from the tensors that `after=[A] dataset=B` left, which began with those of
`dataset=A`. `together=[A,B] dataset=C` trains on the rows of all three at once. What the words say of model, method,
scale, seed and the rest holds for every one of these cells; `dataset.…` is said of the cell's own data set alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from petlab.errors import UserError

KEYS = ("after", "together")
Source = dict[str, Any]
"""A cell as plain containers, as it is handed to another process: its composed `config` and the `choices` of its
groups; beside them the source of its `parent` and of its `companions`, where it has them."""


@dataclass(frozen=True)
class Asked:
    """A cell to compose.

    Attributes:
        words: its Hydra overrides.
        kin: the cell right before it, or its companions in their order; None: made of the same words.
    """

    words: tuple[str, ...]
    kin: tuple[Asked, ...] | None = None


def source(compose: Callable[[Sequence[str]], tuple[dict[str, Any], dict[str, str]]], asked: Asked) -> Source:
    """Compose a cell and those that it needs.

    Raises:
        UserError: an override that cannot be composed; `after` or `together` that are no lists of data sets, or both.
    """
    plain, choices = compose(asked.words)
    after, together = (_names(plain, key) for key in KEYS)
    if after and together:
        raise UserError(f"after=[{after[0]},…] and together=[{together[0]},…]: a cell takes one of them")
    kin = asked.kin
    if kin is None:
        kin = tuple(Asked(_same_but(asked.words, name, after[:-1])) for name in (after[-1:] or together))
    found: Source = {"config": plain, "choices": choices}
    if after:
        found["parent"] = source(compose, kin[0])
    if together:
        found["companions"] = [source(compose, one) for one in kin]
    return found


def _names(config: dict[str, Any], key: str) -> list[str]:
    """The data sets of a key, each named once."""
    given = config[key]
    if not isinstance(given, list) or not all(isinstance(name, str) and name for name in given):
        raise UserError(
            f"{key}={given}: a list of data sets is needed, such as [embedded/topics,embedded/acceptability]"
        )
    own = config["dataset"]["name"] if key == "together" else None
    for name in given:
        if given.count(name) > 1 or name == own:
            raise UserError(f"{key}: {name} is named twice; each data set is trained on once")
    return given


def of_the_same_words(asked: Asked) -> bool:
    """Whether a cell's own words give the cells that it needs, too."""
    for one in asked.kin or ():
        if set(_same_but(one.words, "", ())) != set(_same_but(asked.words, "", ())) or not of_the_same_words(one):
            return False
        if any(word.startswith("dataset.") for word in one.words):
            return False
    return True


def _same_but(words: Sequence[str], dataset: str, after: Sequence[str]) -> tuple[str, ...]:
    """The words of a cell, said of another data set."""
    other = ("dataset", *KEYS)
    kept = [
        word for word in words if (key := word.partition("=")[0].lstrip("+~")) not in other and key[:8] != "dataset."
    ]
    return (*kept, f"dataset={dataset}", *([f"after=[{','.join(after)}]"] if after else []))
