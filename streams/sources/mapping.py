"""A source file, compiled: one record -> the drafts of its touchpoints, in microseconds per row.

Everything that a source file says is turned into look-ups once; per record nothing is parsed or searched that a dict can answer.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from schemas.source import Choice, EventSpec, Source, is_plain, words_of
from streams.sources.normalise import clean
from streams.sources.paths import Getter, compile_expression, compile_value, is_true
from streams.sources.record import Adapter, Draft, Invalid
from streams.sources.values import SHOWN

Pairs = tuple[tuple[str, Getter], ...]
ID_JOIN = "|"  # between the fields of an event id


class _Event(NamedTuple):
    """One `events` entry, compiled."""

    spec: EventSpec
    when: Getter | None
    type: Getter
    time: Getter
    department: Getter
    direction: Getter
    identifiers: Pairs
    refs: Pairs
    channel: Getter
    team: Getter
    agent: Getter
    facts: tuple[Getter, ...]
    due_at: Getter
    attributes: Pairs
    id: tuple[Getter, ...]
    sequence: Getter
    recorded: Getter
    sent: Getter


def compile_mapping(source: Source) -> Adapter:
    """The drafts that a record of this source yields; raises `Invalid` for a record that yields none without leave."""
    events = tuple(_compile_event(spec) for spec in source.resolved)
    ignored = compile_expression(source.ignore) if source.ignore else None

    def drafts(record: Any) -> Iterable[Draft]:
        if not isinstance(record, dict):
            raise Invalid("invalid_value", "", f"the record is not an object but {type(record).__name__}")
        if ignored is not None and is_true(ignored(record)):
            return ()
        made: list[Draft] = []
        timeless: list[EventSpec] = []
        for event in events:
            if event.when is not None and not is_true(event.when(record)):
                continue
            kind = event.type(record)
            if kind is None:
                continue
            time = event.time(record)
            if time is None:
                timeless.append(event.spec)
            else:
                made.append(_draft(event, kind, time, record))
        if not made:
            _explain_nothing(source, timeless, record)
        return made

    return drafts


def _draft(event: _Event, kind: str, time: Any, record: Any) -> Draft:
    return Draft(
        kind,
        time,
        [(name, get(record)) for name, get in event.identifiers],
        [(name, get(record)) for name, get in event.refs],
        event.department(record),
        event.direction(record),
        event.channel(record),
        event.team(record),
        event.agent(record),
        [get(record) for get in event.facts] if event.facts else (),
        event.due_at(record),
        [(name, get(record)) for name, get in event.attributes],
        _event_id(kind, event, record) if event.id else "",
        "",
        event.sequence(record),
        event.recorded(record),
        event.sent(record),
    )


def _event_id(kind: str, event: _Event, record: Any) -> str:
    """The type and the id fields: a row that yields several touchpoints gives each an id of its own."""
    parts: list[str] = []
    for get in event.id:
        value = get(record)
        try:
            parts.append("" if value is None else clean(value).replace("\\", "\\\\").replace(ID_JOIN, "\\" + ID_JOIN))
        except ValueError as error:
            raise Invalid("invalid_value", ", ".join(event.spec.id), f"id: {error}") from None
    if not any(parts):
        raise Invalid(
            "missing_field",
            ", ".join(event.spec.id),
            f"the event id is empty ({', '.join(event.spec.id)}){_nearest(event.spec.id, record)}",
        )
    return f"{kind}:{ID_JOIN.join(parts)}"


def _compile_event(spec: EventSpec) -> _Event:
    return _Event(
        spec,
        compile_expression(spec.when) if spec.when else None,
        _compile_word(spec.type),
        compile_value(spec.time),
        _compile_word(spec.department),
        _compile_word(spec.direction),
        _compile_pairs(spec.identifiers),
        _compile_pairs(spec.refs),
        compile_value(spec.channel),
        compile_value(spec.team),
        compile_value(spec.agent),
        tuple(compile_value((path,)) for path in spec.facts),
        compile_value(spec.due_at),
        _compile_pairs(spec.attributes),
        tuple(compile_value((path,)) for path in spec.id),
        compile_value(spec.sequence),
        compile_value(spec.recorded),
        compile_value(spec.sent),
    )


def _compile_pairs(values: dict[str, Any]) -> Pairs:
    return tuple((name, compile_value(value)) for name, value in values.items())


def _compile_word(word: str | Choice | None) -> Getter:
    if not isinstance(word, Choice):
        return lambda _record: word
    get, table, otherwise = compile_value(word.source), word.map, word.otherwise

    def choose(record: Any) -> Any:
        found = get(record)
        return table.get(found if isinstance(found, str) else _plain(found), otherwise)

    return choose


def _plain(value: Any) -> str:
    """A number, truth value or nothing, as a key of a choice is written in YAML."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _explain_nothing(source: Source, timeless: Sequence[EventSpec], record: dict[str, Any]) -> None:
    """No touchpoint at all: fine when the source file says so, else a dead letter that says why."""
    if timeless:
        if all(spec.optional for spec in timeless):
            return
        paths = list(dict.fromkeys(path for spec in timeless for path in spec.time))
        raise Invalid("missing_field", ", ".join(paths), f"no event has a time: {', '.join(paths)} are empty{_nearest(paths, record)}")
    paths = list(dict.fromkeys(path for spec in source.events if isinstance(spec.type, Choice) for path in spec.type.source))
    said = "".join(f"; {path} says {_plain(compile_value((path,))(record))[:SHOWN]!r}" for path in paths)
    raise Invalid("unmapped", ", ".join(paths), f"no event of the source file is meant by this record{said}")


def _nearest(paths: Iterable[str], record: dict[str, Any]) -> str:
    """Which of the fields do not exist at all, and what they may have been called."""
    return "".join(
        f"; there is no field {path!r}"
        + "".join(f", the nearest is {name!r}" for name in get_close_matches(path, [str(key) for key in record], 1))
        for path in paths
        if is_plain(path) and path not in record and "." not in path
    )


def columns(source: Source) -> dict[str, tuple[tuple[str, ...], ...]]:
    """What a table must have, by event type: for each value of an event the columns of which one has to exist."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for spec in source.resolved:
        mappings = (*spec.identifiers.values(), *spec.refs.values(), *spec.attributes.values())
        singles = (spec.time, spec.due_at, spec.channel, spec.team, spec.agent, spec.sequence, spec.recorded, spec.sent)
        values = (*singles, *mappings, *((path,) for path in (*spec.id, *spec.facts)))
        plain = [tuple(value) for value in values if value and all(is_plain(path) and not path.startswith("=") for path in value)]
        found["/".join(words_of(spec.type))] = tuple(dict.fromkeys(plain))
    return found
