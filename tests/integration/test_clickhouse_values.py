"""Every value that a message can carry is read back as it was, or is a dead letter."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from clickhouse_driver import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.ids import identifier_id
from schemas.touchpoint import Origin
from sinks.clickhouse import ClickHouseSink
from sinks.clickhouse.rows import FIRST_INSTANT, LAST_INSTANT
from tests.integration.published import alert, entry, journey

pytestmark = pytest.mark.server

BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "too early": ({"at": FIRST_INSTANT - 1}, "time_out_of_range", "at"),
    "too late": ({"at": LAST_INSTANT + 1}, "time_out_of_range", "at"),
    "promised for ever": ({"due_at": 1 << 62}, "time_out_of_range", "due_at"),
    "recorded before 1970": ({"recorded_at": -1}, "time_out_of_range", "recorded_at"),
    "half a character": ({"team": "\ud800"}, "invalid_value", ""),
    "no id": ({"event_id": "4711"}, "invalid_value", ""),
    "nobody": ({"ids": ()}, "no_identifier", "ids"),
    "too large an order": ({"seq": 1 << 63}, "invalid_value", "seq"),
    "too large a position": ({"origin": Origin("t", 0, -1)}, "invalid_value", "origin"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_row_that_no_column_takes_becomes_a_dead_letter_and_its_neighbours_are_written(sink: ClickHouseSink, client: Client, bad: str):
    fields, reason, field = BAD[bad]
    good = [entry(f"{n}", offset=n) for n in range(5)]
    outputs = [*good[:2], entry("bad", customer="email:anna" if not fields.get("ids", True) else "", **fields), *good[2:]]
    (made,) = sink.write("t", outputs)
    assert (made.reason, made.field, made.source, made.origin) == (reason, field, "shop", outputs[2].touchpoint.origin)
    assert json.loads(made.payload)[0] == outputs[2].touchpoint.event_id
    assert sink.write("t", outputs) == (made,)
    assert client.execute("SELECT source_event_id FROM timeline ORDER BY ALL") == [("0",), ("1",), ("2",), ("3",), ("4",)]
    if made.origin.offset >= 0:
        assert client.execute("SELECT reason, field, message FROM dead_letters") == [(reason, field, made.message)]


def test_the_ends_of_the_calendar_are_kept_to_the_microsecond(sink: ClickHouseSink, client: Client):
    instants = (FIRST_INSTANT, FIRST_INSTANT + 1, -1, 0, 1, LAST_INSTANT - 1, LAST_INSTANT)
    sink.write("t", [entry(f"{n}", at=instant, due_at=instant, recorded_at=max(instant, 0)) for n, instant in enumerate(instants)])
    read = client.execute(
        "SELECT toUnixTimestamp64Micro(occurred_at), toUnixTimestamp64Micro(assumeNotNull(due_at)), toUnixTimestamp64Micro(recorded_at) FROM timeline ORDER BY 1"
    )
    assert read == [(instant, instant, max(instant, 0)) for instant in instants]


def test_derived_instants_beyond_the_calendar_are_held_at_its_end(sink: ClickHouseSink, client: Client):
    sink.write("t", [alert(starts_at=1 << 62, ends_at=-(1 << 62)), journey(ended_at=1 << 62)])
    assert client.execute("SELECT toUnixTimestamp64Micro(starts_at), toUnixTimestamp64Micro(assumeNotNull(ends_at)) FROM alerts") == [
        (LAST_INSTANT, FIRST_INSTANT)
    ]
    assert client.execute("SELECT toUnixTimestamp64Micro(assumeNotNull(ended_at)) FROM journeys") == [(LAST_INSTANT,)]


HOSTILE = (
    "",
    "'",
    '"',
    "\\",
    "\0",
    "a\0b",
    "\n\t\r",
    "'; DROP TABLE timeline_events; --",
    "{database}",
    "%(x)s",
    "\U0001f9f5",
    "e\u0301",
    "\u202e",
    "x" * 1_000_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_comes_back_as_it_was(sink: ClickHouseSink, client: Client, text: str):
    sink.write(
        f"t{text[:9]}",
        [
            entry("a", attributes={"k": text, text[:9]: "v"}, refs={"order": (text,)}, team=text, facts=(text,)),
            alert(summary=text, matter=text),
        ],
    )
    assert client.execute("SELECT attributes, refs, team, facts FROM timeline") == [
        ({"k": text} | {text[:9]: "v"}, {"order": [text]}, text, [text])
    ]
    assert client.execute("SELECT summary, matter FROM alerts") == [(text, text)]


scalars = st.one_of(st.text(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.booleans(), st.none())
entries = st.builds(
    entry,
    st.text(min_size=1, max_size=8).map(lambda text: text.encode("utf-8", "replace").decode()),
    at=st.integers(FIRST_INSTANT, LAST_INSTANT),
    due_at=st.none() | st.integers(FIRST_INSTANT, LAST_INSTANT),
    recorded_at=st.integers(0, LAST_INSTANT),
    ids=st.lists(st.text(min_size=1), min_size=1, max_size=4).map(tuple),
    refs=st.dictionaries(st.text(), st.lists(st.text()).map(tuple), max_size=3),
    facts=st.lists(st.text(), max_size=3).map(tuple),
    attributes=st.dictionaries(st.text(), scalars, max_size=4),
    seq=st.integers(-(2**63), 2**63 - 1),
    digest=st.integers(0, 2**64 - 1),
    offset=st.integers(0, 2**64 - 1),
    team=st.text(),
)


def shown(value: object) -> str:
    """An attribute as its column has it."""
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return json.dumps(value)


def same(read: str, value: object) -> bool:
    """Numbers may be spelled 1e-7 or 1e-07."""
    return float(read) == value if isinstance(value, float) and math.isfinite(value) else read == shown(value)


@given(st.lists(entries, max_size=20, unique_by=lambda item: item.touchpoint.event_id))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_a_touchpoint_carries_is_read_back(sink: ClickHouseSink, client: Client, written: list[Any]):
    client.execute("TRUNCATE TABLE timeline_events")
    assert sink.write("t", written) == ()
    columns: list[tuple[str, Callable[[Any], object]]] = [
        ("toString(event_id)", lambda item: item.touchpoint.event_id),
        ("toUnixTimestamp64Micro(occurred_at)", lambda item: item.touchpoint.at),
        ("if(due_at IS NULL, NULL, toUnixTimestamp64Micro(assumeNotNull(due_at)))", lambda item: item.touchpoint.due_at),
        ("toUnixTimestamp64Micro(recorded_at)", lambda item: item.touchpoint.recorded_at),
        ("identifiers", lambda item: list(item.touchpoint.ids)),
        ("refs", lambda item: {kind: list(ids) for kind, ids in item.touchpoint.refs.items()}),
        ("facts", lambda item: list(item.touchpoint.facts)),
        ("seq", lambda item: item.touchpoint.seq),
        ("digest", lambda item: item.touchpoint.digest),
        ("offset", lambda item: item.touchpoint.origin.offset),
        ("team", lambda item: item.touchpoint.team),
        ("version", lambda item: item.version),
        ("toString(customer_id)", lambda item: item.customer_id),
        ("toString(anchor_id)", lambda item: identifier_id(item.touchpoint.ids[0])),
    ]
    read = client.execute(f"SELECT {', '.join(sql for sql, _ in columns)}, attributes FROM timeline_events ORDER BY 1")
    ordered = sorted(written, key=lambda item: item.touchpoint.event_id)
    assert [row[:-1] for row in read] == [tuple(value(item) for _, value in columns) for item in ordered]
    for row, item in zip(read, ordered, strict=True):
        assert row[-1].keys() == item.touchpoint.attributes.keys()
        assert all(same(row[-1][key], value) for key, value in item.touchpoint.attributes.items())
