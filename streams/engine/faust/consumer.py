"""A consumer that delivers *chunks* (records of one partition) as one Faust event, and commits only along the chain of finished chunks.

Faust's cost is per message (four tasks and eleven callbacks each), not per record: a chunk of 1,000 costs what one record did.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any, ClassVar

from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from streams.engine.faust.fence import Fence
from streams.engine.faust.thread import ConsumerThread, Place

FETCH_TIMEOUT = 0.25  # seconds until a fetch without records returns: a seek waits for it
ORDINARY = 4 << 10  # bytes of a record; a longer one counts for several where it is asked how much is here
IDLE_NAP = 0.02  # seconds; Faust sleeps a full second when every partition is back-pressured


class Chunk(ConsumerMessage):  # type: ignore[misc]
    """Records of one partition; `value` is the list of them.

    Only a chunk that was `handled` may be committed, and only in the epoch in which it was delivered: with every seek a new one begins.
    """

    handled = False
    epoch = 0

    @cached_property
    def weight(self) -> int:
        """How many ordinary records it is worth."""
        records: list[Any] = self.value
        size: int = sum([record.serialized_value_size for record in records])
        return max(len(records), size // ORDINARY)


class ChunkConsumer(driver.Consumer):  # type: ignore[misc]
    """One `Chunk` per (partition, at most `chunk_size` records)."""

    chunk_topics: ClassVar[frozenset[str]] = frozenset()  # inputs and changelogs that are read in chunks
    placed_topics: ClassVar[frozenset[str]] = frozenset()  # inputs of which `place` is asked
    chunk_size: ClassVar[int] = 500
    fence: ClassVar[Fence | None] = None
    _n_acked: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._delivered: defaultdict[TP, deque[int]] = defaultdict(deque)  # last offsets of delivered chunks, in order
        self._ready: dict[TP, int] = {}  # may be committed; kept, because a commit may fail
        self._pulled: dict[TP, int] = {}  # last offset that the fetcher gave us
        self._handled: dict[TP, int] = {}  # last offset of the last chunk that was handled
        self._places: dict[TP, Place] = {}
        self._fetching = asyncio.Lock()
        self.epoch = 0
        super().__init__(*args, **kwargs)

    def _new_consumer_thread(self) -> Any:
        thread: Any = type("AppConsumerThread", (ConsumerThread,), {"fence": self.fence, "__module__": "faust.transport"})
        return thread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """Everything is read again from its commit, and nothing that was delivered before counts.

        After a recovery Faust resumes the partitions first and seeks then, so records may have been delivered in between. No fetch is
        open while we seek: whatever comes after it belongs to the new epoch.
        """
        async with self._fetching:
            self._committed_offset.clear()  # what the broker says now is all that counts, also where it knows no commit
            await super().perform_seek()
            anew = [tp for tp in self.assignment() if self._is_input(tp) and not self._committed_offset[tp]]
            if anew:  # which Faust leaves where they are
                await self._thread.seek_to_beginning(*(driver._TopicPartition(*tp) for tp in anew))
            self._begin_epoch()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        await super().on_partitions_revoked(revoked)
        self._begin_epoch()

    def _is_input(self, tp: TP) -> bool:
        return tp.topic in self.chunk_topics and not self._is_changelog_tp(tp)

    @property
    def is_connected(self) -> bool:
        """The thread has a consumer that can be asked."""
        return self._thread._consumer is not None

    def _begin_epoch(self) -> None:
        self.epoch += 1
        for known in (self._delivered, self._ready, self._acked, self._acked_index, self._pulled, self._handled, self._places):
            known.clear()

    def place(self, tp: TP) -> Place | None:
        """Where the partition stands, if everything that was delivered from it has been handled."""
        if self._handled.get(tp, -1) < self._pulled.get(tp, -1):
            return None
        return self._places.get(tp)

    def lag(self, tp: TP) -> int | None:
        """Records of the log that have not been handled yet; None while that is unknown."""
        end = self.highwater(tp)
        if end is None:
            return None
        reached = self._handled.get(tp)
        done = reached + 1 if reached is not None else self._committed_offset[tp] or 0
        place = self.place(tp)
        return 0 if place is not None and place.position >= end else max(end - done, 0)

    async def _wait_next_records(self, timeout: float) -> Any:
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        active = self._get_active_partitions()
        if not active:
            await self.sleep(IDLE_NAP)
            return {}, active, self.epoch
        async with self._fetching:
            records = await self._getmany(active_partitions=active, timeout=timeout)
            if records is not None:
                self._note(records, active)
            return records, active, self.epoch

    def _note(self, records: Any, active: set[TP]) -> None:
        """Nothing else takes records from the fetcher, so right after it gave us some its positions say what we have."""
        for raw, batch in records.items():
            if batch:
                self._pulled[TP(raw.topic, raw.partition)] = batch[-1].offset
        for tp in active:
            if tp.topic in self.placed_topics and (place := self._thread.place(tp)) is not None:
                self._places[tp] = place

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:
        records, active, epoch = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop or not self.flow_active:  # the flow stops only for a rebalance, which ends with a seek
            return
        for raw, batch in records.items():
            tp = TP(raw.topic, raw.partition)
            if not (tp in active or tp in self._buffered_partitions):
                continue
            highwater = self.highwater(tp)
            if highwater is not None:  # None during a rebalance; Faust's monitor would fail on it (faust-streaming #214)
                self.app.monitor.track_tp_end_offset(tp, highwater)
            for message in self._messages(tp, batch, generation, epoch):
                if not self.flow_active or self.app.consumer_generation_id != generation:
                    return
                if self.epoch == epoch or not self._is_input(tp):  # else it is fetched again, because of the seek
                    yield tp, message

    def _messages(self, tp: TP, batch: list[Any], generation: int, epoch: int) -> Iterator[Any]:
        if tp.topic not in self.chunk_topics:
            for record in batch:
                yield self._to_message(tp, record)
            return
        for start in range(0, len(batch), self.chunk_size):
            records = batch[start : start + self.chunk_size]
            last = records[-1]
            chunk = Chunk(
                tp.topic, tp.partition, last.offset, last.timestamp / 1000.0, last.timestamp_type,
                (), None, records, None, 0, 0, tp, generation_id=generation,
            )  # fmt: skip
            chunk.epoch = epoch
            yield chunk

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                stream = self.getmany(timeout=FETCH_TIMEOUT)
                await self.sleep(0)
                if self.should_stop:
                    continue
                async for tp, message in stream:
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
        is_input = self._is_input(tp)
        if previous is not None and offset < previous and not is_input:
            return
        if self._commit_every is not None and self._n_acked >= self._commit_every:
            self._n_acked = 0
            await self.commit()
        if is_input:
            if message.epoch != self.epoch:
                return
            self._delivered[tp].append(offset)
        buffer, channels = app.producer.buffer, app.topics._tp_index[tp]
        if app.flow_control.is_active() and buffer.size <= buffer.max_messages and not any(c.queue.full() for c in channels):
            await self.callback(message)  # cannot block: the four tasks of wait_first are not needed
        else:
            await self.wait_first(self.callback(message), self.suspend_flow.wait())
        if not is_input:
            self._read_offset[tp] = offset

    def ack(self, message: Any) -> bool:
        """Faust acknowledges what it skips during a rebalance too; of chunks only those that were handled count."""
        if not isinstance(message, Chunk) or (message.handled and message.epoch == self.epoch):
            return bool(super().ack(message))
        self.drop(message)
        return False

    def handled(self, chunk: Chunk) -> None:
        """Its outputs and states are acknowledged: it may be committed once its stream acknowledges it."""
        chunk.handled = True
        if chunk.epoch == self.epoch:
            self._handled[chunk.tp] = chunk.offset

    def drop(self, message: Any) -> None:
        """Nobody waits for this message any more, and it is not committed: it will be delivered again."""
        message.acked = True
        self._unacked_messages.discard(message)
        waiting = self._waiting_for_ack
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def _new_offset(self, tp: TP) -> int | None:
        """The offset after the last chunk of the unbroken chain of acknowledged ones."""
        if tp.topic not in self.chunk_topics:
            committed: int | None = super()._new_offset(tp)
            return committed
        order, acked = self._delivered[tp], self._acked_index[tp]
        while order and order[0] in acked:
            last = order.popleft()
            acked.discard(last)
            self._acked[tp].remove(last)
            self._ready[tp] = last + 1
        return self._ready.get(tp)

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
        producer, epoch = self.app.producer, self.epoch
        await producer.settle()
        if producer.failed is not None:  # never commit past a lost output or changelog record
            await self.app.crash(producer.failed)
            return False
        done = bool(await self._commit(offsets))
        # Faust moves its own books even when the commit failed (faust-streaming #316). A seek that has overtaken us has read the commit
        # before: what is acknowledged from then on is compared with that.
        done = done and self.epoch == epoch
        if done:
            self._committed_offset.update(offsets)
            self.app.tables.on_commit(offsets)
            self.app.monitor.on_tp_commit(offsets)
        return done
