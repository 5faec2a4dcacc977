"""`promises`, `ownership` and `lead_follow_up` read a narrow table of their own; what they say is what the whole timeline says."""

import random
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from itertools import permutations
from typing import Any

import pytest
from clickhouse_driver import Client
from msgspec.structs import replace as changed

from schemas.ids import customer_id
from schemas.plain import Published
from schemas.timeline import DIGEST_BITS, TimelineEntry
from schemas.touchpoint import CANARY, Origin
from sinks.clickhouse import Address, ClickHouseSink, Target, connect, migrate
from sinks.clickhouse.schema import migrations, statements
from tests.integration.bi_story import HOUR, STORY, touch
from tests.integration.published import DAY, MARCH, change, entry

pytestmark = pytest.mark.server

VIEWS = ("promises", "ownership", "lead_follow_up")
BEFORE, NARROW, LIFE = migrations()[:21], migrations()[21], migrations()[24]
WHOLE, READ_WHOLE = "_of_the_timeline", BEFORE[19]
TYPES = (
    "promise.made", "promise.confirmed", "promise.moved", "promise.kept", "promise.released", "claim.opened", "claim.released",
    "lead.created", "lead.qualified", "lead.handed_over", "lead.accepted", "lead.rejected", "deal.won", "deal.lost",
    "call.made", "quote.sent", "contact.outbound", "contact.outbound", "contact.inbound", "page.viewed",
)  # fmt: skip
PEOPLE = tuple(f"email:{name}" for name in "abcdefghij")
TIMES = 5_000  # one for each, so that no answer hangs on which of two at one instant comes first


@pytest.fixture
def told(client: Client, address: Address) -> Client:
    """With the views beside them as they were when they read the view `timeline`."""
    for sql in statements(READ_WHOLE.text, Target(database=address.database)):
        for view in VIEWS:
            if sql.startswith(f"CREATE OR REPLACE VIEW {address.database}.{view}\n"):
                client.execute(sql.replace(view, f"{view}{WHOLE}", 1))
    return client


def answers(client: Client, suffix: str = "") -> dict[str, list[tuple[Any, ...]]]:
    return {view: client.execute(f"SELECT * FROM {view}{suffix} ORDER BY ALL") for view in VIEWS}


def said(one: TimelineEntry) -> TimelineEntry:
    """With the digest of its content: neither when nor where it was recorded is part of it."""
    content = repr(changed(one.touchpoint, digest=0, recorded_at=0, origin=Origin("", 0, 0)))
    digest = int.from_bytes(blake2b(content.encode(), digest_size=8).digest())
    return TimelineEntry(changed(one.touchpoint, digest=digest), one.skip, one.customer_id)


def stories(chance: random.Random) -> Iterator[TimelineEntry]:
    """Touchpoints, most of which come again: as they were, attributed to somebody else, or with another content."""
    times = iter(chance.sample(range(TIMES), TIMES))

    def fields() -> dict[str, Any]:
        attributes = {"origin": "fair"} if chance.random() < 0.3 else {"campaign": "spring"} if chance.random() < 0.3 else {}
        marks = {CANARY: True} if chance.random() < 0.1 else {"automatic": True} if chance.random() < 0.2 else {}
        refs = {kind: (str(chance.randrange(4)),) for kind in ("promise", "lead") if chance.random() < 0.8}
        due_at = MARCH + chance.randrange(TIMES) * HOUR if chance.random() < 0.6 else None
        return {
            "type": chance.choice(TYPES), "department": chance.choice(("sales", "sales", "service", "online")), "agent": chance.choice(("kim", "lee")),
            "team": chance.choice(("", "north")), "attributes": attributes | marks, "refs": refs, "due_at": due_at,
        }  # fmt: skip

    def moment() -> dict[str, Any]:
        return {"at": MARCH + next(times) * HOUR, "ids": tuple(chance.sample(PEOPLE, 2))}

    for number in range(250):
        content = moment() | fields()
        for offset in range(chance.choice((1, 1, 2, 3))):
            recorded_at = MARCH + chance.randrange(3) * DAY
            yield said(entry(str(number), skip=chance.choice((0, 0, 1)), recorded_at=recorded_at, offset=offset, **content))
            content |= chance.choice(({}, fields(), {"type": chance.choice(TYPES)}, moment()))


