"""A mapping read backwards: which record would this source have sent for a touchpoint of this type?

Field paths are filled in, words are looked up in their choice, `=literals` stand as they are, times are written in the layout of the source,
and of a condition what says that a field has a value is met. What cannot be read backwards (an expression that computes something) is left
empty; whether the record means what it should is for `ingest` to say, which reads it forwards.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import jmespath

from schemas.company import Company, IdentifierKind
from schemas.source import Choice, EventSpec, Source, is_plain, words_of
from schemas.touchpoint import CANARY_DOMAIN
from streams.sources.instants import EPOCH
from streams.sources.segment import TRACK, type_of

Record = dict[str, Any]
PROMISED = 3_600_000_000  # microseconds after the event


class Unfit(Exception):
    """No record of this source can mean what is wanted; the message says why."""


class Wanted(NamedTuple):
    """The touchpoint that a record is to mean. `name` stands for the customer, and for what it is about."""

    type: str
    at: int
    name: str
    number: int  # tells the events of one story apart
    team: str = ""


def types_of(source: Source) -> tuple[str, ...]:
    """What a mapping can mean; empty for a source that says itself what its records mean."""
    return tuple(dict.fromkeys(word for spec in source.resolved for word in words_of(spec.type)))


def record_for(company: Company, source: Source, wanted: Wanted) -> Record:
    """A record as it would stand on the source's topic; raises `Unfit`."""
    zone = ZoneInfo(source.timezone or company.timezone)
    if not source.events:
        return _envelope({"data": _native(wanted)}, wanted, zone) if source.input.format == "cloudevents" else _segment(source, wanted)
    problems = []
    for spec in source.resolved:
        if wanted.type in words_of(spec.type):
            try:
                record = _mapped(spec, source, company.kinds, wanted, zone)
                return _envelope(record, wanted, zone) if source.input.format == "cloudevents" else record
            except Unfit as problem:
                problems.append(str(problem))
    raise Unfit("; ".join(problems) or f"it has no event of the type {wanted.type}")


def _mapped(spec: EventSpec, source: Source, kinds: Mapping[str, IdentifierKind], wanted: Wanted, zone: ZoneInfo) -> Record:
    record: Record = {}
    for path, value in _conditions(jmespath.compile(spec.when).parsed) if spec.when else ():
        _put(record, (path,), value)
    if isinstance(spec.type, Choice):
        word = next((text for text, word in spec.type.map.items() if word == wanted.type), None)
        if word is None or not _put(record, spec.type.source, word):
            raise Unfit(f"nothing that can be written into {', '.join(spec.type.source)} means {wanted.type}")
    if not _put(record, spec.time, _time(wanted.at, source.time_format, zone)):
        raise Unfit(f"its time is computed ({', '.join(spec.time)})")
    known = [
        _put(record, value, _identifier(kinds[kind], wanted))
        for kind, value in spec.identifiers.items()
        if value and not value[0].startswith("=") and _can_be_made(kinds.get(kind))
    ]
    if not any(known):
        raise Unfit(f"no identifier of {wanted.type} can be made up ({', '.join(spec.identifiers)})")
    for value in spec.refs.values():
        _put(record, value or (), wanted.name)
    _put(record, spec.team, wanted.team)
    _put(record, spec.facts[:1], "canary")
    _put(record, spec.due_at, _time(wanted.at + PROMISED, source.time_format, zone))
    for path in spec.id:
        _put(record, (path,), f"{wanted.name}-{wanted.number}")
    return record


def _can_be_made(kind: IdentifierKind | None) -> bool:
    """A phone number that nobody has cannot be made up: it may be somebody's."""
    return kind is not None and kind.form != "phone"


def _identifier(kind: IdentifierKind, wanted: Wanted) -> str:
    return wanted.name + CANARY_DOMAIN if kind.form == "email" else wanted.name


def _put(record: Record, value: Sequence[str], text: str) -> bool:
    """Write into the first path that can be written to; what stands there already stays. A literal needs no field."""
    for path in value:
        if not path.startswith("=") and is_plain(path):
            return _set(record, path.split("."), text)
    return False


def _set(record: Record, steps: Sequence[str], text: str) -> bool:
    for step in steps[:-1]:
        record = record.setdefault(step, {})
        if not isinstance(record, dict):
            raise Unfit(f"{'.'.join(steps)} lies within {step}, which holds something else")
    record.setdefault(steps[-1], text)
    return True


def _conditions(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in a condition that says that a field has a value, or that there is one."""
    children = node.get("children", [])
    if node["type"] == "comparator" and node["value"] == "eq" and children[1]["type"] == "literal":
        yield _path(children[0]), children[1]["value"]
    elif node["type"] == "and_expression":
        for child in children:
            yield from _conditions(child)
    elif node["type"] in ("field", "subexpression"):
        yield _path(node), "canary"


def _path(node: Mapping[str, Any]) -> str:
    return str(node["value"]) if node["type"] == "field" else ".".join(_path(child) for child in node.get("children", []))


def _time(at: int, layout: str | None, zone: ZoneInfo) -> str:
    moment = EPOCH + timedelta(microseconds=at)
    if layout is None:
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return moment.astimezone(zone).strftime(layout)


def _envelope(record: Record, wanted: Wanted, zone: ZoneInfo) -> Record:
    given = {"specversion": "1.0", "id": f"{wanted.name}-{wanted.number}", "source": "/canary", "type": wanted.type}
    return {**given, "time": _time(wanted.at, None, zone), **record}


def _native(wanted: Wanted) -> Record:
    return {
        "identifiers": {"email": wanted.name + CANARY_DOMAIN},
        "refs": {"ticket": wanted.name},
        "team": wanted.team,
        "facts": ["canary"],
    }


def _segment(source: Source, wanted: Wanted) -> Record:
    named = [name for name, word in (*source.rename.items(), *TRACK.items()) if word == wanted.type]
    event = next(iter(named), wanted.type.replace(".", " ").replace("_", " ").title())
    if not named and type_of(event) != wanted.type:
        raise Unfit(f"no event name becomes {wanted.type}")
    return {
        "type": "track",
        "event": event,
        "messageId": f"{wanted.name}-{wanted.number}",
        "userId": wanted.name,
        "timestamp": datetime.fromtimestamp(wanted.at / 1e6, UTC).isoformat().replace("+00:00", "Z"),
        "properties": {"conversation_id": wanted.name, "order_id": wanted.name},
    }
