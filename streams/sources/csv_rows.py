"""CSV as records, so that one broken row costs one row.

A quote that is opened and never closed would swallow the rest of the file. Here a row that runs over several lines is believed only when it
ends and has as many fields as the header; otherwise its first line alone is broken and reading goes on with the next line.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from schemas.source import Input
from streams.sources.packed import Line


class Row(NamedTuple):
    """One record of a CSV file; `problem` says what is wrong with one that cannot be used."""

    raw: bytes
    value: dict[str, str] | None
    problem: str = ""
    too_large: bool = False


class _TooLong(Exception):
    """The row that is being read does not end within the allowed size."""


class _Feed:
    """Hands lines to `csv.reader` and knows which ones the row in progress has taken."""

    def __init__(self, source: Iterator[Line], spec: Input, longest: int) -> None:
        self._source = source
        self._waiting: deque[Line] = deque()
        self._spec = spec
        self._longest = longest
        self.taken: list[Line] = []
        self._size = 0
        self.ended = False

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._source, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        self._size += len(line.content)
        if not line.whole or self._size > self._longest:
            raise _TooLong
        return decode(line.content, self._spec)

    def start(self) -> None:
        """A new row begins."""
        self.taken = []
        self._size = 0

    def push_back(self) -> Line:
        """Give back all lines of the row but its first, which is returned."""
        first, *rest = self.taken
        self._waiting.extendleft(reversed(rest))
        self.ended = False
        return first


def decode(content: bytes, spec: Input) -> str:
    """The text of a record: in its encoding, else in the fallback; raises `UnicodeDecodeError` when neither fits."""
    try:
        return content.decode(spec.encoding if not _is_wide(spec.encoding) else "utf-8")
    except UnicodeDecodeError:
        if spec.fallback is None:
            raise
        return content.decode(spec.fallback)


def _is_wide(encoding: str) -> bool:
    return encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32"))


def rows(source: Iterator[Line], spec: Input, longest: int) -> Iterator[Row]:
    """The header as a first `Row` without value (its fields are keys of the later ones), then every record in order."""
    csv.field_size_limit(longest + 1)
    feed = _Feed(source, spec, longest)
    reader = csv.reader(feed, delimiter=spec.delimiter, quotechar=spec.quote, strict=True)
    header = list(spec.columns)
    while True:
        feed.start()
        fields, problem = _next(reader, feed)
        if fields is None and not problem:
            return
        if not feed.taken or (fields == [] and not problem):
            continue
        raw = b"".join(line.content for line in feed.taken)
        if not header and fields is not None and not problem:
            header = _unique(fields)
            yield Row(raw, dict.fromkeys(header, ""), "header")
        elif fields is not None and not problem and len(fields) == len(header):
            yield Row(raw, dict(zip(header, fields, strict=True)))
        else:
            yield _broken(feed, fields, header, problem)


def _next(reader: Iterator[list[str]], feed: _Feed) -> tuple[list[str] | None, str]:
    """The fields of the next row, and what is wrong with it; (None, "") at the end."""
    try:
        fields = next(reader)
    except StopIteration:
        return None, ""
    except _TooLong:
        return None, "the row is too long"
    except csv.Error as error:
        return None, "a quote is opened and never closed" if feed.ended else str(error)
    except UnicodeDecodeError as error:
        return None, f"is neither in the encoding of the file nor in its fallback ({error.reason})"
    return fields, ""


def _broken(feed: _Feed, fields: list[str] | None, header: list[str], problem: str) -> Row:
    """The first line of the row alone is broken."""
    lines = 0 if feed.ended else len(feed.taken)
    first = feed.push_back()
    if not first.whole:
        return Row(first.content, None, "the line is too long", too_large=True)
    if fields is not None:
        problem = f"has {len(fields)} fields where the header has {len(header)}"
    ran = f" (a quote that is opened here runs over {lines} lines)" if lines > 1 else ""
    return Row(first.content, None, problem + ran)


def _unique(names: list[str]) -> list[str]:
    """Column names, trimmed; the second of the same name is `name_2`."""
    seen: dict[str, int] = {}
    unique: list[str] = []
    for name in (name.strip() for name in names):
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique
