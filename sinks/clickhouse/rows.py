"""A published message becomes one line of JSON, and ClickHouse takes it apart (see `inserts`).

The messages are arrays in JSON already, so the worker, whose one thread is the scarce thing, only encodes: making column values in
Python costs it six times as much, and worker and server together more than twice as much.

`JSONExtract` turns what does not fit into zeros without a word, so whatever a column could not take is found here, before it is sent.
"""

import json as text_json
from collections.abc import Mapping
from types import NoneType

from msgspec import json, to_builtins

from schemas.alert import Alert
from schemas.contact import ContactPolicy
from schemas.dead_letter import DeadLetter, Reason
from schemas.identity import IdentityChange
from schemas.ids import customer_id, identifier_id
from schemas.journey import Journey
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Touchpoint, kind_of

NOBODY = "00000000-0000-0000-0000-000000000000"
# DateTime64(6) ends where its calendar does: 1900-01-01 and the last microsecond of 2299.
FIRST_INSTANT, LAST_INSTANT = -2_208_988_800_000_000, 10_413_791_999_999_999
TYPES: Mapping[type[object], str] = {int: "int", float: "float", bool: "bool", NoneType: "null"}  # of attributes that are no text
# What the columns skip, partition, seq, digest and offset can count to.
_UINT16, _UINT32, _INT64, _UINT64 = 1 << 16, 1 << 32, 1 << 63, 1 << 64

_encode = json.Encoder().encode


class Unwritable(ValueError):
    """A message that its columns cannot take, and the dead letter that it becomes."""

    def __init__(self, reason: Reason, field: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.field = reason, field


def timeline_line(entry: TimelineEntry) -> bytes:
    """`[anchor_id, attributed_id, customer_id, version, skip, touchpoint, types of attributes]`; raises `Unwritable`."""
    touchpoint = entry.touchpoint
    _check(entry, touchpoint)
    attributed = entry.attributed_to
    return _line(
        identifier_id(touchpoint.ids[0]),
        NOBODY if attributed is None else identifier_id(attributed),
        entry.customer_id or NOBODY,
        entry.version,
        entry.skip,
        touchpoint,
        {name: TYPES[type(value)] for name, value in touchpoint.attributes.items() if type(value) is not str},
    )


def _line(*values: object) -> bytes:
    try:
        return _encode(values)
    except UnicodeEncodeError as error:
        raise Unwritable("invalid_value", "", f"a text holds half a character ({error.reason}), which no encoding can write") from None


def _check(entry: TimelineEntry, touchpoint: Touchpoint) -> None:
    due_at, origin = touchpoint.due_at, touchpoint.origin
    if not FIRST_INSTANT <= touchpoint.at <= LAST_INSTANT:
        raise _out_of_range("at")
    if due_at is not None and not FIRST_INSTANT <= due_at <= LAST_INSTANT:
        raise _out_of_range("due_at")
    if not 0 <= touchpoint.recorded_at <= LAST_INSTANT:
        raise _out_of_range("recorded_at")
    if not touchpoint.ids:
        raise Unwritable("no_identifier", "ids", "the touchpoint has no identifier, so it has no place on the timeline")
    if not (-_INT64 <= touchpoint.seq < _INT64 and 0 <= touchpoint.digest < _UINT64 and 0 <= entry.skip < _UINT16):
        raise Unwritable("invalid_value", "seq", "seq, digest or skip is larger than its column")
    if not (0 <= origin.partition < _UINT32 and 0 <= origin.offset < _UINT64):
        raise Unwritable("invalid_value", "origin", "the position of the input record is larger than its column")


def _out_of_range(field: str) -> Unwritable:
    return Unwritable("time_out_of_range", field, f"{field} lies outside the years that the timeline can hold (1900 to 2299)")


def identity_line(change: IdentityChange) -> bytes:
    """`[identifier_id, kind, identifier, customer_id, own_customer_id, first_seen, version]`."""
    name = change.identifier
    return _line(
        identifier_id(name), kind_of(name), name, change.customer_id or NOBODY, customer_id(name), change.first_seen, change.version
    )


def message_line(message: Alert | Journey | ContactPolicy | DeadLetter) -> bytes:
    """The message as it is: an array that begins with its tag. Bytes are base64."""
    return _encode(message)


def unwritten(entry: TimelineEntry, fault: Unwritable) -> DeadLetter:
    """The dead letter of a touchpoint that the timeline cannot take; its payload is the touchpoint, as JSON."""
    touchpoint = entry.touchpoint
    return DeadLetter(
        reason=fault.reason,
        field=fault.field,
        message=f"{touchpoint.source} {touchpoint.event_id}: {fault}",
        source=touchpoint.source,
        origin=touchpoint.origin,
        payload=text_json.dumps(to_builtins(touchpoint)).encode(),  # the standard library writes half a character as its escape
        received_at=min(max(touchpoint.recorded_at, 0), LAST_INSTANT),
    )
