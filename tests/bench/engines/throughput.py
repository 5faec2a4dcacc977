"""How fast an engine works through a full topic, and what that costs.

Time runs from the first alert to the last, by the broker's own clock: starting up is not counted. Processor time is that of the engine's
whole process tree between these two moments.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

from tests.bench.engines.kafka_side import Seen, end, everything, reading
from tests.bench.engines.processes import Session
from tests.bench.engines.running import Setting, running
from tests.bench.engines.workload import Alert

LOOK = 0.1  # seconds
QUIET = 2.0  # seconds without a further alert: an alert too many would have come
STUCK = 60.0  # seconds
MOST = 900.0  # seconds for one run


class Sample(NamedTuple):
    """What was seen at one moment."""

    at: float  # seconds
    cpu: float
    broker: float


class Throughput(NamedTuple):
    """Of one run."""

    rate: float  # events a second
    cpu: float  # microseconds of the engine per event
    broker: float  # microseconds of the broker per event
    rss: float  # megabytes at most
    right: bool  # exactly the alerts of the offline computation


class Failed(Exception):
    """The engine has not done its work; the reason in one line."""


async def throughput(setting: Setting, events: int, expected: Sequence[Alert]) -> Throughput:
    """Start the engine, let it read the whole topic, and stop it."""
    with running(setting) as session:
        async with reading(setting.servers, setting.output) as consumer:
            samples, rss = await _watch(setting, session, consumer, len(expected))
            seen = await everything(consumer, setting.output)
    if not seen:
        raise Failed(f"no alert; the last it said: {session.last_words()}")
    return _of(seen, samples, rss, events, expected)


async def _watch(setting: Setting, session: Session, consumer: object, wanted: int) -> tuple[list[Sample], int]:
    samples: list[Sample] = []
    most, count, changed, begun = 0, 0, time.time(), time.time()
    while True:
        now, cost = time.time(), session.cost()
        samples.append(Sample(now, cost.cpu, setting.broker_cpu()))
        most = max(most, cost.rss)
        found = await end(consumer, setting.output)
        if found != count:
            count, changed = found, now
        if count >= wanted and now - changed > QUIET:
            return samples, most
        if session.has_ended or now - changed > STUCK or now - begun > MOST:
            raise Failed(f"{count:,} of {wanted:,} alerts; the last it said: {session.last_words()}")
        await asyncio.sleep(LOOK)


def _of(seen: Sequence[Seen], samples: Sequence[Sample], rss: int, events: int, expected: Sequence[Alert]) -> Throughput:
    times = [alert.appended_at / 1000 for alert in seen]
    first, last = _at(samples, min(times)), _at(samples, max(times))
    return Throughput(
        rate=events / (last.at - first.at),
        cpu=(last.cpu - first.cpu) / events * 1e6,
        broker=(last.broker - first.broker) / events * 1e6,
        rss=rss / 1e6,
        right=sorted(alert.alert for alert in seen) == list(expected),
    )


def _at(samples: Sequence[Sample], moment: float) -> Sample:
    """What would have been seen then: between two samples costs grow evenly."""
    before = samples[0]
    for after in samples:
        if after.at >= moment:
            part = (moment - before.at) / max(after.at - before.at, 1e-9)
            return Sample(moment, before.cpu + part * (after.cpu - before.cpu), before.broker + part * (after.broker - before.broker))
        before = after
    return before._replace(at=moment)
