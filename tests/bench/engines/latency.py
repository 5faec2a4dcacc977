"""How long after an event its alert can be read, at a given rate: from just before the event is handed to the producer to just after the
alert was read by a consumer, both in this process.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import cycle
from typing import Any, NamedTuple

from msgspec.structs import replace

from tests.bench.engines.kafka_side import producing, raised, reading, send
from tests.bench.engines.processes import Session
from tests.bench.engines.running import Setting, running
from tests.bench.engines.throughput import Failed
from tests.bench.engines.workload import Record

STEP = 0.005  # seconds between two hand-overs to the producer
WARM = 6.0  # seconds at full rate before the measurement
TRICKLE = 200  # events a second until the first alert is seen
START_WITHIN = 60.0
DRAIN = 3.0  # seconds; what comes later is counted as lost


class Latency(NamedTuple):
    """Milliseconds; `rate` is what the producer really reached."""

    rate: float
    alerts: int
    p50: float
    p99: float


class Found(NamedTuple):
    """One alert."""

    sent_at: int  # nanoseconds
    read_at: int


async def latency(setting: Setting, records: Sequence[Record], rate: int, seconds: float) -> Latency:
    """Start the engine, let it get going, and measure for so many seconds."""
    found: list[Found] = []
    with running(setting) as session:
        async with reading(setting.servers, setting.output) as consumer, producing(setting.servers) as producer:
            reader = asyncio.create_task(_read(consumer, found))
            endless = cycle(records)
            try:
                await _get_going(producer, setting, session, endless, found)
                await _pace(producer, setting.input, endless, rate, WARM)
                begun, sent = time.time_ns(), await _pace(producer, setting.input, endless, rate, seconds)
                ended = time.time_ns()
                await asyncio.sleep(DRAIN)
            finally:
                reader.cancel()
                with suppress(asyncio.CancelledError):
                    await reader
    measured = sorted((alert.read_at - alert.sent_at) / 1e6 for alert in found if begun <= alert.sent_at <= ended)
    if not measured:
        raise Failed("no alert in time")
    return Latency(sent / (ended - begun) * 1e9, len(measured), _quantile(measured, 0.5), _quantile(measured, 0.99))


async def _read(consumer: Any, found: list[Found]) -> None:
    while True:
        for batch in (await consumer.getmany(timeout_ms=200)).values():
            now = time.time_ns()
            found += (Found(int(raised(record.value).at), now) for record in batch)


async def _get_going(producer: Any, setting: Setting, session: Session, records: Iterator[Record], found: list[Found]) -> None:
    limit = time.monotonic() + START_WITHIN
    while not found:
        if session.has_ended or time.monotonic() > limit:
            raise Failed(f"does not start; the last it said: {session.last_words()}")
        await _pace(producer, setting.input, records, TRICKLE, 1.0)


async def _pace(producer: Any, topic: str, records: Iterator[Record], rate: int, seconds: float) -> int:
    """Events at this rate, each carrying the moment at which it was sent; how many."""
    begun, sent = time.perf_counter(), 0
    while (past := time.perf_counter() - begun) < seconds:
        due = int(past * rate) - sent
        if due:
            await send(producer, topic, (_stamped(next(records)) for _ in range(due)))
            sent += due
        await asyncio.sleep(STEP)
    return sent


def _stamped(record: Record) -> Record:
    return record._replace(event=replace(record.event, occurred_at=str(time.time_ns())))


def _quantile(ordered: Sequence[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
