"""Jinja templates that lie beside the code, as a page or a table is filled from them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import jinja2


@cache
def environment(package: str) -> jinja2.Environment:
    """The templates of a package. HTML is escaped unless marked as safe; a name that is not given is an error."""
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: text(package, name)),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def text(package: str, name: str) -> str:
    """A file that lies in a package, as text."""
    return files(package).joinpath(name).read_text(encoding="utf-8")
