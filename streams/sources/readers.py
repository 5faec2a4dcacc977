"""Files to records. What cannot even be read as a record is a dead letter here, naming file, record and field; the good ones around it go on.

Records of a file, broken ones included, are numbered from 0 in the order they stand, so that reading can be taken up again at any of them.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from fnmatch import fnmatch
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from msgspec import DecodeError, json

from schemas.dead_letter import DeadLetter, Reason
from schemas.source import Source
from schemas.touchpoint import Origin
from streams.sources.csv_rows import decode, rows
from streams.sources.json_items import BrokenDocument, items
from streams.sources.mapping import columns
from streams.sources.packed import BROKEN, Line, as_utf8, lines, parts
from streams.sources.record import KEPT, Record
from streams.sources.xes import BrokenLog, read_events

PACKED = (".gz", ".zip")


class _Problem(NamedTuple):
    """A record that is none."""

    reason: Reason
    field: str
    message: str
    raw: bytes


class _Found(NamedTuple):
    """A record that is one."""

    raw: bytes
    value: dict[str, str] | None = None


_Item = _Found | _Problem


def source_of(path: Path, sources: Iterable[Source]) -> Source | None:
    """The first source one of whose `files` globs fits: the name, the name without .gz or .zip, or the end of the path for globs with a slash."""
    names = {path.name, *(path.name.removesuffix(suffix) for suffix in PACKED)}
    whole = path.as_posix()
    for source in sources:
        for pattern in source.input.files:
            if any(fnmatch(name, pattern) for name in names) or ("/" in pattern and fnmatch(whole, f"*{pattern.lstrip('*')}")):
                return source
    return None


def read(
    path: Path, source: Source, *, longest: int, start: int = 0, name: str = "", received_at: int = 0
) -> Iterator[Record | DeadLetter]:
    """The records of a file from number `start` on; `longest` is the company's `max_record`, `name` what origins call the file."""
    name = name or path.name
    with path.open("rb") as file:
        yield from read_stream(file, source, longest=longest, start=start, name=name, received_at=received_at)


def read_stream(
    file: BinaryIO, source: Source, *, longest: int, start: int = 0, name: str, received_at: int = 0
) -> Iterator[Record | DeadLetter]:
    """The same of an open binary stream that can seek."""
    for number, (part, item) in enumerate(islice(_numbered(file, source, longest, name), start, None), start):
        origin = Origin(part, 0, number)
        if isinstance(item, _Found):
            yield Record(origin, item.raw, item.value, received_at=received_at)
        else:
            yield DeadLetter(
                reason=item.reason,
                field=item.field,
                message=f"{part}: record {number}: {item.message}",
                source=source.source,
                origin=origin,
                payload=item.raw[:KEPT],
                received_at=received_at,
            )


def _numbered(file: BinaryIO, source: Source, longest: int, name: str) -> Iterator[tuple[str, _Item]]:
    part = name
    if not file.read(1):
        yield name, _empty(source)
        return
    file.seek(0)
    try:
        for part, stream in parts(file, name):
            for item in _items(as_utf8(stream, source.input.encoding), source, longest):
                yield part, item
    except BROKEN as error:
        yield part, _Problem("invalid_value", "", f"the file is damaged or cut off here ({error}); the records before are in", b"")


def _empty(source: Source) -> _Problem:
    reason: Reason = "not_json" if source.input.format not in ("csv", "xes") else "missing_field"
    return _Problem(reason, "", "the file is empty", b"")


def _items(stream: BinaryIO, source: Source, longest: int) -> Iterator[_Item]:
    form = source.input.format
    if form == "csv":
        return _csv(stream, source, longest)
    if form == "xes":
        return _xes(stream)
    if form == "jsonl":
        return _json_lines(lines(stream, longest), source)
    return _json(stream, source, longest)


def _csv(stream: BinaryIO, source: Source, longest: int) -> Iterator[_Item]:
    for row in rows(lines(stream, longest), source.input, longest):
        if row.problem == "header":
            missing, hopeless = _missing_columns(source, list(row.value or ()))
            if missing:
                yield _Problem("missing_field", ", ".join(missing), f"the header has no column {'; '.join(missing.values())}", row.raw)
            if hopeless:
                return
        elif row.value is None:
            yield _Problem("too_large" if row.too_large else "invalid_value", "", row.problem, row.raw)
        else:
            yield _Found(row.raw, row.value)


def _missing_columns(source: Source, header: list[str]) -> tuple[dict[str, str], bool]:
    """Columns that the source file names and the header lacks, with the nearest; and whether no event at all can be made."""
    missing: dict[str, str] = {}
    for value in chain.from_iterable(columns(source).values()):
        if not any(path in header for path in value):
            close = get_close_matches(value[0], header, 1)
            missing[value[0]] = repr(value[0]) + (f" (the nearest is {close[0]!r})" if close else "")
    return missing, all(spec.time[0] in missing for spec in source.resolved)


def _json_lines(source: Iterable[Line], spec: Source) -> Iterator[_Item]:
    for line in source:
        content = line.content.strip()
        if not line.whole:
            yield _Problem("too_large", "", "the line is too long", content)
        elif content:
            yield _recoded(content, spec)


def _recoded(content: bytes, source: Source) -> _Item:
    """JSON is UTF-8; a record in another encoding is turned into it."""
    try:
        return _Found(content if content.isascii() else decode(content, source.input).encode())
    except UnicodeDecodeError as error:
        return _Problem("not_json", "", f"is neither in the encoding of the file nor in its fallback ({error.reason})", content)


def _json(stream: BinaryIO, source: Source, longest: int) -> Iterator[_Item]:
    """A document, or JSON Lines where the first lines look like them."""
    begin = [line for line in islice(lines(stream, longest), 2) if line.content]
    if begin and _are_lines(begin) and source.input.records is None:
        yield from _json_lines(chain(begin, lines(stream, longest)), source)
        return
    document = b"".join(line.content for line in begin) + stream.read()
    if not document.strip():
        return
    try:
        for item in items(document, source.input.records):
            yield _recoded(item, source)
    except BrokenDocument as error:
        yield _Problem("not_json", "", str(error), error.rest)


def _are_lines(begin: list[Line]) -> bool:
    first, *others = (line.content.strip() for line in begin)
    if first.startswith(b"["):
        return False
    if not begin[0].whole or any(other.startswith(b"{") for other in others):
        return True
    try:
        json.decode(first)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


def _xes(stream: BinaryIO) -> Iterator[_Item]:
    try:
        for event in read_events(stream):
            yield _Found(b"", event)
    except BrokenLog as error:
        yield _Problem("invalid_value", "", f"the event log breaks here ({error}); the events before are in", b"")
