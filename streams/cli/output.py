"""How commands speak: tables for people on a terminal, JSON or CSV for programs; messages go to stderr, results to stdout."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from rich.console import Console, ConsoleDimensions, RenderableType
from rich.table import Table
from rich.text import Text

PIPED_WIDTH = 2_000  # characters; longer cells are folded
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Speaker(Console):
    """As wide as the terminal; into a pipe or a file as wide as it takes, because nobody's terminal sets the limit there."""

    @property  # type: ignore[misc]  # nobody sets it
    def size(self) -> ConsoleDimensions:
        """Characters in a line, and lines."""
        size = super().size
        return size if self.is_terminal else ConsoleDimensions(PIPED_WIDTH, size.height)


out = Speaker(highlight=False)
err = Speaker(stderr=True, highlight=False)


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[Any]], format: Format) -> int:
    """Print rows and return how many there were. JSON is one object a line, so that it can be piped while it grows."""
    if format is Format.table:
        return _print_table(columns, rows)
    count = 0
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if format is Format.csv:
        writer.writerow(columns)
    for row in rows:
        count += 1
        if format is Format.csv:
            writer.writerow(["" if value is None else plain(value) for value in row])
        else:
            sys.stdout.write(json.dumps(dict(zip(columns, map(plain, row), strict=True)), ensure_ascii=False) + "\n")
    return count


def _print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    table = Table(*columns, header_style="bold", box=None, pad_edge=False)
    count = 0
    for row in rows:
        count += 1
        table.add_row(*(Text(shown(value)) for value in row))
    say(table)
    return count


def say(part: RenderableType) -> None:
    """Print for people."""
    out.print(part)


def complain(text: str) -> None:
    """Say on stderr what is wrong; unwrapped, so that editors and logs find `file:line:` on one line."""
    err.print(text, style="red", markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def plain(value: Any) -> Any:
    """The value in JSON's own types: instants as ISO 8601, ids as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, UUID)):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value


def shown(value: Any) -> str:
    """The value as a person reads it in a table cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S") + ("Z" if value.utcoffset() == timedelta(0) else "")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={shown(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(item) for item in value)
    text = str(plain(value))
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def instant(microseconds: int) -> datetime:
    """The instant as a UTC datetime."""
    return EPOCH + timedelta(microseconds=microseconds)
