"""Milliseconds of every documented query, and of every rule across customers, on 1,000,000 rows of the timeline: `pytest tests/bench/bench_views.py -m bench -s`.

Months that are over are one part each, as the server leaves them after ten minutes; the newest has what was written last. The best of
several runs is what a query costs: the others say how busy the machine was. CPU is the server's, mean of all runs, and may be spread
over cores.
"""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from clickhouse_driver import Client

from schemas.company import Company
from schemas.source import Input, Source
from sinks.clickhouse import EmbeddedServer, Reader, connect, migrate
from sinks.clickhouse.rollups import ROLLUPS, refresh_rollups
from streams.across.ask import findings, ledger, newest
from streams.config import shipped
from streams.core.across import Across
from tests.bench.timeline_rows import fill
from tests.integration.documented import queries

pytestmark = pytest.mark.bench

ROWS, CUSTOMERS, BLOCK = 1_000_000, 50_000, 100_000
RUNS = 9
ALLOWED = 200  # milliseconds
SOURCES = ("online", "offline", "sales", "service", "marketing")


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1000


def measured(pid: int, ask: Callable[[], object]) -> tuple[list[float], float]:
    """Milliseconds of every run, sorted, and the CPU milliseconds of one."""
    ask()  # what it compiles and caches is not counted
    before, walls = cpu(pid), []
    for _ in range(RUNS):
        begun = time.perf_counter()
        ask()
        walls.append((time.perf_counter() - begun) * 1000)
    return sorted(walls), (cpu(pid) - before) / RUNS


def settle(client: Client) -> None:
    """Do at once what the server does to partitions that nobody writes to."""
    of = "FROM system.parts WHERE active AND database = currentDatabase() AND table IN ('timeline_events', 'commitment_events')"
    ((newest,),) = client.execute(f"SELECT max(partition_id) {of}")
    for table, partition in client.execute(f"SELECT DISTINCT table, partition_id {of} AND partition_id != %(newest)s", {"newest": newest}):
        client.execute(f"OPTIMIZE TABLE {table} PARTITION ID '{partition}' FINAL")


def rules(reader: Reader) -> Iterator[tuple[str, Callable[[], object]]]:
    """What `redthread watch` asks for every rule across customers, and the alerts that it compares the answer with."""
    sources = [Source(source=name, department=name, input=Input(format="cloudevents", topic=name), quiet="2h") for name in SOURCES]
    company = Company(company="Example", timezone="Europe/Berlin", across=shipped()["across"], sources=tuple(sources))
    now = newest(reader)
    for name, rule in company.across.items():
        yield f"rule {name}", partial(findings, reader, Across(name, rule, timezone=company.timezone), company, now)
        yield f"rule {name}: alerts", partial(ledger, reader, [name])


def test_every_documented_query_is_fast_enough(tmp_path: Path):
    server = EmbeddedServer(tmp_path)
    with server as address, connect(address) as setup:
        assert server.pid
        migrate(setup, address.database)
        with connect(address, database=address.database) as client, Reader(address) as reader:
            fill(client, ROWS, customers=CUSTOMERS, block=BLOCK)
            settle(client)
            for dictionary in ("identity_overrides", "event_conflicts"):
                client.execute(f"SYSTEM RELOAD DICTIONARY {address.database}.{dictionary}")
            refresh_rollups(client, address.database)
            took = "SELECT view, last_success_duration_ms FROM system.view_refreshes WHERE database = currentDatabase()"
            refreshes = dict(client.execute(took))
            assert set(refreshes) == {f"{rollup}_mv" for rollup in ROLLUPS}
            print()
            for view, milliseconds in refreshes.items():
                print(f"{view:26} refreshed in {milliseconds:5,} ms")
            best = {}
            asked = {view: partial(client.execute, sql) for view, sql in queries().items()} | dict(rules(reader))
            for view, ask in asked.items():
                walls, spent = measured(server.pid, ask)
                best[view] = walls[0]
                print(f"{view:26} best {walls[0]:4.0f} ms, median {walls[RUNS // 2]:4.0f} ms, CPU {spent:4.0f} ms")
    assert {view: round(wall) for view, wall in best.items() if wall > ALLOWED} == {}
