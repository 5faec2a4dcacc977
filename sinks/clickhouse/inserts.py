"""How each kind of message is written: `INSERT ... SELECT ... FROM input('j String')` over lines of JSON.

The types of a message's fields are listed by name and put in the order of the message's own fields, so a field that is added to a
message without a column here fails at import instead of shifting every column by one. Ids go through `toUUID`, which raises for what
is no id; derived instants (a deadline far in the future) are held inside the calendar.

A few alerts are written as values of columns: reading the statement above costs the server 13 ms, the lines cost it next to nothing, and
alerts come a few at a time, many times a second.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from schemas.alert import Alert
from schemas.contact import ContactHold, ContactPolicy
from schemas.dead_letter import DeadLetter
from schemas.identity import IdentityChange
from schemas.journey import Journey
from schemas.plain import Published
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Touchpoint
from sinks.clickhouse.rows import FIRST_INSTANT, LAST_INSTANT, NOBODY, identity_line, message_line, timeline_line

WORD = "LowCardinality(String)"
WORDS = f"Array({WORD})"
TEXTS = "Array(String)"
ORIGIN = f"Tuple(topic {WORD}, partition UInt32, offset UInt64)"

TOUCHPOINT = {
    "event_id": "String",
    "type": WORD,
    "at": "Int64",
    "source": WORD,
    "department": WORD,
    "ids": TEXTS,
    "refs": f"Map({WORD}, {TEXTS})",
    "channel": WORD,
    "direction": WORD,
    "team": WORD,
    "agent": WORD,
    "facts": WORDS,
    "due_at": "Nullable(Int64)",
    "attributes": f"Map({WORD}, String)",
    "seq": "Int64",
    "source_event_id": "String",
    "recorded_at": "Int64",
    "digest": "UInt64",
    "origin": ORIGIN,
}
ALERT = {
    "alert_id": "String",
    "rule": WORD,
    "rule_version": WORD,
    "status": WORD,
    "level": WORD,
    "severity": WORD,
    "customer_id": "Nullable(String)",
    "matter": "String",
    "journey": WORD,
    "key": TEXTS,
    "anchor": "String",
    "responsible": WORD,
    "departments": WORDS,
    "starts_at": "Int64",
    "ends_at": "Nullable(Int64)",
    "occurrences": "UInt32",
    "title": WORD,
    "summary": "String",
    "identifiers": TEXTS,
    "evidence": "Array(Tuple(String, Int64, String, String))",
    "change": WORD,
    "cause": WORD,
    "because": "String",
    "successor": "String",
    "historical": "Bool",
    "changed_at": "Int64",
    "version": "UInt64",
    "said": "String",
    "said_by": WORD,
    "said_until": "Nullable(Int64)",
}
ALERT_IDS = ("alert_id", "customer_id", "anchor", "because", "successor", "said")
ALERT_INSTANTS = ("starts_at", "ends_at", "changed_at", "said_until")
JOURNEY = {
    "journey_id": "String",
    "kind": WORD,
    "customer_id": "Nullable(String)",
    "matter": "String",
    "ref": "String",
    "status": WORD,
    "opened_at": "Int64",
    "ended_at": "Nullable(Int64)",
    "last_at": "Int64",
    "departments": WORDS,
    "teams": WORDS,
    "handoffs": "UInt32",
    "bounces": "UInt32",
    "touches_in": "UInt32",
    "touches_out": "UInt32",
    "repeats": "UInt32",
    "promises": "UInt32",
    "reopened": "UInt32",
    "turn": WORD,
    "waits_for": WORD,
    "waiting": f"Map({WORD}, Int64)",
    "findings": WORDS,
    "withdrawn": "Bool",
    "version": "UInt64",
}
HOLD = {
    "rule": WORD,
    "purposes": WORDS,
    "channel": WORD,
    "about": TEXTS,
    "until": "Nullable(Int64)",
    "ends_with": WORDS,
    "why": "String",
    "because": TEXTS,
}
DEAD_LETTER = {
    "reason": WORD,
    "field": "String",
    "message": "String",
    "source": WORD,
    "origin": ORIGIN,
    "payload": "String",
    "attempts": "UInt32",
    "received_at": "Int64",
}


class Values(NamedTuple):
    """How a few messages are written."""

    sql: str
    row: Callable[[Any], tuple[Any, ...]]


class Insert(NamedTuple):
    """How one kind of message is written; `sql` has `{database}` to fill in."""

    message: type[Published]
    table: str
    sql: str
    line: Callable[[Any], bytes]
    few: Values | None = None


def _tuple(message: type[Struct], types: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {types[name]}" for name in message.__struct_fields__)


def _instant(value: str) -> str:
    return f"fromUnixTimestamp64Micro(least(greatest({value}, {FIRST_INSTANT}), {LAST_INSTANT}), 'UTC')"


def _end(value: str) -> str:
    return f"if(isNull({value}), NULL, {_instant(f'assumeNotNull({value})')})"  # least(NULL, x) is x


def _id(value: str) -> str:
    return f"toUUID(ifNull(nullIf({value}, ''), '{NOBODY}'))"


def _timeline() -> Iterator[tuple[str, str]]:
    yield from (("anchor_id", "toUUID(m.1)"), ("attributed_id", "toUUID(m.2)"), ("customer_id", "toUUID(m.3)"))
    yield from (("version", "m.4"), ("skip", "m.5"), ("event_id", "toUUID(m.6.event_id)"), ("identifiers", "m.6.ids"))
    yield from (("occurred_at", "fromUnixTimestamp64Micro(m.6.at, 'UTC')"), ("due_at", "fromUnixTimestamp64Micro(m.6.due_at, 'UTC')"))
    yield from (("recorded_at", "fromUnixTimestamp64Micro(m.6.recorded_at, 'UTC')"), ("attribute_types", "m.7"))
    yield from ((column, f"m.6.origin.{column}") for column in ("topic", "partition", "offset"))
    yield from ((name, f"m.6.{name}") for name in TOUCHPOINT if name not in ("event_id", "ids", "at", "due_at", "recorded_at", "origin"))


def _identity() -> Iterator[tuple[str, str]]:
    yield from (("identifier_id", "toUUID(m.1)"), ("kind", "m.2"), ("identifier", "m.3"), ("customer_id", "toUUID(m.4)"))
    yield from (("own_customer_id", "toUUID(m.5)"), ("first_seen", _instant("m.6")), ("version", "m.7"))


def _columns(types: Mapping[str, str], special: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Columns named like the fields; `special` says how those are made that are not simply taken."""
    for name in types:
        yield name, special.get(name, f"m.{name}")


