"""Batches: each message once in effect."""

from typing import Any
from uuid import UUID

import pytest
from clickhouse_driver import Client
from clickhouse_driver import errors as driver

from schemas.ids import customer_id, identifier_id
from schemas.plain import Published
from sinks.clickhouse import Address, ClickHouseSink
from sinks.clickhouse.rows import NOBODY
from tests.integration.published import DAY, MARCH, alert, change, eid, entry, journey, letter, policy
from tests.integration.written import TABLES, counts

pytestmark = pytest.mark.server

SAID: dict[str, Any] = {"said": eid("c"), "said_by": "kim", "said_until": MARCH + 7}


def test_every_kind_of_message_is_written_whole(sink: ClickHouseSink, client: Client):
    touchpoint = entry(
        "a",
        ids=("email:anna", "cookie:1"),
        refs={"order": ("4711", "4712")},
        channel="web",
        direction="inbound",
        team="shop",
        agent="u1",
        facts=("address",),
        due_at=MARCH + DAY,
        attributes={"amount": 12.5, "gift": True, "note": None, "reason": "broken", "count": 3},
        seq=-7,
        digest=2**64 - 1,
        offset=2**63 + 5,
    )
    assert (
        sink.write(
            "t",
            [
                touchpoint,
                change("email:anna", "email:anna"),
                journey(),
                alert(ends_at=MARCH + 5, cause="late_event", **SAID),
                policy(),
                letter(),
            ],
        )
        == ()
    )
    assert client.execute("SELECT * EXCEPT (written_at) FROM timeline_events") == [
        (
            UUID(identifier_id("email:anna")),
            UUID(identifier_id("email:anna")),
            at(client, MARCH),
            UUID(eid("a")),
            UUID(customer_id("email:anna")),
            "online",
            "order.placed",
            "web",
            "inbound",
            "shop",
            "u1",
            "shop",
            "a",
            -7,
            at(client, MARCH + DAY),
            at(client, MARCH),
            ["email:anna", "cookie:1"],
            {"order": ["4711", "4712"]},
            ["address"],
            {"amount": "12.5", "gift": "true", "note": "", "reason": "broken", "count": "3"},
            2**64 - 1,
            0,
            "orders.csv",
            0,
            2**63 + 5,
            touchpoint.version,
            {"amount": "float", "gift": "bool", "note": "null", "count": "int"},
        )
    ]
    assert client.execute("SELECT * EXCEPT (written_at) FROM identity_versions") == [
        (
            UUID(identifier_id("email:anna")),
            "email",
            "email:anna",
            UUID(customer_id("email:anna")),
            UUID(customer_id("email:anna")),
            at(client, MARCH),
            1,
        )
    ]
    assert client.execute("SELECT kind, ref, status, ended_at, departments, waiting, withdrawn, version FROM journey_latest") == [
        ("order", "order:4711", "open", None, ["online", "offline"], {"offline": 1_500_000}, 0, 1)
    ]
    evidence = [
        (UUID(eid("one")), at(client, MARCH), "order.placed", "online"),
        (UUID(eid("b")), at(client, MARCH + 1), "parcel.delivered", "offline"),
    ]
    assert client.execute(
        "SELECT key, anchor, ends_at, evidence, change, cause, because, successor, version, said, said_by, said_until FROM alert_latest"
    ) == [
        (
            ["one"],
            UUID(eid("one")),
            at(client, MARCH + 5),
            evidence,
            "opened",
            "late_event",
            UUID(NOBODY),
            UUID(NOBODY),
            1,
            UUID(eid("c")),
            "kim",
            at(client, MARCH + 7),
        )
    ]
    hold = (
        "survey_too_early",
        ["survey", "promo"],
        "mail",
        ["order:4711"],
        at(client, MARCH + DAY),
        ["parcel.delivered"],
        "Not there.",
        [UUID(eid("one"))],
    )
    assert client.execute("SELECT customer_id, holds, changed_at, version FROM contact_policy_latest") == [
        (UUID(customer_id("email:anna")), [hold], at(client, MARCH), 1)
    ]
    assert client.execute("SELECT topic, offset, reason, hex(payload), attempts, received_at FROM dead_letter_records") == [
        ("orders.csv", 0, "not_json", "00FF7B", 1, at(client, MARCH))
    ]
    assert client.execute("SELECT * EXCEPT (written_at) FROM ingest_batches") == [("t", 1, 1, 1, 1, 1, 1)]


