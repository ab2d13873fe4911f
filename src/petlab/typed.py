"""Mappings to frozen dataclasses, checked: the one place where a wrong key or type of a user becomes one sentence."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from petlab.errors import UserError

T = TypeVar("T")


def build(cls: type[T], given: Mapping[str, object], where: str) -> T:
    """Make `cls` (a dataclass) out of a mapping.

    Args:
        cls: the dataclass; its annotations are the contract.
        given: keys and values as they came from YAML or the command line.
        where: the name of the group as the user writes it, for messages (`train`, `method`).

    Raises:
        UserError: an unknown or missing key, or a value of the wrong type, with what is allowed.
    """
    known = [field.name for field in dataclasses.fields(cls) if field.init]  # type: ignore[arg-type]
    for key in given:
        if key not in known:
            raise UserError(f"{where}.{key}: no such key; {where} takes: {', '.join(known)}")
    try:
        checked: T = _adapter(cls).validate_python(dict(given))  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([where, *(str(part) for part in first["loc"])])
        if first["type"] == "missing":
            raise UserError(f"{place}: a value is needed") from None
        raise UserError(f"{place}: {first['input']!r} is not allowed: {first['msg']}") from None
    return checked


@functools.cache
def _adapter(cls: type) -> TypeAdapter[Any]:
    """Making one takes longer than a thousand checks."""
    return TypeAdapter(cls)
