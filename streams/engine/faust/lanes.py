"""Partitions run concurrently: in series a worker would spend most of its time waiting for acknowledgements. In each of them the chunks
that have come meanwhile are worked on together: acknowledgements, batches and saved states cost the same for six records as for 500.

Crash only: an unexpected error ends the process before anything is acknowledged, and whoever starts next does the chunk again. Faust
itself would acknowledge the chunk, restart the agent and go on with the next one.
"""

import asyncio
import os
import time
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from streams.core.brake import BrakePulled
from streams.engine.faust.consumer import Chunk
from streams.engine.faust.outbox import RecordTooLarge
from streams.engine.watermarks import WentLive

EXIT_BUG, EXIT_BRAKE = 1, 73
IN_FLIGHT = 16  # times as many records as are worked on at once may be here, worked on or waiting for their partition

SAYS_NO_VALUES = (KafkaError, OSError, RecordTooLarge, WentLive)  # their messages are about servers and sizes

Handle = Callable[[Any, Sequence[Any]], Awaitable[None]]  # (topic and partition), records

log = structlog.get_logger("redthread.worker")


def spoken(error: BaseException) -> str:
    """The error for a log: a message that may hold what was in a record is left out."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, SAYS_NO_VALUES) else name


class Lanes:
    """Reads the stream of one agent and gives every partition a lane of its own."""

    def __init__(
        self,
        name: str,
        handle: Handle,
        observe: Callable[[str, Any, int, float], None],
        at_once: int,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        """`at_once`: no chunk is added to those that are worked on together once they have so many records."""
        self._name, self._handle, self._observe, self._at_once, self._end = name, handle, observe, at_once, end
        self._lanes: dict[Any, deque[Any]] = {}  # events that wait, of partitions that are worked on
        self._here = 0  # records
        self._room = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, stream: Any) -> None:
        """The body of the agent."""
        stream.enable_acks = False
        async for event in stream.events():
            while self._here >= IN_FLIGHT * self._at_once:
                self._room.clear()
                await self._room.wait()
            self._here += len(event.value)
            tp = event.message.tp
            if tp in self._lanes:
                self._lanes[tp].append(event)
                continue
            self._lanes[tp] = deque([event])
            task = asyncio.create_task(self._work(stream, tp))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, stream: Any, tp: Any) -> None:
        """One partition, until nothing of it is left."""
        waiting = self._lanes[tp]
        try:
            while waiting:
                await self._together(stream, tp, self._next(waiting))
        finally:
            del self._lanes[tp]

    def _next(self, waiting: deque[Any]) -> list[Any]:
        events = [waiting.popleft()]
        size = len(events[0].value)
        while waiting and size + len(waiting[0].value) <= self._at_once:
            events.append(waiting.popleft())
            size += len(events[-1].value)
        return events

    async def _together(self, stream: Any, tp: Any, events: list[Any]) -> None:
        """Work on these chunks as if they were one; each is acknowledged."""
        try:
            current = [event for event in events if not self._is_overtaken(stream.app, event.message)]
            for event in events:
                if event not in current:
                    stream.app.consumer.drop(event.message)
            if current:
                records = current[0].value if len(current) == 1 else list(chain.from_iterable(event.value for event in current))
                started = time.monotonic()
                await self._handle(tp, records)
                self._observe(self._name, tp, len(records), time.monotonic() - started)
            for event in current:
                stream.app.consumer.handled(event.message)
                await stream.ack(event)
        except asyncio.CancelledError:
            raise
        except BrakePulled as brake:  # nothing of the chunk was published
            log.critical("the brake on dead letters was pulled", **brake.pulled._asdict(), says=str(brake))
            self._end(EXIT_BRAKE)
        except BaseException as error:  # noqa: BLE001 - see the module's rule
            chunk: Chunk = events[0].message
            place = {"topic": chunk.topic, "partition": chunk.partition, "offset": chunk.offset}
            log.critical("chunk failed", stage=self._name, **place, error=spoken(error), at=traceback.format_tb(error.__traceback__))
            self._end(EXIT_BUG)
        finally:
            self._here -= sum(len(event.value) for event in events)
            self._room.set()

    @staticmethod
    def _is_overtaken(app: Any, chunk: Chunk) -> bool:
        """A rebalance has begun since the chunk was delivered: it will be delivered again, here or elsewhere."""
        return not app.flow_control.is_active() or chunk.epoch != app.consumer.epoch
