import json
import urllib.parse
import urllib.request
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from clickhouse_driver import Client

from schemas.alert import Alert
from schemas.ids import customer_id
from schemas.touchpoint import Origin
from sinks.clickhouse import Address, ClickHouseSink
from sinks.clickhouse.rows import NOBODY
from tests.integration.published import DAY, MARCH, alert, change, eid, entry, journey, letter

pytestmark = pytest.mark.server

ANNA, COOKIE, PHONE = "email:anna", "cookie:1", "phone:49"


def named(identifier: str) -> UUID:
    return UUID(customer_id(identifier))


def timeline(client: Client) -> dict[str, UUID]:
    rows = client.execute("SELECT source_event_id, customer_id FROM timeline")
    assert len(rows) == len(dict(rows))
    return dict(rows)


def thread(client: Client, identifier: str, since: str = "1970-01-01 00:00:00") -> list[str]:
    sql = "SELECT source_event_id FROM customer_timeline(customer = %(customer)s, since = %(since)s)"
    return [name for (name,) in client.execute(sql, {"customer": customer_id(identifier), "since": since})]


def test_views_follow_a_merge_a_split_and_a_merge_again(sink: ClickHouseSink, client: Client):
    sink.write("1", [entry("a", ids=(ANNA,)), entry("b", ids=(COOKIE,), at=MARCH + 1), change(ANNA, ANNA), change(COOKIE, COOKIE)])
    sink.refresh()
    assert timeline(client) == {"a": named(ANNA), "b": named(COOKIE)}
    sink.write("2", [change(COOKIE, ANNA, 2)])
    sink.refresh()
    assert timeline(client) == {"a": named(ANNA), "b": named(ANNA)}
    assert (thread(client, ANNA), thread(client, COOKIE)) == (["a", "b"], [])
    sink.write("3", [entry("c", ids=(COOKIE,), customer=ANNA, at=MARCH + 2), change(COOKIE, COOKIE, 3)])
    sink.refresh()
    assert timeline(client) == {"a": named(ANNA), "b": named(COOKIE), "c": named(COOKIE)}
    assert (thread(client, ANNA), thread(client, COOKIE)) == (["a"], ["b", "c"])
    sink.write("4", [change(ANNA, COOKIE, 2)])
    sink.refresh()
    assert timeline(client) == dict.fromkeys("abc", named(COOKIE))
    assert thread(client, COOKIE, "2026-03-01 00:00:00.000001") == ["b", "c"]
    assert client.execute("SELECT identifier, customer_id, changes FROM identifiers ORDER BY 1") == [
        (COOKIE, named(COOKIE), 2),
        (ANNA, named(COOKIE), 1),
    ]
    assert client.execute("SELECT identifier, version, customer_id FROM identity_changes ORDER BY 1, 2") == [
        (COOKIE, 1, named(COOKIE)),
        (COOKIE, 2, named(ANNA)),
        (COOKIE, 3, named(COOKIE)),
        (ANNA, 1, named(ANNA)),
        (ANNA, 2, named(COOKIE)),
    ]


def test_an_identity_change_that_arrives_late_does_not_win(sink: ClickHouseSink, client: Client):
    sink.write("1", [entry("b", ids=(COOKIE,))])
    sink.write("2", [change(COOKIE, PHONE, 2)])
    sink.write("3", [change(COOKIE, ANNA, 1)])
    sink.refresh()
    assert timeline(client) == {"b": named(PHONE)}


def test_only_identifiers_that_were_ever_linked_cost_a_look_up(sink: ClickHouseSink, client: Client, address: Address):
    sink.write("1", [change(ANNA, ANNA), change(COOKIE, ANNA), change(PHONE, PHONE), change(PHONE, ANNA, 2), change(PHONE, PHONE, 3)])
    sink.refresh()
    overrides = client.execute(f"SELECT customer_id FROM dictionary('{address.database}.identity_overrides') ORDER BY 1")
    assert sorted(overrides) == sorted([(named(ANNA),), (named(PHONE),)])


