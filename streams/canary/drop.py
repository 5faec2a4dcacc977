"""The records of a synthetic customer as a file of its source, as it would lie in a folder that `redthread run --follow` reads."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import json

from schemas.codec import encode_json
from schemas.source import Source, is_plain
from streams.sources.backwards import Unfit

LINES = ("jsonl", "cloudevents", "segment")  # a record a line


def drop(source: Source, folder: Path, name: str, records: Sequence[bytes]) -> Path:
    """Write the file and put it into the folder in one go; raises `Unfit` where such a file cannot be made up."""
    path = folder / _file_name(source, name)
    content = _content(source, records)
    unfinished = folder / f".{name}.part"  # which no source matches
    unfinished.write_bytes(content)
    unfinished.rename(path)
    return path


def _file_name(source: Source, name: str) -> str:
    for glob in source.input.files:
        if not set("?[/") & set(glob) and "*" in glob:
            return glob.replace("*", name, 1).replace("*", "")
    raise Unfit(f"no file name is made of its files: ({', '.join(source.input.files) or 'none'})")


def _content(source: Source, records: Sequence[bytes]) -> bytes:
    given = source.input
    if given.format in LINES:
        return b"".join(record + b"\n" for record in records)
    if given.format == "csv":
        return _table([json.decode(record) for record in records], source).encode(given.encoding)
    if given.format == "json" and (given.records is None or is_plain(given.records)):
        document: Any = [json.decode(record) for record in records]
        for step in reversed(given.records.split(".")) if given.records else ():
            document = {step: document}
        return encode_json(document)
    raise Unfit(f"a file of format {given.format} cannot be made up")


def _table(rows: Sequence[dict[str, Any]], source: Source) -> str:
    given, text = source.input, io.StringIO()
    columns = given.columns or tuple(dict.fromkeys(name for row in rows for name in row))
    if any(isinstance(value, dict) for row in rows for value in row.values()):
        raise Unfit("its mapping looks for objects, and a table has none")
    writer = csv.DictWriter(text, columns, delimiter=given.delimiter, quotechar=given.quote, lineterminator="\n", extrasaction="ignore")
    if not given.columns:
        writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
