"""The views for BI, asked what docs/views.md asks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from clickhouse_driver import Client

from sinks.clickhouse import Address, ClickHouseSink, migrate
from sinks.clickhouse.rollups import ROLLUPS, refresh_rollups
from tests.integration.bi_story import HANDED_OVER, HOUR, JOURNEYS, STORY, TICKET_2, touch
from tests.integration.documented import DOCUMENT, queries
from tests.integration.published import MARCH, change, entry

pytestmark = pytest.mark.server


def instant(hour: int) -> datetime:
    """In the story's March."""
    return datetime.fromtimestamp((MARCH + hour * HOUR) / 1e6, UTC)


BATCH = 12  # every insert costs a dozen milliseconds, whatever its size
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    # giver, receiver, times, bounce rate, hours, told again
    "handoffs": [
        ("service", "desk", "service", "repair", 2, 0.5, 3.0, 1),
        ("service", "fitters", "sales", "", 1, 0.0, 3.0, 0),
        ("service", "repair", "service", "desk", 1, 0.0, 1.0, 0),
        ("service", "repair", "service", "fitters", 1, 0.0, 3.0, 0),
    ],
    # kind, journeys, touches, channels, told again, hours
    "customer_effort": [("order", 1, 0.0, 0.0, 0, 0.0), ("ticket", 2, 1.5, 1.5, 1, 10.0)],
    # department, kind, journeys, in time, disputed, gap
    "perception_gap": [("offline", "order", 3, 66.7, 33.3, 1), ("service", "ticket", 1, 100.0, 100.0, 1)],
    # made by, made, moved, kept, broken, missed
    "promises": [("sales", 2, 1, 2, 0, 50.0), ("service", 4, 1, 0, 2, 50.0)],
    # department, claims, quarrels, days of quarrel, after a gap, back again
    "ownership": [("sales", 2, 1, 0.2, 1, 1), ("service", 1, 1, 0.2, 0, 0)],
    # origin, owner, leads, never contacted, hours, won
    "lead_follow_up": [("fair", "lee", 1, 0, 6.0, 1), ("shop", "kim", 1, 1, None, 0)],
    # month, department, contacts, automatic, again, crossing
    "contact_pressure": [(date(2026, 3, 1), "marketing", 2, 2, 1, 1), (date(2026, 3, 1), "sales", 3, 1, 1, 0)],
    # purpose, channel, rule, customers, open-ended
    "contact_policy": [("promo", "mail", "contact_after_opt_out", 1, 1)],
    # responsible, severity, going on, customers, taken care of, oldest
    "alerts": [("offline", "high", 1, 1, 1, instant(20))],
    # rule, raised, taken back, came late, useful, useless, stood
    "rule_quality": [("silence", 2, 1, 1, 0, 1, 50.0), ("late_delivery", 1, 0, 0, 1, 0, 100.0)],
    # by, taken care of, useful, silences, about identity, last word
    "commands": [("kim", 3, 1, 0, 0, instant(31)), ("lee", 0, 0, 1, 1, instant(41))],
}


@pytest.fixture
def sink(address: Address) -> Iterator[ClickHouseSink]:
    found = ClickHouseSink(address)
    yield found
    found.close()


def refresh(sink: ClickHouseSink, client: Client) -> None:
    sink.refresh()
    refresh_rollups(client, sink.address.database)


def test_every_documented_query_gives_what_the_story_tells(sink: ClickHouseSink, client: Client):
    sink.write("1", STORY)
    refresh(sink, client)
    assert {view: client.execute(query) for view, query in queries().items()} == ANSWERS


def test_neither_order_nor_repetition_changes_an_answer(sink: ClickHouseSink, client: Client):
    backwards = STORY[::-1]
    for first in range(0, len(backwards), BATCH):
        sink.write(str(first), backwards[first : first + BATCH])
    sink.write("again", STORY)
    refresh(sink, client)
    assert {view: client.execute(query) for view, query in queries().items()} == ANSWERS


def test_every_column_of_a_documented_view_is_in_its_table(client: Client):
    for section in DOCUMENT.read_text(encoding="utf-8").split("\n## `")[1:]:
        view = section.partition("`")[0]
        columns = {name for name, *_ in client.execute(f"DESCRIBE {view}")} - {"refreshed_at"}
        assert {name for name in columns if f"`{name}`" not in section} == set()


def test_every_roll_up_is_refreshed(client: Client):
    refreshable = client.execute("SELECT view FROM system.view_refreshes WHERE database = currentDatabase()")
    assert {f"{rollup}_mv" for rollup in ROLLUPS} == {view for (view,) in refreshable}


def test_words_that_are_older_than_their_column_count_too(sink: ClickHouseSink, client: Client):
    sink.write("1", STORY)
    client.execute("ALTER TABLE timeline_events DROP COLUMN called_useful SETTINGS mutations_sync = 2")
    client.execute("ALTER TABLE schema_migrations DELETE WHERE number = 24 SETTINGS mutations_sync = 2")
    assert migrate(client, sink.address.database) == ("0024_words_about_alerts.sql",)
    refresh(sink, client)
    assert client.execute(queries()["rule_quality"]) == ANSWERS["rule_quality"]


