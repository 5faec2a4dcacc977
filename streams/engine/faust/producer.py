"""An idempotent producer that remembers every send that is not acknowledged yet, and the first that failed.

Faust only logs a failed send and commits all the same, and its flush gives up after 100 ms: both lose records. Here a commit waits for a
snapshot of what is outstanding, and nothing is committed after a failure.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from faust.transport.drivers import aiokafka as driver

from streams.engine.faust.fence import Fence
from streams.engine.faust.outbox import Headers, Item, Outbox

NONE: Headers = []


class TrackedProducer(driver.Producer):  # type: ignore[misc]
    """`put_many` is the fast way: record batches for one partition."""

    fence: Fence | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.outstanding: set[asyncio.Future[Any]] = set()
        self.failed: BaseException | None = None
        self._outboxes: dict[tuple[str, int], Outbox] = {}

    def _settings_extra(self) -> dict[str, Any]:
        return {"enable_idempotence": True, "acks": "all"}

    def _new_producer(self, transactional_id: str | None = None) -> Any:
        """The last look at the fence is taken where bytes leave: batches may have waited in the accumulator while we were paused."""
        producer = super()._new_producer(transactional_id)
        sender = producer._sender
        send = sender._send_produce_req

        async def fenced(node_id: int, batches: Any) -> None:
            if self.fence is not None:
                self.fence.check()
            await send(node_id, batches)

        sender._send_produce_req = fenced
        return producer

    def track(self, future: asyncio.Future[Any]) -> asyncio.Future[Any]:
        """Remember the future until it is done."""
        self.outstanding.add(future)
        future.add_done_callback(self._settled)
        return future

    def _settled(self, future: asyncio.Future[Any]) -> None:
        self.outstanding.discard(future)
        error = None if future.cancelled() else future.exception()
        if error is not None and self.failed is None:
            self.failed = error

    def send_soon(self, fut: Any) -> None:
        """Where Faust's own table writes and `topic.send_soon` end."""
        _ = self.track(fut)
        super().send_soon(fut)

    async def send(self, *args: Any, **kwargs: Any) -> Any:
        return self.track(await super().send(*args, **kwargs))

    def put_many(self, topic: str, partition: int, items: Sequence[Item], headers: Headers = NONE) -> asyncio.Future[int]:
        """Produce to one partition soon, every record with these headers; with the last acknowledgement comes the offset of the last record."""
        if self.fence is not None:
            self.fence.check()
        outbox = self._outboxes.get((topic, partition))
        if outbox is None:
            outbox = self._outboxes[topic, partition] = self._outbox(topic, partition)
        return self.track(outbox.put(items, headers))

    def _outbox(self, topic: str, partition: int) -> Outbox:
        producer = self._ensure_producer()

        async def ship(batch: Any) -> int:
            acknowledged = await self.track(await producer.send_batch(batch, topic, partition=partition))
            first: int = acknowledged.offset
            return first

        return Outbox(producer.create_batch, ship)

    async def settle(self) -> None:
        """Wait for what is outstanding now; later sends are not waited for, so a busy producer does not starve commits."""
        pending = list(self.outstanding)
        if pending:
            await asyncio.wait(pending)
