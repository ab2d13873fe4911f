"""WikiSQL's form of a query, and safe readers of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

AGGREGATES = ("", "MAX", "MIN", "COUNT", "SUM", "AVG")
OPERATORS = ("=", ">", "<", "OP")

Value = str | int | float
Condition = tuple[int, int, Value]


class Unreadable(ValueError):
    """A prediction that is no WikiSQL query."""


@dataclass(frozen=True)
class Query:
    """SELECT aggregate(column) FROM the table WHERE every condition holds; columns by number from 0."""

    column: int
    aggregate: int
    conditions: tuple[Condition, ...]

    def key(self, *, ordered: bool = False) -> tuple[object, ...]:
        """What two equal queries share: conditions as a set of (column, operator, lower-cased value), or in order."""
        conditions = [(column, operator, str(value).lower()) for column, operator, value in self.conditions]
        return (self.column, self.aggregate, tuple(conditions) if ordered else frozenset(conditions))


def _number(value: object, what: str, limit: int | None = None) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0 or (limit is not None and value >= limit):
        raise Unreadable(f"{what}: {value!r}")
    return value


def parse_json(given: object) -> Query:
    """A query from the official JSON: {"sel": 3, "agg": 0, "conds": [[5, 0, "value"]]}.

    Raises:
        Unreadable: something else.
    """
    if not isinstance(given, Mapping):
        raise Unreadable("no object with sel, agg and conds")
    conditions: list[Condition] = []
    listed = given.get("conds")
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise Unreadable("conds is no list")
    for condition in listed:
        if not isinstance(condition, Sequence) or isinstance(condition, str) or len(condition) != 3:
            raise Unreadable("a condition is no [column, operator, value]")
        value = condition[2]
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise Unreadable(f"condition value {value!r}")
        operator = _number(condition[1], "operator", len(OPERATORS) - 1)
        conditions.append((_number(condition[0], "column"), operator, value))
    aggregate = _number(given.get("agg"), "agg", len(AGGREGATES))
    return Query(_number(given.get("sel"), "sel"), aggregate, tuple(conditions))


def parse_prediction(row: Mapping[str, object]) -> Query | None:
    """The query of a line of the official prediction file, {"query": …} or {"error": …}; None = unreadable."""
    if row.get("error"):
        return None
    try:
        return parse_json(row.get("query"))
    except Unreadable:
        return None


_SELECT = re.compile(r"\s*select\s+(?P<what>.+?)\s+from\s+\S+(?:\s+where\s+(?P<where>.+?))?\s*;?\s*", re.I | re.S)
# MAX(Wins), or MAX Wins as the authors print it.
_AGGREGATE = re.compile(r"(?P<name>max|min|count|sum|avg)(?:\s*\(\s*(?P<column>.+?)\s*\)|\s+(?P<bare>.+))", re.I | re.S)
_AND = re.compile(r"\s+and\s+", re.I)
_QUOTED = ("'", '"', "`")


def parse_sql(text: str, columns: Sequence[str]) -> Query:
    """A query from a model's SQL-like text, given the table's column names (col0, col1 … are understood, too).

    Conditions are divided where a known column and an operator begin, so a value may contain " and ".

    Raises:
        Unreadable: not of WikiSQL's form, or an unknown column.
    """
    match = _SELECT.fullmatch(text)
    if not match:
        raise Unreadable("not SELECT … FROM … [WHERE …]")
    places = {name.strip().lower(): place for place, name in enumerate(columns)}
    places = {f"col{place}": place for place in range(len(columns))} | places
    what = match["what"].strip()
    call = _AGGREGATE.fullmatch(what)
    names = [name.lower() for name in AGGREGATES]
    aggregate = 0
    if call and what.lower() not in places:
        what, aggregate = call["column"] or call["bare"], names.index(call["name"].lower())
    return Query(_column(what, places), aggregate, tuple(_conditions(match["where"], places)))


def _column(text: str, places: Mapping[str, int]) -> int:
    name = _unquoted(text).lower()
    if name not in places:
        raise Unreadable(f"unknown column {name!r}")
    return places[name]


def _unquoted(text: str) -> str:
    text = text.strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTED
    return text[1:-1] if quoted else text


def _conditions(where: str | None, places: Mapping[str, int]) -> list[Condition]:
    if where is None:
        return []
    starts = sorted(places, key=len, reverse=True)
    names = "|".join(re.escape(name) for name in starts)
    start = re.compile(rf"[`'\"]?(?P<column>{names})[`'\"]?\s*(?P<operator>[=<>])\s*", re.I)
    parts: list[str] = []
    for piece in _AND.split(where.strip()):
        if start.match(piece) or not parts:
            parts.append(piece)
        else:
            parts[-1] += f" and {piece}"
    conditions: list[Condition] = []
    for part in parts:
        match = start.match(part)
        if not match:
            raise Unreadable(f"condition {part!r}")
        value = _unquoted(part[match.end() :])
        conditions.append((places[match["column"].lower()], OPERATORS.index(match["operator"]), value))
    return conditions
