"""A back-test of one rule over a million events in the embedded server: `pytest tests/bench/bench_backtest.py -m bench -s`."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from textwrap import dedent

import pytest

from schemas.timeline import TimelineEntry
from sinks.clickhouse import ClickHouseSink, EmbeddedServer, Target, connect, migrate
from streams.cli.backtest_report import document
from streams.cli.opened import opened
from streams.cli.output import plain
from streams.cli.rules_backtest import from_timeline
from tests.bench.bench_sink import server_memory
from tests.bench.desk_rows import SPREAD, desk_entry

pytestmark = pytest.mark.bench

EVENTS, CUSTOMERS, BATCH = 1_000_000, 100_000, 50_000
START, HOUR = 1_767_225_600_000_000, 3_600_000_000
TYPES = ("ticket.opened", "ticket.assigned", "ticket.accepted", "ticket.assigned", "contact.outbound")
COMPANY = dedent("""
    company: Bench
    pack: none
    rules:
      ping_pong:
        title: Handed back and forth
        budget: 1000
        per: ref.ticket
        pingpong: {what: "ticket.*", holder: team, within: 30d}
""")


def made(number: int) -> TimelineEntry:
    """The life of tickets, as a service desk reports it, that of all customers interwoven; four of five events concern the rule."""
    spread = number * SPREAD
    step, who = number // CUSTOMERS, number * 7_919 % CUSTOMERS
    at, team = START + step * 9 * HOUR + spread % HOUR, f"team {spread // 1_000 % 3}"
    return desk_entry(number, f"customer:{who}", type=TYPES[step % len(TYPES)], at=at, ticket=f"t{who}", team=team)


def batches() -> Iterator[list[TimelineEntry]]:
    for first in range(0, EVENTS, BATCH):
        yield [made(number) for number in range(first, first + BATCH)]


def test_one_rule(tmp_path: Path):
    company = tmp_path / "redthread.yaml"
    company.write_text(COMPANY, encoding="utf-8")
    server = EmbeddedServer(tmp_path / "clickhouse")
    with server as address:
        with connect(address) as client:
            migrate(client, target=Target(database=address.database, partition="year"))
        sink = ClickHouseSink(address)
        for number, entries in enumerate(batches()):
            sink.write(str(number), entries)
        sink.refresh()
        sink.close()
        memory = getrusage(RUSAGE_SELF).ru_maxrss
        wall, cpu = time.perf_counter(), time.process_time()
        with opened(tmp_path, address.url, company) as look:
            outcome = from_timeline(look, ["ping_pong"], (None, None))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        (verdict,) = outcome.verdicts
        print(
            f"\n{EVENTS:,} events, {outcome.touchpoints:,} of them read, {verdict.alerts:,} alerts: {wall:.1f} s, {cpu:.1f} s of them here; "
            f"{(getrusage(RUSAGE_SELF).ru_maxrss - memory) // 1024} MB more memory here, the server now {server_memory(server.pid or 0, 'VmRSS')} MB, "
            f"at most {server_memory(server.pid or 0, 'VmHWM')} MB; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        assert outcome.touchpoints == EVENTS * 4 // 5
        assert len(json.dumps(plain(document(outcome)))) < 100_000
    assert wall < 60