def at(client: Client, micros: int) -> Any:
    return client.execute(f"SELECT fromUnixTimestamp64Micro({micros}, 'UTC')")[0][0]


def test_the_same_token_and_outputs_again_change_nothing(sink: ClickHouseSink, client: Client):
    outputs: list[Published] = [
        entry("a"),
        entry("b", offset=1),
        change("email:anna", "email:anna"),
        journey(),
        alert(),
        policy(),
        letter(),
    ]
    sink.write("t", outputs)
    before = counts(client)
    sink.write("t", outputs)
    successor = ClickHouseSink(sink.address)
    successor.write("t", outputs)
    successor.close()
    assert counts(client) == before == dict.fromkeys(TABLES, 1) | {"timeline_events": 2, "arrivals": 2}


def test_a_few_alerts_are_written_another_way_and_read_the_same(sink: ClickHouseSink, client: Client, monkeypatch: pytest.MonkeyPatch):
    alerts = [
        alert("plain"),
        alert("nobody", customer_id=None, evidence=(), key=(), departments=(), matter=""),
        alert("far", starts_at=-(1 << 60), ends_at=1 << 60, said_until=1 << 60, changed_at=1 << 60),
        alert("said", cause="late_event", because=eid("c"), successor=eid("d"), historical=True, occurrences=(1 << 32) - 1, **SAID),
        alert("hostile", summary="'; DROP TABLE x --\n\t\x00 ä 🧵", title='"', identifiers=("email:'a'\\", ""), version=(1 << 63) - 1),
    ]
    read = []
    for few in (len(alerts), 0):
        monkeypatch.setattr("sinks.clickhouse.sink.FEW", few)
        client.execute("TRUNCATE TABLE alert_versions")
        client.execute("TRUNCATE TABLE alert_latest")
        sink.insert(f"few {few}", alerts)
        read.append(
            [client.execute(f"SELECT * EXCEPT (written_at) FROM {table} ORDER BY ALL") for table in ("alert_versions", "alert_latest")]
        )
    assert read[0] == read[1]
    assert [len(rows) for rows in read[0]] == [len(alerts)] * 2


def test_a_token_that_is_used_again_for_other_outputs_loses_nothing(sink: ClickHouseSink, client: Client):
    sink.write("t", [entry("a")])
    sink.write("t", [entry("b")])
    assert client.execute("SELECT source_event_id FROM timeline ORDER BY ALL") == [("a",), ("b",)]


def test_nothing_to_write_writes_nothing(sink: ClickHouseSink, client: Client):
    assert sink.write("t", []) == ()
    assert client.execute("SELECT count() FROM ingest_batches") == [(0,)]


def test_a_schema_that_is_not_there_stops_at_once(clickhouse: Address):
    sink = ClickHouseSink(
        Address(host=clickhouse.host, port=clickhouse.port, user=clickhouse.user, password=clickhouse.password, database="absent")
    )
    with pytest.raises(driver.ServerException, match="absent"):
        sink.write("t", [entry("a")])


def test_an_alert_that_cannot_be_written_is_a_bug_and_stops(sink: ClickHouseSink, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(driver.Error, match="uuid"):
        sink.write("t", [alert(alert_id="no id")])
    monkeypatch.setattr("sinks.clickhouse.sink.FEW", 0)
    with pytest.raises(driver.ServerException, match="UUID"):
        sink.write("t", [alert(alert_id="no id")])
