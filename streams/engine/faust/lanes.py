"""Partitions run concurrently, one chunk at a time each: in series a worker would spend most of its time waiting for acknowledgements.

Crash only: an unexpected error ends the process before anything is acknowledged, and whoever starts next does the chunk again. Faust
itself would acknowledge the chunk, restart the agent and go on with the next one.
"""

import asyncio
import os
import time
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from streams.engine.faust.consumer import Chunk
from streams.engine.faust.producer import RecordTooLarge
from streams.engine.watermarks import WentLive

EXIT_BUG = 1
IN_FLIGHT = 16  # chunks of one agent that are worked on or wait for their partition

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
        self, name: str, handle: Handle, observe: Callable[[str, Any, int, float], None], end: Callable[[int], object] = os._exit
    ) -> None:
        self._name, self._handle, self._observe, self._end = name, handle, observe, end
        self._lanes: defaultdict[Any, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, stream: Any) -> None:
        """The body of the agent."""
        stream.enable_acks = False
        async for event in stream.events():
            await self._places.acquire()
            task = asyncio.create_task(self._work(stream, event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, stream: Any, event: Any) -> None:
        chunk: Chunk = event.message
        try:
            async with self._lanes[chunk.tp]:
                if self._is_overtaken(stream.app, chunk):
                    stream.app.consumer.drop(chunk)
                    return
                started = time.monotonic()
                await self._handle(chunk.tp, event.value)
                stream.app.consumer.handled(chunk)
                self._observe(self._name, chunk.tp, len(event.value), time.monotonic() - started)
            await stream.ack(event)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - see the module's rule
            place = {"topic": chunk.topic, "partition": chunk.partition, "offset": chunk.offset}
            log.critical("chunk failed", stage=self._name, **place, error=spoken(error), at=traceback.format_tb(error.__traceback__))
            self._end(EXIT_BUG)
        finally:
            self._places.release()

    @staticmethod
    def _is_overtaken(app: Any, chunk: Chunk) -> bool:
        """A rebalance has begun since the chunk was delivered: it will be delivered again, here or elsewhere."""
        return not app.flow_control.is_active() or chunk.epoch != app.consumer.epoch
