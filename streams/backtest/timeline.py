"""A back-test over the timeline in ClickHouse, customer by customer as they are known now.

Only what the rules can read is asked for: touchpoints of types that they mention, and those that tie several refs into one matter. The
server sorts and hands over one customer after another, so memory does not grow with the history. A row comes as the JSON array of a
`Touchpoint`, which takes a third of the time that columns take; what is no text among its attributes gets its type back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from schemas.alert import Alert
from schemas.touchpoint import Scalar, Touchpoint
from sinks.clickhouse import Reader
from streams.core.backtest import Activity, Trial

NOBODY = "00000000-0000-0000-0000-000000000000"
TYPES = "SELECT DISTINCT type FROM timeline_events"
ACTIVE = f"""
SELECT uniqExact(customer_id), uniqExact(customer_id, toYYYYMM(occurred_at)) FROM timeline
WHERE customer_id != toUUID('{NOBODY}') AND occurred_at >= {{since:DateTime64(6, 'UTC')}} AND occurred_at <= {{now:DateTime64(6, 'UTC')}}
"""
OTHERS = """
SELECT DISTINCT toString(rule), toString(customer_id), matter FROM alerts
WHERE status != 'withdrawn' AND NOT has({rules:Array(String)}, rule)
"""
READ = f"""
FROM history
WHERE customer_id != toUUID('{NOBODY}') AND occurred_at <= {{now:DateTime64(6, 'UTC')}} AND (has({{types:Array(String)}}, type)
OR arraySum((kind, refs) -> has({{kinds:Array(String)}}, kind) ? length(refs) : 0, mapKeys(refs), mapValues(refs)) > 1)
"""
COUNT = f"SELECT count() {READ}"
ROWS = f"""
SELECT toString(customer_id), formatRowNoNewline('JSONCompactEachRow',
    toString(event_id), type, toUnixTimestamp64Micro(occurred_at), source, department, identifiers, refs, channel, direction, team, agent,
    facts, if(isNull(due_at), NULL, toUnixTimestamp64Micro(assumeNotNull(due_at))), attributes, seq), attribute_types
FROM (SELECT * {READ} ORDER BY customer_id, occurred_at)
"""

VALUES: Mapping[str, Callable[[str], Scalar]] = {"int": int, "float": float, "bool": lambda text: text == "true", "null": lambda _: None}

decode = msgspec.json.Decoder(Touchpoint, strict=False).decode  # some servers write 64-bit numbers in quotes
Rows = Iterable[tuple[Any, ...]]


class Extent(NamedTuple):
    """What is read: up to when, and which touchpoints."""

    now: datetime
    types: list[str]
    kinds: list[str]


def extent(reader: Reader, trial: Trial, kinds: Iterable[str], now: datetime) -> Extent:
    """What the rules of the trial can read of this timeline; `kinds` of refs make a matter."""
    types = [name for (name,) in reader.query(TYPES).rows if any(judge.mentions(name) for judge in trial.court.judges.values())]
    return Extent(now, sorted(types), sorted(kinds))


def activity(reader: Reader, since: datetime, now: datetime) -> Activity:
    """Who had a touchpoint in the period."""
    return Activity(*_first(reader, ACTIVE, since=_plain(since), now=_plain(now)))


def size(reader: Reader, what: Extent) -> int:
    """How many touchpoints there are to read."""
    return int(_first(reader, COUNT, **_values(what))[0])


def judged(reader: Reader, trial: Trial, what: Extent) -> Iterator[tuple[int, list[Alert]]]:
    """Customer by customer: how many touchpoints were read, and all alerts."""
    for customer, rows in groupby(reader.query(ROWS, _values(what)).rows, key=itemgetter(0)):
        touchpoints = {t.event_id: t for t in map(touchpoint_of, rows)}
        yield len(touchpoints), list(trial.alerts(customer, touchpoints))


def others(reader: Reader, rules: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Rule, customer and matter of the alerts that stand, of all but these rules."""
    for rule, customer, matter in reader.query(OTHERS, {"rules": list(rules)}).rows:
        yield rule, "" if customer == NOBODY else customer, matter


def touchpoint_of(row: tuple[str, str, Mapping[str, str]]) -> Touchpoint:
    """The touchpoint as rules saw it when it arrived: customer, touchpoint as JSON, types of attributes."""
    touchpoint = decode(row[1])
    if not row[2]:
        return touchpoint
    attributes = touchpoint.attributes
    return replace(touchpoint, attributes={**attributes, **{name: VALUES[type](str(attributes[name])) for name, type in row[2].items()}})


def _values(what: Extent) -> dict[str, object]:
    return {"now": _plain(what.now), "types": what.types, "kinds": what.kinds}


def _plain(at: datetime) -> str:
    """As the server reads it: the driver would cut an instant to whole seconds."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def _first(reader: Reader, sql: str, **values: object) -> tuple[Any, ...]:
    (row,) = reader.query(sql, values).rows
    return row
