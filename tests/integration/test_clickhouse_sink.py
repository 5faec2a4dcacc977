"""Batches: each message once in effect, whatever happens to the server in between."""

from pathlib import Path
from shutil import rmtree
from typing import Any
from uuid import UUID

import pytest
from clickhouse_driver import Client
from clickhouse_driver import errors as driver

from schemas.ids import customer_id, identifier_id
from schemas.plain import Published
from sinks.clickhouse import Address, ClickHouseSink, EmbeddedServer, Retry, connect, migrate
from sinks.clickhouse.rows import NOBODY
from tests.integration.published import DAY, MARCH, alert, change, eid, entry, journey, letter, policy

pytestmark = pytest.mark.server
TABLES = (
    "timeline_events",
    "arrivals",
    "identity_versions",
    "identity_map",
    "journey_latest",
    "alert_versions",
    "alert_latest",
    "contact_policy_latest",
    "dead_letter_records",
)


SAID: dict[str, Any] = {"said": eid("c"), "said_by": "kim", "said_until": MARCH + 7}


def counts(client: Client, final: str = "") -> dict[str, int]:
    """Rows that are really there, before any merge; or, FINAL, those that merges will leave."""
    return {table: client.execute(f"SELECT count() FROM {table} {final}")[0][0] for table in TABLES}


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


def test_the_server_may_die_at_any_moment(tmp_path: Path):
    server = EmbeddedServer(tmp_path / "server")
    waits: list[Retry] = []

    def revive(retry: Retry) -> None:
        waits.append(retry)
        server.ensure()

    try:
        address = server.start()
        with connect(address) as fresh:
            migrate(fresh, address.database)
        sink = ClickHouseSink(address, on_retry=revive)
        for batch in range(6):
            touchpoints = [entry(f"{batch}-{n}", offset=batch * 50 + n, at=MARCH + n * 30 * DAY) for n in range(50)]
            outputs: list[Published] = [*touchpoints, alert(f"{batch}")]
            sink.write(f"batch {batch}", outputs)
            server.kill()
            sink.write(f"batch {batch}", outputs)
        client = connect(address, database=address.database)
        assert counts(client, "FINAL") == dict.fromkeys(TABLES, 0) | {
            "timeline_events": 300,
            "arrivals": 300,
            "alert_versions": 6,
            "alert_latest": 6,
        }
        assert client.execute("SELECT * FROM accounting") == [(300, 300, 300, 0, 0, 0, True)]
        assert len(waits) >= 6
        assert waits[0].attempt == 1
        client.disconnect()
        sink.close()
    finally:
        server.stop()


@pytest.mark.parametrize("who", ["who wrote it", "another one that was connected before", "its successor"])
def test_a_server_that_was_killed_between_a_token_and_its_rows_gets_them_again(who: str, tmp_path: Path):
    """Killed at that moment it has the token in its log, and at its next start it removes the part that was not finished."""
    server = EmbeddedServer(tmp_path / "server")
    outputs: list[Published] = [entry("a"), alert("a")]
    with server as address:
        with connect(address) as fresh:
            migrate(fresh, address.database)
        first, other = (ClickHouseSink(address, on_retry=lambda _: server.ensure()) for _ in range(2))
        other.write("other", [policy()])
        first.write("t", outputs)
        with connect(address, database=address.database) as client:
            unfinished = client.execute("SELECT path FROM system.parts WHERE active AND table IN ('timeline_events', 'alert_latest')")
        server.kill()
        for (part,) in unfinished:
            rmtree(part)
        if who != "who wrote it":
            server.ensure()
        again = first if who == "who wrote it" else ClickHouseSink(address) if who == "its successor" else other
        again.write("t", outputs)
        with connect(address, database=address.database) as client:
            expected = ("timeline_events", "arrivals", "alert_versions", "alert_latest", "contact_policy_latest")
            assert counts(client, "FINAL") == dict.fromkeys(TABLES, 0) | dict.fromkeys(expected, 1)
        for sink in (first, other, again):
            sink.close()
    assert len(unfinished) == 2


def test_a_server_that_is_away_is_waited_for_with_growing_patience():
    class GaveUp(Exception):
        pass

    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 11:
            raise GaveUp

    sink = ClickHouseSink(Address(port=1), sleep=nap)
    with pytest.raises(GaveUp):
        sink.write("t", [entry("a")])
    assert naps == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]


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