@pytest.mark.parametrize("seed", range(4))
def test_the_narrow_table_says_what_the_timeline_says(sink: ClickHouseSink, told: Client, seed: int):
    chance = random.Random(seed)
    touchpoints = list(stories(chance))
    links = [change(name, chance.choice(PEOPLE), version) for name in PEOPLE for version in range(1, chance.randrange(1, 4))]
    messages: list[Published] = [*touchpoints, *links]
    chance.shuffle(messages)
    for first in range(0, len(messages), 100):
        sink.write(str(first), messages[first : first + 100])
    for table in chance.sample(("timeline_events", "commitment_events", "arrivals"), seed % 3):
        told.execute(f"OPTIMIZE TABLE {table} FINAL")
    sink.refresh()
    found = answers(told)
    assert found == answers(told, WHOLE)
    assert all(found.values())


# What was promised is said to be kept, and then that was something else: each with the hours after which it was recorded, and what stays.
KEPT = {"type": "promise.kept", "digest": 1}
CORRECTED: tuple[tuple[tuple[dict[str, Any], ...], tuple[int, ...], str], ...] = (
    ((KEPT, {"type": "page.viewed", "digest": 2}, {"type": "contact.inbound", "digest": 3}), (0, 1, 2), "broken"),
    ((KEPT, {"type": "page.viewed", "digest": 2}, {"type": "promise.released", "digest": 3}), (0, 1, 2), "released"),
    ((KEPT, {**KEPT, "digest": 2, "attributes": {CANARY: True}}, KEPT), (0, 1, 0), "broken"),
    ((KEPT, {"type": "page.viewed", "digest": 2}, {**KEPT, "digest": 3, "attributes": {CANARY: True}}), (2, 1, 0), "kept"),
    ((KEPT, {"type": "contact.outbound", "digest": 2, "attributes": {"automatic": True}}, KEPT), (0, 1, 0), "broken"),
)
ORDERS = tuple(permutations(range(3)))


def promised(who: str) -> TimelineEntry:
    return touch(who, "promise.made", 0, "sales", due_at=MARCH + HOUR, refs={"promise": (who,)})


def about(who: str, recorded: int = 0, **content: Any) -> TimelineEntry:
    """One event of a customer and an instant, whatever it says."""
    at = MARCH + HOUR
    known = {"department": "sales", "ids": (f"email:{who}",), "refs": {"promise": (who,)}}
    return entry(f"about {who}", at=at, recorded_at=at + recorded * HOUR, **known | content)


LATER = touch("zoe", "page.viewed", 9, "online")


@pytest.mark.parametrize("merged", [False, True])
def test_what_was_a_commitment_in_a_content_that_does_not_stay_is_none(sink: ClickHouseSink, told: Client, merged: bool):
    cases = {f"{number} {order}": (*case, order) for number, case in enumerate(CORRECTED) for order in ORDERS}
    sink.write("0", [LATER, *map(promised, cases)])
    for step in range(3):
        arrive = {who: (contents[order[step]], recorded[order[step]]) for who, (contents, recorded, _, order) in cases.items()}
        sink.write(f"1 {step}", [about(who, recorded, **content) for who, (content, recorded) in arrive.items()])
        if merged:
            told.execute("OPTIMIZE TABLE timeline_events FINAL")
    sink.refresh()
    assert dict(told.execute("SELECT promise, status FROM promises")) == {who: status for who, (_, _, status, _) in cases.items()}
    assert answers(told) == answers(told, WHOLE)


