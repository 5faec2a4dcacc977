"""Rows a second and CPU seconds of both sides, for timeline rows into the embedded server: `pytest tests/bench/bench_sink.py -m bench -s`."""

import os
import time
from pathlib import Path

import pytest

from schemas.timeline import TimelineEntry
from sinks.clickhouse import ClickHouseSink, EmbeddedServer, Target, connect, migrate
from tests.bench.desk_rows import SPREAD, desk_entry

pytestmark = pytest.mark.bench

ROWS, CUSTOMERS, MONTHS = 200_000, 20_000, 12
START = 1_300_000_000_000_000
SPAN = MONTHS * 30 * 86_400_000_000


def made(number: int) -> TimelineEntry:
    """About 200 bytes of what a service desk reports; customers and times are spread like a hash spreads them."""
    spread = number * SPREAD
    type, customer = ("ticket.assigned", "ticket.accepted", "ticket.resolved")[number % 3], f"customer:{spread % CUSTOMERS}"
    return desk_entry(number, customer, type=type, at=START + spread % SPAN, ticket=f"t{number // 9}", team=f"team {number % 50}")


def server_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def server_memory(pid: int, what: str) -> int:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(what)]
    return int(line.split()[1]) // 1024


@pytest.mark.parametrize("partition", ["month", "year"])
@pytest.mark.parametrize("batch", [5_000, 20_000, 50_000])
def test_timeline_rows(tmp_path: Path, batch: int, partition: str):
    entries = [made(number) for number in range(ROWS)]
    server = EmbeddedServer(tmp_path)
    with server as address:
        assert server.pid
        with connect(address) as client:
            migrate(client, target=Target(database=address.database, partition=partition))
            sink = ClickHouseSink(address)
            wall, worker, other = time.perf_counter(), time.process_time(), server_cpu(server.pid)
            for first in range(0, ROWS, batch):
                sink.write(str(first), entries[first : first + batch])
            wall, worker, other = time.perf_counter() - wall, time.process_time() - worker, server_cpu(server.pid) - other
            begun = time.perf_counter()
            sink.refresh()
            refresh = time.perf_counter() - begun
            assert client.execute(f"SELECT timeline_rows, duplicates, balanced FROM {address.database}.accounting") == [(ROWS, 0, True)]
            sink.close()
        print(
            f"\n{partition:5} batches of {batch:6,}: {ROWS / wall:8,.0f} rows/s, CPU per 100,000 rows: worker {worker / ROWS * 1e5:.2f} s, "
            f"server {other / ROWS * 1e5:.2f} s, refresh {refresh * 1000:.0f} ms, "
            f"server memory now {server_memory(server.pid, 'VmRSS')} MB, at most {server_memory(server.pid, 'VmHWM')} MB"
        )
