"""Batches: each message once in effect, whatever happens to the server in between."""

from pathlib import Path
from shutil import rmtree

import pytest

from schemas.plain import Published
from sinks.clickhouse import Address, ClickHouseSink, EmbeddedServer, Retry, connect, migrate
from tests.integration.published import DAY, MARCH, alert, entry, policy
from tests.integration.written import TABLES, counts

pytestmark = pytest.mark.server

WROTE, CONNECTED, SUCCESSOR = "who wrote it", "another one that was connected before", "its successor"


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


@pytest.mark.parametrize("who", [WROTE, CONNECTED, SUCCESSOR])
def test_a_server_that_was_killed_between_a_token_and_its_rows_gets_them_again(who: str, tmp_path: Path):
    """Killed at that moment it has the token in its log, and at its next start it removes the part that was not finished."""
    server = EmbeddedServer(tmp_path / "server")
    outputs: list[Published] = [entry("a"), alert("a")]
    with server as address:
        with connect(address) as fresh:
            migrate(fresh, address.database)
        sinks = {name: ClickHouseSink(address, on_retry=lambda _: server.ensure()) for name in (WROTE, CONNECTED, SUCCESSOR)}
        sinks[CONNECTED].write("other", [policy()])
        sinks[WROTE].write("t", outputs)
        with connect(address, database=address.database) as client:
            unfinished = client.execute("SELECT path FROM system.parts WHERE active AND table IN ('timeline_events', 'alert_latest')")
        server.kill()
        for (part,) in unfinished:
            rmtree(part)
        if who != WROTE:
            server.ensure()
        sinks[who].write("t", outputs)
        with connect(address, database=address.database) as client:
            expected = ("timeline_events", "arrivals", "alert_versions", "alert_latest", "contact_policy_latest")
            assert counts(client, "FINAL") == dict.fromkeys(TABLES, 0) | dict.fromkeys(expected, 1)
        for sink in sinks.values():
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