def test_a_shared_identifier_belongs_to_nobody_and_its_touchpoints_move_on(sink: ClickHouseSink, client: Client):
    stamped = entry("a", ids=(PHONE, COOKIE), customer=PHONE)
    sink.write("1", [stamped, entry("b", ids=(PHONE,)), change(PHONE, PHONE)])
    sink.write(
        "2",
        [
            entry("a", ids=(PHONE, COOKIE), skip=1),
            entry("b", ids=(PHONE,), skip=1, customer=None),
            change(PHONE, None, 2),
            change(COOKIE, COOKIE),
        ],
    )
    sink.refresh()
    assert timeline(client) == {"a": named(COOKIE), "b": UUID(NOBODY)}
    assert thread(client, COOKIE) == ["a"]
    assert client.execute("SELECT identifier, shared FROM identifiers ORDER BY 1") == [(COOKIE, False), (PHONE, True)]
    assert client.execute("SELECT customer_id, touchpoints FROM customers") == [(named(COOKIE), 1)]
    assert client.execute("SELECT touchpoints, timeline_rows, duplicates, balanced FROM accounting") == [(2, 2, 0, True)]


def test_a_customer_is_known_before_any_identity_change_is_written(sink: ClickHouseSink, client: Client):
    sink.write("1", [entry("a")])
    assert timeline(client) == {"a": named(ANNA)}
    assert client.execute("SELECT customer_id, identifiers, touchpoints FROM customers") == [(named(ANNA), 0, 1)]


def test_duplicates_are_recorded_and_harmless(sink: ClickHouseSink, client: Client):
    sink.write("1", [entry("a", offset=1), entry("a", offset=2), entry("b", offset=3)])
    sink.write("2", [entry("a", origin=Origin("again.csv", 0, 0)), letter(4)])
    assert client.execute(
        "SELECT event_id, topic, offset, first_topic, first_offset, conflicting FROM duplicates ORDER BY topic, offset"
    ) == [
        (UUID(eid("a")), "orders.csv", 1, "again.csv", 0, False),
        (UUID(eid("a")), "orders.csv", 2, "again.csv", 0, False),
    ]
    assert client.execute("SELECT * FROM accounting") == [(5, 4, 2, 2, 0, 1, True)]


CONFLICT = (
    entry("a", offset=0, digest=1, team="first"),
    entry("a", offset=1, digest=2, team="same time"),
    entry("a", offset=2, digest=3, team="moved", at=MARCH + 40 * DAY),
    entry("a", offset=3, digest=4, team="other customer", ids=(PHONE,)),
    entry("a", offset=4, digest=5, team="recorded earlier", recorded_at=MARCH - DAY),
)


@pytest.mark.parametrize("order", [*permutations(range(5))][::24], ids=str)
def test_one_id_for_two_events_is_shown_once_whatever_the_order(sink: ClickHouseSink, client: Client, order: tuple[int, ...]):
    for number in order:
        sink.write(str(number), [CONFLICT[number]])
    sink.refresh()
    assert client.execute("SELECT team, customer_id FROM timeline") == [("other customer", named(PHONE))]
    assert client.execute("SELECT touchpoints, timeline_rows, duplicates, conflicting, balanced FROM accounting") == [(5, 1, 4, 4, True)]


def test_alerts_show_the_highest_version_and_changes_all_of_them(sink: ClickHouseSink, client: Client):
    changes: list[tuple[int, dict[str, Any]]] = [
        (3, {"status": "resolved", "change": "resolved", "ends_at": MARCH + 9}),
        (1, {}),
        (4, {"status": "open", "change": "opened", "occurrences": 2}),
        (2, {"change": "updated", "customer_id": customer_id(PHONE)}),
    ]
    versions: list[Alert] = [alert(version=version, **fields) for version, fields in changes]
    for number, version in enumerate(versions):
        sink.write(str(number), [version])
    assert client.execute("SELECT status, occurrences, ends_at, customer_id, version FROM alerts") == [("open", 2, None, named(ANNA), 4)]
    assert client.execute("SELECT version, change, customer_id FROM alert_changes ORDER BY version") == [
        (1, "opened", named(ANNA)),
        (2, "updated", named(PHONE)),
        (3, "resolved", named(ANNA)),
        (4, "opened", named(ANNA)),
    ]