def _alert() -> Iterator[tuple[str, str]]:
    evidence = f"arrayMap(e -> (toUUID(e.1), {_instant('e.2')}, e.3, e.4), m.evidence)"
    special = {name: _id(f"m.{name}") for name in ALERT_IDS} | {"alert_id": "toUUID(m.alert_id)", "evidence": evidence}
    special |= {name: _end(f"m.{name}") if ALERT[name].startswith("Nullable") else _instant(f"m.{name}") for name in ALERT_INSTANTS}
    yield from _columns(ALERT, special)


def _alert_row(alert: Alert) -> tuple[Any, ...]:
    """The values that `_alert` takes from the line."""
    return tuple(_as_column(name, getattr(alert, name)) for name in ALERT)


def _as_column(name: str, value: Any) -> Any:
    if name in ALERT_IDS:
        return value or NOBODY
    if name in ALERT_INSTANTS:
        return None if value is None else _held(value)
    if name == "evidence":
        return [(item.event_id, _held(item.at), item.type, item.department) for item in value]
    return "" if value is None else value


def _held(at: int) -> int:
    return min(max(at, FIRST_INSTANT), LAST_INSTANT)


def _journey() -> Iterator[tuple[str, str]]:
    special = {name: _instant(f"m.{name}") for name in ("opened_at", "last_at")}
    ids = {"journey_id": "toUUID(m.journey_id)", "customer_id": _id("m.customer_id")}
    yield from _columns(JOURNEY, special | ids | {"ended_at": _end("m.ended_at")})


def _policy() -> Iterator[tuple[str, str]]:
    hold = ", ".join({"until": _end("h.until"), "because": "arrayMap(e -> toUUID(e), h.because)"}.get(name, f"h.{name}") for name in HOLD)
    special = {"customer_id": "toUUID(m.customer_id)", "changed_at": _instant("m.changed_at")}
    yield from _columns(POLICY, special | {"holds": f"arrayMap(h -> ({hold}), m.holds)"})


def _dead_letter() -> Iterator[tuple[str, str]]:
    yield from ((column, f"m.origin.{column}") for column in ("topic", "partition", "offset"))
    special = {"payload": "base64Decode(m.payload)", "received_at": _instant("m.received_at")}
    yield from (pair for pair in _columns(DEAD_LETTER, special) if pair[0] != "origin")


def _sql(table: str, tuple_: str, columns: Iterator[tuple[str, str]]) -> str:
    names, values = zip(*columns, strict=True)
    return (
        f"INSERT INTO {{database}}.{table} ({', '.join(names)}) SELECT {', '.join(values)} "
        f"FROM (SELECT JSONExtract(j, 'Tuple({tuple_})') AS m FROM input('j String')) FORMAT Native"
    )


POLICY = {
    "customer_id": "String",
    "holds": f"Array(Tuple({_tuple(ContactHold, HOLD)}))",
    "changed_at": "Int64",
    "version": "UInt64",
}
_TIMELINE_TUPLE = f"a String, b String, c String, d UInt64, e UInt16, f Tuple({_tuple(Touchpoint, TOUCHPOINT)}), g Map({WORD}, {WORD})"
_IDENTITY_TUPLE = f"a String, b {WORD}, c String, d String, e String, f Int64, g UInt64"

# In this order they are written: an alert never points to a row that is not there yet.
INSERTS: tuple[Insert, ...] = (
    Insert(TimelineEntry, "timeline_events", _sql("timeline_events", _TIMELINE_TUPLE, _timeline()), timeline_line),
    Insert(IdentityChange, "identity_versions", _sql("identity_versions", _IDENTITY_TUPLE, _identity()), identity_line),
    Insert(Journey, "journey_latest", _sql("journey_latest", f"tag String, {_tuple(Journey, JOURNEY)}", _journey()), message_line),
    Insert(
        Alert,
        "alert_versions",
        _sql("alert_versions", f"tag String, {_tuple(Alert, ALERT)}", _alert()),
        message_line,
        Values(f"INSERT INTO {{database}}.alert_versions ({', '.join(ALERT)}) VALUES", _alert_row),
    ),
    Insert(
        ContactPolicy,
        "contact_policy_latest",
        _sql("contact_policy_latest", f"tag String, {_tuple(ContactPolicy, POLICY)}", _policy()),
        message_line,
    ),
    Insert(
        DeadLetter,
        "dead_letter_records",
        _sql("dead_letter_records", f"tag String, {_tuple(DeadLetter, DEAD_LETTER)}", _dead_letter()),
        message_line,
    ),
)