def test_a_promise_tells_its_course(sink: ClickHouseSink, client: Client):
    sink.write("1", STORY)
    sink.refresh()
    assert client.execute(
        "SELECT promise, status, made_by, kept_by, moved_by, missed, dateDiff('hour', made_at, first_due_at), dateDiff('hour', made_at, due_at), late_seconds / 3600"
        " FROM promises ORDER BY promise"
    ) == [
        ("broken", "broken", "service", "", [], 1, 24, 24, 360.0),
        ("kept", "kept", "sales", "sales", [], 0, 10, 10, None),
        ("moved in time", "kept_late", "service", "service", ["service"], 1, 5, 20, 10.0),
        ("moved too late", "kept", "sales", "offline", ["service"], 1, 2, 50, None),
        ("not due yet", "open", "service", "", [], 0, 2160, 2160, None),
        ("released", "released", "service", "", [], 0, 24, 24, None),
    ]


def test_claims_are_intervals(sink: ClickHouseSink, client: Client):
    sink.write("1", STORY)
    sink.refresh()
    assert client.execute(
        "SELECT turn, department, team, dateDiff('hour', claimed_at, released_at), overlaps, overlap_seconds, gap_seconds, alternation FROM ownership ORDER BY turn"
    ) == [
        (1, "sales", "north", 10, ["service"], 5 * 3600.0, 0.0, False),
        (2, "service", "", 15, ["sales"], 5 * 3600.0, 0.0, False),
        (3, "sales", "", None, [], 0.0, 10 * 3600.0, True),
    ]


def test_what_three_claim_at_once_is_one_quarrel_at_a_time(sink: ClickHouseSink, client: Client):
    claims = [("sales", 0, 10), ("service", 2, 6), ("online", 4, 8)]
    sink.write("1", [touch("anna", "claim.opened", begin, department) for department, begin, _ in claims])
    sink.write("2", [touch("anna", "claim.released", end, department) for department, _, end in claims])
    assert client.execute("SELECT department, overlaps, overlap_seconds / 3600 FROM ownership ORDER BY turn") == [
        ("sales", ["online", "service"], 6.0),
        ("service", ["online", "sales"], 4.0),
        ("online", ["sales", "service"], 4.0),
    ]


def test_customers_who_turn_out_to_be_one_quarrel_after_the_merge(sink: ClickHouseSink, client: Client):
    sink.write(
        "1",
        [touch("anna", "claim.opened", 0, "sales"), touch("bea", "claim.opened", 1, "service"), touch("bea", "page.viewed", 2, "online")],
    )
    sink.write("2", [change("email:anna", "email:anna"), change("email:bea", "email:bea")])
    sink.refresh()
    assert client.execute("SELECT sum(length(overlaps)) FROM ownership") == [(0,)]
    sink.write("3", [change("email:bea", "email:anna", 2)])
    sink.refresh()
    assert client.execute("SELECT sum(length(overlaps)) FROM ownership") == [(2,)]


def test_a_pair_that_was_corrected_away_is_gone_with_the_next_refresh(sink: ClickHouseSink, client: Client):
    sink.write("1", [*HANDED_OVER, *JOURNEYS])
    refresh(sink, client)
    corrected = touch("gus", "ticket.assigned", 6, "service", team="repair", direction="internal", digest=2, **TICKET_2)
    sink.write("2", [corrected])
    refresh(sink, client)
    pairs = "SELECT from_team, to_team, handoffs, accepted, bounced, wait_seconds / 3600 FROM handoffs WHERE kind = 'ticket' ORDER BY 1, 2"
    assert client.execute(pairs) == [
        ("desk", "repair", 2, 1, 1, 9.0),
        ("repair", "", 1, 1, 0, 3.0),
        ("repair", "desk", 1, 1, 0, 1.0),
    ]


def test_the_channels_of_a_journey_are_those_since_its_opening(sink: ClickHouseSink, client: Client):
    before = entry("before", at=MARCH - HOUR, channel="store", direction="inbound", refs={"ticket": ("1",)})
    inside = entry("inside", at=MARCH + HOUR, channel="chat", direction="internal", refs={"ticket": ("1",)})
    sink.write("1", [*HANDED_OVER, *JOURNEYS, before, inside])
    refresh(sink, client)
    assert client.execute(
        "SELECT matter, channels, waited_seconds / 3600, third_party_seconds / 3600, our_wait_seconds / 3600 FROM customer_effort WHERE kind = 'ticket' ORDER BY 1"
    ) == [("ticket:1", ["mail", "phone"], 2.0, 3.0, 1.0), ("ticket:2", ["phone"], 10.0, 0.0, 0.0)]
