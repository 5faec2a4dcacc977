"""A Kafka record of a company's topic as a `Record`: CloudEvents in both modes, Debezium envelopes, plain JSON, tombstones.

What a record means is decided by its source alone; here only the value is found. What cannot be read is handed on as it is, so that
`ingest` makes the dead letter.
"""

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from msgspec import DecodeError, json

from schemas.source import Source
from schemas.touchpoint import Origin
from streams.sources.record import Record

_PREFIX = "ce_"  # CloudEvents 1.0, Kafka protocol binding, 3.2.3: attributes are headers with this prefix
_CONTENT_TYPE = "content-type"
_CHANGES = frozenset("crud")  # Debezium: create, read (snapshot), update, delete
_decode = json.Decoder().decode


def record_of(source: Source, message: Any, longest: int) -> Record | None:
    """`message` is a record as aiokafka gives it; None for a tombstone and for a deleted row."""
    raw = message.value
    if raw is None:
        return None
    micros = max(message.timestamp, 0) * 1000
    record = Record(Origin(message.topic, message.partition, message.offset), raw, None, micros, micros, micros)
    if len(raw) > longest:
        return record
    if source.input.format == "cloudevents":
        binary = _binary(message.headers, raw)
        return record if binary is None else record._replace(raw=b"", value=binary)
    return _row(record) if b'"after"' in raw else record


def _binary(headers: Iterable[tuple[str, bytes | None]], raw: bytes) -> dict[str, Any] | None:
    """The event of a message in binary mode, as if it had been structured."""
    if not headers:
        return None
    named = {name.lower(): value.decode("utf-8", "replace") for name, value in headers if value is not None}
    attributes = {name.removeprefix(_PREFIX): value for name, value in named.items() if name.startswith(_PREFIX)}
    if "specversion" not in attributes:
        return None
    event: dict[str, Any] = dict(attributes)
    if _CONTENT_TYPE in named:
        event["datacontenttype"] = named[_CONTENT_TYPE]
    try:
        return {**event, "data": _decode(raw)} if raw else event
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return {**event, "data_base64": b64encode(raw).decode()}


def _row(record: Record) -> Record | None:
    """The row after the change, where the record is an envelope of Debezium (with its schema or without)."""
    try:
        value = _decode(record.raw)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return record
    envelope = value.get("payload", value) if isinstance(value, dict) else value
    if not isinstance(envelope, dict) or envelope.get("op") not in _CHANGES or "after" not in envelope:
        return record._replace(value=value)
    after = envelope["after"]
    return None if after is None else record._replace(value=after)
