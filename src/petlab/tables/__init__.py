"""Records into the papers' tables: `build` for one benchmark."""

from petlab.tables.build import Built, build, compose, write
from petlab.tables.collect import collect

__all__ = ["Built", "build", "collect", "compose", "write"]