def test_of_two_contents_that_no_version_tells_apart_the_timeline_decides(sink: ClickHouseSink, told: Client):
    kept, viewed = {**KEPT, "digest": 1}, {"type": "page.viewed", "digest": 1 + (1 << DIGEST_BITS)}
    assert about("", **kept).version == about("", **viewed).version
    sink.write("0", [LATER, promised("anna"), promised("bea")])
    for first, second in ((kept, viewed), (viewed, kept)):
        sink.write(str(first), [about("anna", **first), about("bea", **second)])
    sink.refresh()
    assert {status for (status,) in told.execute("SELECT status FROM promises")} == {"broken", "kept"}
    assert answers(told) == answers(told, WHOLE)


def test_a_content_that_is_no_commitment_costs_the_timeline_no_look_up(sink: ClickHouseSink, told: Client, address: Address):
    for digest in (1, 2):
        sink.write(str(digest), [about("anna", **KEPT | {"digest": digest}), about("bea", type="page.viewed", digest=digest)])
    sink.refresh()
    names = told.execute(f"SELECT toString(event_id) FROM dictionary('{address.database}.event_conflicts')")
    assert names == [(about("anna").touchpoint.event_id,)]


def test_what_goes_on_is_not_measured_up_to_a_commitment_that_is_none(sink: ClickHouseSink, told: Client):
    synthetic = {**KEPT, "digest": 2, "attributes": {CANARY: True}}
    sink.write("1", [promised("anna"), touch("zoe", "page.viewed", 0.5, "online"), about("bea", **KEPT), about("bea", 1, **synthetic)])
    sink.refresh()
    assert told.execute("SELECT status, late_seconds FROM promises") == [("open", None)]
    assert answers(told) == answers(told, WHOLE)


def test_customers_who_are_merged_share_what_they_were_promised(sink: ClickHouseSink, told: Client):
    sink.write("1", [promised("anna"), promised("bea"), change("email:anna", "email:anna"), change("email:bea", "email:bea")])
    sink.write("2", [change("email:bea", "email:anna", 2)])
    sink.refresh()
    assert told.execute("SELECT toString(customer_id), count() FROM promises GROUP BY customer_id") == [(customer_id("email:anna"), 2)]


@pytest.fixture
def before(client: Client, address: Address) -> Iterator[Address]:
    """A database without the narrow table, with commitments in more months than one insert may have by itself."""
    old = replace(address, database=f"{address.database}_before")
    client.execute(f"CREATE DATABASE {old.database}")
    for migration in (*BEFORE, LIFE):  # the sink of today asks for the life of the server
        for sql in statements(migration.text, Target(database=old.database)):
            client.execute(sql)
    client.execute(f"CREATE TABLE {old.database}.schema_migrations AS schema_migrations")
    client.execute(f"INSERT INTO {old.database}.schema_migrations SELECT * FROM schema_migrations WHERE number <= {len(BEFORE)}")
    sink = ClickHouseSink(old)
    sink.write("1", [*STORY, change("email:hugo", "email:bea")])
    sink.write("2", [promised("anna"), about("anna", **KEPT), about("anna", 1, type="page.viewed", digest=2)])
    sink.write("3", [touch("hugo", "promise.made", -month * 31 * 24, "sales", refs={"promise": (str(month),)}) for month in range(120)])
    sink.write("4", [touch("bea", "promise.kept", 3, "online", attributes={CANARY: True}, refs={"promise": ("broken",)})])
    sink.refresh()
    sink.close()
    yield old
    client.execute(f"DROP DATABASE {old.database} SYNC")


def test_what_was_there_before_the_narrow_table_is_in_it(before: Address):
    with connect(before, database=before.database) as client:
        was = answers(client)
        later = ("0023_shared_identifiers.sql", "0024_words_about_alerts.sql", LIFE.name)
        assert migrate(client, before.database) == (NARROW.name, *later)
        assert answers(client) == was
        assert len(was["promises"]) > 120


def test_a_migration_that_was_interrupted_fills_it_once(sink: ClickHouseSink, told: Client, address: Address):
    sink.write("1", STORY)
    sink.refresh()
    told.execute(f"ALTER TABLE schema_migrations DELETE WHERE number = {NARROW.number} SETTINGS mutations_sync = 2")
    assert migrate(told, address.database) == (NARROW.name,)
    assert answers(told) == answers(told, WHOLE)
