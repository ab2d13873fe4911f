"""The community's file formats of references and predictions; a mistake in a file is named with its line."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from petlab.errors import UserError

TABLES = {".csv": ",", ".tsv": "\t"}


class Row(NamedTuple):
    """A row of a table and the line of the file where it ends, from 1."""

    line: int
    fields: dict[str, str]


def text(path: Path) -> str:
    """A whole UTF-8 file, without a byte order mark and with \\n line ends.

    Raises:
        UserError: no such file, not UTF-8, or empty.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}, line {line}: not UTF-8 (byte {data[error.start]:#04x})") from None
    if not content:
        raise UserError(f"{path}, line 1: the file is empty; one row a line is needed")
    return content.replace("\r\n", "\n")


def lines(path: Path) -> list[str]:
    """One text a line, outer white space dropped; empty lines are empty texts."""
    return [line.strip() for line in text(path).removesuffix("\n").split("\n")]


def table(path: Path, columns: Sequence[str]) -> list[Row]:
    """The rows of a CSV or TSV file with a header; names of columns match in any case.

    Raises:
        UserError: a column is missing, a row has another number of fields than the header, or there is no row.
    """
    content = text(path)
    reader = csv.reader(content.splitlines(keepends=True), delimiter=TABLES.get(path.suffix.lower(), "\t"))
    rows: list[Row] = []
    header: list[str] = []
    try:
        for row in reader:
            if not any(row):
                continue
            if not header:
                header = [name.strip().lower() for name in row]
                for column in columns:
                    if column not in header:
                        raise UserError(
                            f"{path}, line {reader.line_num}: no column '{column}' in the header ({', '.join(row)})"
                        )
            elif len(row) != len(header):
                raise UserError(f"{path}, line {reader.line_num}: {len(row)} fields, the header has {len(header)}")
            else:
                fields = dict(zip(header, (field.strip() for field in row), strict=True))
                rows.append(Row(reader.line_num, fields))
    except csv.Error as error:
        raise UserError(f"{path}, line {reader.line_num}: not a table ({error})") from None
    if not rows:
        raise UserError(f"{path}, line {reader.line_num + 1}: no rows")
    return rows


def plain_table(path: Path) -> list[list[str]]:
    """The fields of a GLUE TSV: tabs only, no quoting, the header included.

    Raises:
        UserError: a line has another number of fields than the first.
    """
    rows = [line.split("\t") for line in text(path).removesuffix("\n").split("\n")]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise UserError(f"{path}, line {number}: {len(row)} fields between tabs, line 1 has {len(rows[0])}")
    return rows


def reference_blocks(path: Path) -> list[list[str]]:
    """The E2E scorer's reference text: a line a reference, an empty line between rows; without any, a line a row.

    Raises:
        UserError: no reference at all.
    """
    blocks: list[list[str]] = [[]]
    found = lines(path)
    for line in found:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    blocks = [block for block in blocks if block]
    if not blocks:
        raise UserError(f"{path}, line 1: no references, only empty lines")
    return [[line] for line in blocks[0]] if len(blocks) == 1 and "" not in found else blocks


def grouped(rows: Sequence[Row], key: str, value: str) -> dict[str, list[str]]:
    """Values by key, both in order of first appearance."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row.fields[key], []).append(row.fields[value])
    return groups


def json_lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """One JSON object a line, with its line's number; empty lines do not count.

    Raises:
        UserError: a line is something else, or there is none.
    """
    objects = []
    for number, line in enumerate(text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{path}, line {number}: not JSON ({error})") from None
        if not isinstance(value, dict):
            raise UserError(f"{path}, line {number}: no JSON object")
        objects.append((number, value))
    if not objects:
        raise UserError(f"{path}, line 1: no rows, only empty lines")
    return objects


def same_count(path: Path, found: int, reference: Path, wanted: int, *, first_line: int = 1) -> None:
    """Raise unless two files have as many rows.

    Args:
        path: the file with `found` rows, a line each, from line `first_line` on.
        reference: the file with `wanted` rows.
    """
    if found != wanted:
        line = first_line + min(found, wanted)
        what = "the file ends" if found < wanted else "a row too many"
        raise UserError(f"{path}, line {line}: {what}; it has {found} rows, {reference} has {wanted}")
