"""Running WikiSQL queries on its SQLite files: a read-only connection, bound parameters, a limit of steps."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from petlab.errors import UserError
from petlab.metrics.wikisql.query import AGGREGATES, OPERATORS, Query, Value

STEPS = 2_000_000  # of SQLite's virtual machine; a WikiSQL table has some hundred rows at most
_CHECK_EVERY = 10_000
_TABLE = re.compile(r"[0-9A-Za-z_]+(?:-[0-9A-Za-z_]+)*")
_NUMBER = re.compile(r"[-+]?\d*\.\d+|\d+")


class Tables:
    """The tables of one WikiSQL .db file; close after use, or use as a context."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise UserError(f"{path}: no such file; WikiSQL's tables are its .db files")
        self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        self._steps = 0
        self._connection.set_progress_handler(self._step, _CHECK_EVERY)
        try:
            self._connection.execute("PRAGMA query_only = ON")
            self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise UserError(f"{path}: not a SQLite file ({error})") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def _step(self) -> int:
        self._steps += _CHECK_EVERY
        return int(self._steps > STEPS)  # not 0 ends the query

    def __contains__(self, table: str) -> bool:
        return bool(_TABLE.fullmatch(table)) and bool(self._types(_name(table)))

    def _types(self, name: str) -> dict[str, str]:
        rows = self._connection.execute(f'PRAGMA table_info("{name}")').fetchall()
        return {str(row[1]): str(row[2]).lower() for row in rows}

    def answer(self, table: str, query: Query) -> list[tuple[object, ...]] | None:
        """The query's rows as they lie in the table, or None where it cannot be run.

        As in the official evaluator, text is compared in lower case, a condition on a number column takes the first
        number of the value, and of several conditions on one column the last one's value stands in all of them.
        """
        if not _TABLE.fullmatch(table):
            return None
        name = _name(table)
        types = self._types(name)
        columns = {query.column, *(column for column, _, _ in query.conditions)}
        if not all(f"col{column}" in types for column in columns):
            return None
        selected = f'"col{query.column}"'
        if query.aggregate:
            selected = f"{AGGREGATES[query.aggregate]}({selected})"
        clauses = []
        values: dict[str, Value] = {}
        for column, operator, given in query.conditions:
            value = _comparable(given, types[f"col{column}"])
            if value is None:
                return None
            clauses.append(f'"col{column}" {OPERATORS[operator]} :col{column}')
            values[f"col{column}"] = value
        where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
        self._steps = 0
        try:
            return self._connection.execute(f'SELECT {selected} FROM "{name}"{where}', values).fetchall()
        except (sqlite3.Error, OverflowError):
            return None


def _name(table: str) -> str:
    return "table_" + table.replace("-", "_")


def _comparable(value: Value, kind: str) -> Value | None:
    """The value as the column stores it: lower-cased text, or a number."""
    if kind != "real":
        return value.lower() if isinstance(value, str) else value
    if not isinstance(value, str):
        return value
    try:
        return float(value.replace(",", ""))
    except ValueError:
        found = _NUMBER.search(value)
        return float(found.group()) if found else None
