"""A consumer that delivers *chunks* (records of one partition) as one Faust event, and commits only along the chain of finished chunks.

Faust's cost is per message (four tasks and eleven callbacks each), not per record: a chunk of 500 costs what one record did.
"""

from collections import defaultdict, deque
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import asyncio
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

IDLE_NAP = 0.02  # seconds; Faust sleeps a full second when every partition is back-pressured


class ChunkConsumer(driver.Consumer):
    """One `ConsumerMessage` per (partition, at most `chunk_size` records); its value is the list of raw records."""

    chunk_topics: ClassVar[frozenset[str]] = frozenset()  # inputs and changelogs that are read in chunks
    chunk_size: ClassVar[int] = 500

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._delivered: defaultdict[TP, deque[int]] = defaultdict(deque)  # last offsets of delivered chunks, in order
        super().__init__(*args, **kwargs)

    async def perform_seek(self) -> None:
        await super().perform_seek()
        self._delivered.clear()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self._delivered.pop(tp, None)

    async def _wait_next_records(self, timeout: float) -> Any:
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        active = self._get_active_partitions()
        if active:
            return await self._getmany(active_partitions=active, timeout=timeout), active
        await self.sleep(IDLE_NAP)
        return {}, active

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:
        records, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop:
            return
        if not self.flow_active:
            try:
                await self.perform_seek()
            except Exception as error:  # noqa: BLE001 - the next round seeks again; Faust does the same
                self.log.warning("seek while the flow was stopped: %r", error)
            return
        for raw, batch in records.items():
            tp = TP(raw.topic, raw.partition)
            if not (tp in active or tp in self._buffered_partitions):
                continue
            highwater = self.highwater(tp)
            if highwater is not None:  # None during a rebalance; Faust's monitor would fail on it (faust-streaming #214)
                self.app.monitor.track_tp_end_offset(tp, highwater)
            for message in self._chunks(tp, batch, generation):
                if not self.flow_active or self.app.consumer_generation_id != generation:
                    return
                yield tp, message

    def _chunks(self, tp: TP, batch: list[Any], generation: int) -> Any:
        if tp.topic not in self.chunk_topics:
            for record in batch:
                yield self._to_message(tp, record)
            return
        for start in range(0, len(batch), self.chunk_size):
            chunk = batch[start : start + self.chunk_size]
            last = chunk[-1]
            yield ConsumerMessage(
                tp.topic, tp.partition, last.offset, last.timestamp / 1000.0, last.timestamp_type,
                (), None, chunk, None, 0, 0, tp, generation_id=generation,
            )  # fmt: skip

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                stream = self.getmany(timeout=1.0)
                await self.sleep(0)
                if self.should_stop:
                    continue
                async for tp, message in stream:
                    await asyncio.sleep(0)
                    await self._deliver(tp, message)
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise
        except asyncio.CancelledError:
            if not self.app.should_stop:
                raise

    async def _deliver(self, tp: TP, message: Any) -> None:
        app = self.app
        offset, previous = message.offset, self._read_offset[tp]
        if previous is not None and offset < previous:
            return
        if message.topic in self.chunk_topics:
            self._delivered[tp].append(offset)
        elif previous and offset - previous > 1 and app.topics.acks_enabled_for(message.topic):
            await self._add_gap(tp, previous + 1, offset - 1)  # Faust passes `offset` itself: one gap would block the commit
        if self._commit_every is not None and self._n_acked >= self._commit_every:
            self._n_acked = 0
            await self.commit()
        buffer, channels = app.producer.buffer, app.topics._tp_index[tp]
        if app.flow_control.is_active() and buffer.size <= buffer.max_messages and not any(c.queue.full() for c in channels):
            await self.callback(message)  # cannot block: the four tasks of wait_first are not needed
        else:
            await self.wait_first(self.callback(message), self.suspend_flow.wait())
        self._read_offset[tp] = offset

    def _new_offset(self, tp: TP) -> int | None:
        """The offset after the last chunk of the unbroken chain of acknowledged ones."""
        if tp.topic not in self.chunk_topics:
            committed: int | None = super()._new_offset(tp)
            return committed
        order, acked, highest = self._delivered[tp], self._acked_index[tp], None
        while order and order[0] in acked:
            highest = order.popleft()
        if highest is None:
            return None
        self._acked[tp][:] = [offset for offset in self._acked[tp] if offset > highest]
        acked.difference_update([offset for offset in acked if offset <= highest])
        return highest + 1

    def broken_chains(self) -> set[TP]:
        """Partitions whose oldest delivered chunk vanished: never acknowledged, not in work, although later ones were acknowledged."""
        return {
            tp
            for tp, order in self._delivered.items()
            if order
            and self._acked_index[tp]
            and order[0] not in self._acked_index[tp]
            and not any(m.tp == tp and not m.acked for m in self._unacked_messages)
        }

    async def _commit_offsets(self, offsets: dict[TP, int], start_new_transaction: bool = True) -> bool:
        owned = self.assignment()
        offsets = {tp: offset for tp, offset in offsets.items() if tp in owned}
        if not offsets:
            return False
        producer = self.app.producer
        await producer.settle()
        if producer.failed is not None:  # never commit past a lost output or changelog record
            await self.app.crash(producer.failed)
            return False
        done = bool(await self._commit(offsets))
        if done:  # Faust moves its own books even when the commit failed (faust-streaming #316)
            self._committed_offset.update(offsets)
            self.app.tables.on_commit(offsets)
            self.app.monitor.on_tp_commit(offsets)
        return done