def test_an_alert_whose_start_was_corrected_is_still_one_row(sink: ClickHouseSink, client: Client):
    sink.write("1", [alert(), journey()])
    sink.write("2", [alert(version=2, starts_at=MARCH - 400 * DAY), journey(version=2, opened_at=MARCH - 400 * DAY)])
    assert (
        client.execute("SELECT count(), max(version) FROM alerts")
        == client.execute("SELECT count(), max(version) FROM journeys")
        == [(1, 2)]
    )


def test_withdrawn_journeys_are_gone_and_withdrawn_alerts_say_so(sink: ClickHouseSink, client: Client):
    sink.write("1", [journey(), alert()])
    sink.write("2", [journey(version=2, withdrawn=True), alert(version=2, status="withdrawn", change="withdrawn", cause="late_event")])
    assert client.execute("SELECT count() FROM journeys") == [(0,)]
    assert client.execute("SELECT status, cause FROM alerts") == [("withdrawn", "late_event")]


def test_evidence_joins_the_timeline(sink: ClickHouseSink, client: Client):
    sink.write("1", [entry("one"), entry("b", at=MARCH + 1, type="parcel.delivered"), alert()])
    joined = "SELECT t.source_event_id, e.department FROM alerts ARRAY JOIN evidence AS e INNER JOIN timeline AS t ON t.event_id = e.event_id ORDER BY e.at"
    assert client.execute(joined) == [("one", "online"), ("b", "offline")]


def test_a_customer_sums_up_identifiers_touchpoints_and_alerts(sink: ClickHouseSink, client: Client):
    touchpoints = [entry("a"), entry("b", department="service", ids=(COOKIE,), at=MARCH + DAY)]
    identity = [change(ANNA, ANNA), change(COOKIE, ANNA)]
    alerts = [alert("1"), alert("2", status="held"), alert("3", status="resolved"), alert("4", status="withdrawn")]
    sink.write("1", [*touchpoints, *identity, *alerts])
    sink.refresh()
    assert client.execute("SELECT * EXCEPT (first_seen, last_seen), dateDiff('day', first_seen, last_seen) FROM customers") == [
        (named(ANNA), 2, ["cookie", "email"], 2, ["online", "service"], 2, 3, ["late_delivery"], 1)
    ]


def test_a_source_says_how_much_how_long_and_how_late(sink: ClickHouseSink, client: Client):
    sink.write(
        "1",
        [
            entry("a", recorded_at=MARCH + 3_000_000),
            entry("b", at=MARCH + DAY, recorded_at=MARCH + DAY + 3_000_000, type="order.canceled"),
            letter(7),
        ],
    )
    assert client.execute(
        "SELECT source, departments, events, types, customers, dateDiff('hour', first_at, last_at), late_seconds_p50, dead_letters FROM sources"
    ) == [("shop", ["online"], 2, 2, 1, 24, 3.0, 1)]


def test_a_dead_letter_tried_again_replaces_the_one_before(sink: ClickHouseSink, client: Client):
    sink.write("1", [letter(1)])
    sink.write("2", [letter(1, attempts=2), letter(2)])
    assert client.execute("SELECT offset, attempts FROM dead_letters ORDER BY offset") == [(1, 2), (2, 1)]


def test_any_client_sees_the_views_over_http(sink: ClickHouseSink, client: Client, address: Address):
    sink.write("1", [entry("a", attributes={"reason": "bröken"})])
    question = urllib.parse.urlencode({"query": f"SELECT customer_id, attributes FROM {address.database}.timeline FORMAT JSONEachRow"})
    with urllib.request.urlopen(f"{address.http_url}/?{question}") as answer:
        assert json.loads(answer.read()) == {"customer_id": customer_id(ANNA), "attributes": {"reason": "bröken"}}
