"""JSON documents as records: an array gives its items, JSON Lines their lines, anything else is one record.

Items stay bytes, exactly as they were written. Where a document breaks off, the items before the break are good.
"""

from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder

import jmespath
from msgspec import DecodeError, Raw, json

from schemas.codec import encode_json

_array = json.Decoder(list[Raw])
_spaces = " \t\r\n"


class BrokenDocument(ValueError):
    """The JSON breaks here; `rest` are the bytes from the break on."""

    def __init__(self, message: str, rest: bytes) -> None:
        super().__init__(message)
        self.rest = rest


def items(document: bytes, records: str | None) -> Iterator[bytes]:
    """The records of one document; `records` is JMESPath to the array. Raises `BrokenDocument` after the good ones."""
    if records is not None:
        yield from _found(document, records)
        return
    if document.lstrip()[:1] != b"[":
        yield document
        return
    try:
        whole = _array.decode(document)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        yield from _one_by_one(document)
        return
    for item in whole:
        yield bytes(item)


def _found(document: bytes, records: str) -> Iterator[bytes]:
    try:
        found = jmespath.search(records, json.decode(document))
    except (DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BrokenDocument(f"not JSON: {error}", document) from None
    if not isinstance(found, list):
        raise BrokenDocument(f"there is no array at {records}", document)
    for item in found:
        yield encode_json(item)


def _one_by_one(document: bytes) -> Iterator[bytes]:
    """The items of an array that is broken somewhere."""
    text = document.decode("utf-8", "surrogateescape")
    decoder = JSONDecoder()
    position = _past_spaces(text, text.index("[") + 1)
    while text[position : position + 1] != "]":
        try:
            _, end = decoder.raw_decode(text, position)
        except (JSONDecodeError, RecursionError) as error:
            said = error.msg if isinstance(error, JSONDecodeError) else "nested too deeply"
            raise BrokenDocument(f"not JSON: {said} at character {position}", _bytes(text[position:])) from None
        yield _bytes(text[position:end])
        position = _past_spaces(text, end)
        if text[position : position + 1] == ",":
            position = _past_spaces(text, position + 1)
        elif text[position : position + 1] != "]":
            raise BrokenDocument(f"not JSON: the array is not closed at character {position}", _bytes(text[position:]))
    rest = text[position + 1 :].strip()
    if rest:
        raise BrokenDocument("not JSON: something follows the array", _bytes(rest))


def _past_spaces(text: str, position: int) -> int:
    while text[position : position + 1] and text[position] in _spaces:
        position += 1
    return position


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
