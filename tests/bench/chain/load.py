"""Put a backlog through the chain, or a steady stream, and see when rows and alerts can be read in ClickHouse."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from tests.bench.chain.events import Record
from tests.bench.chain.world import Costs, World
from tests.bench.engines.kafka_side import producing, send

LOOK = 0.1  # seconds between two looks at ClickHouse
REST_WITHIN = 600.0  # seconds until everything has come to rest
STEP = 0.02  # seconds: producers wait for company, too; batches of three records cost the broker and this process, who share the cores
AT_ONCE = 20_000  # records
WARM = 8.0  # seconds of a steady stream before it is measured
DRAIN = 5.0
COUNTS = """
SELECT (SELECT count() FROM {database}.timeline_events), (SELECT count() FROM {database}.alert_versions),
    (SELECT count() FROM {database}.identity_versions), (SELECT count() FROM {database}.journey_latest)"""
ROWS = "SELECT count() FROM {database}.timeline_events"
RECENT = """
SELECT alert_id, arrayMax(evidence.at), changed_at FROM {{database}}.alert_versions
WHERE rule = 'ping_pong' AND change = 'opened' AND written_at >= toDateTime({since})"""


class Backlog(NamedTuple):
    """What a backlog has cost."""

    events: int
    seconds: float
    costs: Costs
    alerts: int

    @property
    def rate(self) -> float:
        return self.events / self.seconds

    def micros(self, name: str) -> float:
        """Of one process, per event."""
        return self.costs[name] / self.events * 1e6


class Delay(NamedTuple):
    """From the event that raises an alert to the alert in ClickHouse; milliseconds."""

    rate: float
    alerts: int
    p50: float
    p99: float
    judged: float  # until the tick that raised it, median
    behind: float  # seconds of events that were not in the timeline yet when the last one was sent; grows where the rate is too high


class Seen(NamedTuple):
    """One alert; milliseconds after its last event."""

    read: float
    judged: float


@dataclass
class Looks:
    """What looking at ClickHouse has shown so far."""

    seen: dict[Any, Seen] = field(default_factory=dict)
    rows: int = 0  # of the timeline


def _stamped(record: Record) -> Record:
    record.event.at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return record


async def _fill(world: World, made: Sequence[Record]) -> None:
    async with producing(world.servers) as producer:
        for first in range(0, len(made), AT_ONCE):
            await asyncio.gather(*await send(producer, world.topic, map(_stamped, made[first : first + AT_ONCE])))


def backlog(world: World, records: Iterator[Record], events: int) -> Backlog:
    """Time runs from the first record that is sent to the last row or alert that can be read; processor time, too."""
    made = list(islice(records, events))
    start = world.asked(COUNTS)[0]
    before, begun = world.costs(), time.monotonic()
    asyncio.run(_fill(world, made))
    seen, changed, costs = start, begun, before
    with ThreadPoolExecutor(1) as pool:
        resting, is_over = pool.submit(world.installation.positions.settle, REST_WITHIN), False
        while not is_over:
            is_over = resting.done()  # and one more look, at what was written last
            found = world.asked(COUNTS)[0]
            if found != seen:
                seen, changed, costs = found, time.monotonic(), world.costs()
            time.sleep(LOOK)
        resting.result()
    rows, alerts = seen[0] - start[0], seen[1] - start[1]
    if rows != events:
        raise RuntimeError(f"{rows:,} of {events:,} rows")
    return Backlog(events, changed - begun, {name: costs[name] - before[name] for name in costs}, alerts)


async def delay(world: World, records: Iterator[Record], rate: int, seconds: float) -> Delay:
    """A steady stream; a look at ClickHouse is taken so often that it adds half of `LOOK` to what is measured."""
    looks, begun = Looks(), time.time()
    rows = world.asked(ROWS)[0][0]
    watching = asyncio.create_task(_watch(world, looks, int(begun) - 1))
    try:
        async with producing(world.servers) as producer:
            warm = await _pace(producer, world.topic, records, rate, WARM)
            seen_before = set(looks.seen)
            started, sent = time.monotonic(), await _pace(producer, world.topic, records, rate, seconds)
            lasted, behind = time.monotonic() - started, (warm + sent - (looks.rows - rows)) / rate
        await asyncio.sleep(DRAIN)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    found = [late for alert, late in looks.seen.items() if alert not in seen_before]
    if not found:
        raise RuntimeError("no alert in time")
    read, judged = sorted(late.read for late in found), sorted(late.judged for late in found)
    return Delay(sent / lasted, len(found), read[len(read) // 2], read[len(read) * 99 // 100], judged[len(judged) // 2], behind)


async def _watch(world: World, looks: Looks, since: int) -> None:
    while True:
        rows = await asyncio.to_thread(world.asked, RECENT.format(since=since))
        now = time.time()
        for alert, at, changed_at in rows:
            if alert not in looks.seen:
                looks.seen[alert] = Seen((now - at.timestamp()) * 1000, (changed_at - at).total_seconds() * 1000)
        [(looks.rows,)] = await asyncio.to_thread(world.asked, ROWS)
        since = int(now) - 3
        await asyncio.sleep(LOOK)


async def _pace(producer: Any, topic: str, records: Iterator[Record], rate: int, seconds: float) -> int:
    begun, sent = time.perf_counter(), 0
    while (past := time.perf_counter() - begun) < seconds:
        due = int(past * rate) - sent
        if due:
            await send(producer, topic, map(_stamped, islice(records, due)))
            sent += due
        await asyncio.sleep(STEP)
    return sent
