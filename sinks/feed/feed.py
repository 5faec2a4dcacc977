"""The loop of `redthread sink`: poll, collect, and for each round: say what is pending, insert, commit.

    commit (offset a, "pending a-b")  ->  insert with the token of a-b  ->  commit (offset b+1)

A crash before the first commit re-reads; after it, the successor repeats exactly a-b with the same token. ClickHouse away means that the
insert waits, for as long as it takes: nothing is polled meanwhile, and Kafka keeps what comes.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from math import ceil
from typing import Any, Protocol

from kafka import KafkaConsumer
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.errors import CommitFailedError, KafkaError
from kafka.structs import OffsetAndMetadata, TopicPartition
from msgspec import DecodeError, ValidationError

from schemas.dead_letter import DeadLetter
from schemas.envelope import opened
from schemas.identity import IdentityChange
from schemas.plain import Published
from schemas.touchpoint import Origin
from sinks.feed.batch import Batch, Limits
from sinks.feed.pending import parse

POLL = 0.2  # seconds
LIST_EVERY = 5.0  # seconds: an insert costs ClickHouse 15 ms, and nobody waits for the list of batches
MEASURE_EVERY = 10.0  # seconds between two looks at how much waits, also where nothing is read or written
MEASURE_WITHIN = 1_000  # milliseconds for an answer: a partition that has no leader keeps the others waiting no longer
TROUBLED = 1.0  # seconds between two tries while the broker does not answer; the client itself waits longer
REFRESH_AFTER = 5.0  # seconds between two reloads of the identity dictionary, while identities change
REFRESH_SHARE = 20  # times as long as the last reload took, if that is longer: nothing is written meanwhile, and it grows with history


class Sink(Protocol):
    """See `sinks.clickhouse.ClickHouseSink`."""

    def insert(self, token: str, outputs: Iterable[Published]) -> Iterable[DeadLetter]: ...

    def list_complete(self) -> None: ...

    def refresh(self) -> None: ...

    def close(self) -> None: ...


class Meter(Protocol):
    """Who counts: see `streams.cli.sink`."""

    def wrote(self, topic: str, messages: int, rejected: int, seconds: float) -> None: ...

    def behind(self, topic: str, partition: int, messages: int) -> None: ...

    def troubled(self, error: KafkaError) -> None: ...


class Feed(ConsumerRebalanceListener):  # type: ignore[misc]
    """One consumer of the group; several share the partitions."""

    def __init__(
        self,
        consumer: KafkaConsumer,
        sink: Sink,
        meter: Meter,
        *,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        at: Callable[[str, TopicPartition], None] = lambda _step, _partition: None,
    ) -> None:
        """`at` hears of every step of a batch: pending, inserted, committed."""
        self._consumer, self._sink, self._meter, self._limits, self._clock, self._at = consumer, sink, meter, limits or Limits(), clock, at
        self._sleep = sleep
        self._batches: dict[TopicPartition, Batch] = {}
        self._reached: dict[TopicPartition, int] = {}  # everything before it is written and committed
        self._identity_since: float | None = None
        self._refresh_after = REFRESH_AFTER
        self._unlisted_since: float | None = None
        self._measured = clock()

    def subscribe(self, topics: Iterable[str]) -> None:
        """Join the group."""
        self._consumer.subscribe(topics=list(topics), listener=self)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing that was read under an earlier assignment counts any more; a predecessor may have died before the views saw what it wrote."""
        self._forget(assigned)
        self._identity_since = self._clock()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Whoever has them next reads again what was not committed."""
        self._forget(revoked)

    def _forget(self, partitions: Iterable[TopicPartition]) -> None:
        for partition in partitions:
            self._batches.pop(partition, None)
            self._reached.pop(partition, None)

    def _take_up(self, partition: TopicPartition, records: list[Any]) -> list[Any]:
        """Go on where the partition was left, with what was pending, if anything was; which of the records count.

        A partition that stays ours across a rebalance is not read again by itself: kafka-python keeps its position, which is behind
        records that we have forgotten, or before what another sink has written meanwhile. So it is taken up whether or not something
        of it was polled: else those records would wait until something new comes.
        """
        committed = self._consumer.committed(partition, metadata=True)
        self._batches[partition] = Batch(None if committed is None else parse(committed.metadata, committed.offset))
        if committed is None:
            self._consumer.seek_to_beginning(partition)
            return []
        self._reached[partition] = committed.offset
        if records and records[0].offset == committed.offset:
            return records
        self._consumer.seek(partition, committed.offset)
        return []

    def run(self, until: Callable[[], bool]) -> None:
        """Until told to stop; what was read and not written is left to the next one. While the broker is away it is asked again."""
        while not until():
            try:
                self.step()
            except KafkaError as error:
                if not (error.retriable or isinstance(error, CommitFailedError)):
                    raise
                self._forget(list(self._batches))  # each is taken up again where it was committed
                self._meter.troubled(error)
                self._sleep(TROUBLED)
        self._refresh(force=True)
        self._list(force=True)

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()
        self._sink.close()

    def measure(self) -> None:
        """Tell the meter how many messages wait: now and then, and for whoever is kept waiting with a batch, while no round is finished."""
        self._measured = self._clock()
        try:
            partitions = list(self._consumer.assignment())
            for partition, end in self._consumer.end_offsets(partitions, timeout_ms=MEASURE_WITHIN).items():
                reached = self._reached.get(partition)
                reached = self._consumer.position(partition, timeout_ms=MEASURE_WITHIN) if reached is None else reached
                self._meter.behind(partition.topic, partition.partition, max(end - (reached or 0), 0))
        except KafkaError as error:
            self._meter.troubled(error)

    def step(self) -> int:
        """One round; how many messages it wrote."""
        now = self._clock()
        wait = min([POLL, *(batch.due(self._limits, now) for batch in self._batches.values())])
        polled: dict[TopicPartition, list[Any]] = self._consumer.poll(timeout_ms=ceil(wait * 1000), max_records=self._limits.messages)
        for partition in sorted(self._consumer.assignment() - self._batches.keys()):
            polled[partition] = self._take_up(partition, polled.get(partition, []))
        now = self._clock()
        for partition, records in polled.items():
            if records:
                self._reached.setdefault(partition, records[0].offset)
                self._batches[partition].add(records, now)
        written = self._write([partition for partition, batch in self._batches.items() if batch.is_full(self._limits, now)], now)
        self._refresh()
        self._list()
        if self._clock() - self._measured >= MEASURE_EVERY:
            self.measure()
        return written

    def _write(self, partitions: list[TopicPartition], now: float) -> int:
        if not partitions:
            return 0
        taken = {partition: self._batches[partition].take(now) for partition in partitions}
        self._commit({partition: (pending.first, pending.text) for partition, (pending, _) in taken.items()})
        for partition, (pending, records) in taken.items():
            self._at("pending", partition)
            started = self._clock()
            messages = [message for record in records if (message := _message(record)) is not None]
            rejected = list(self._sink.insert(pending.token(partition.topic, partition.partition), messages))
            self._at("inserted", partition)
            self._meter.wrote(partition.topic, len(messages), len(rejected), self._clock() - started)
            if any(message.__class__ is IdentityChange for message in messages) and self._identity_since is None:
                self._identity_since = self._clock()
        self._commit({partition: (pending.last + 1, "") for partition, (pending, _) in taken.items()})
        self._unlisted_since = now if self._unlisted_since is None else self._unlisted_since
        for partition, (pending, _) in taken.items():
            self._at("committed", partition)
            self._reached[partition] = pending.last + 1
            end = self._consumer.highwater(partition)
            self._meter.behind(partition.topic, partition.partition, max((end or 0) - pending.last - 1, 0))
        return sum(len(records) for _, records in taken.values())

    def _commit(self, offsets: Mapping[TopicPartition, tuple[int, str]]) -> None:
        self._consumer.commit({partition: OffsetAndMetadata(offset, text, -1) for partition, (offset, text) in offsets.items()})

    def _refresh(self, force: bool = False) -> None:
        since = self._identity_since
        if since is not None and (force or self._clock() - since >= self._refresh_after):
            started = self._clock()
            self._sink.refresh()
            self._refresh_after = max(REFRESH_AFTER, REFRESH_SHARE * (self._clock() - started))
            self._identity_since = None

    def _list(self, force: bool = False) -> None:
        if self._unlisted_since is not None and (force or self._clock() - self._unlisted_since >= LIST_EVERY):
            self._sink.list_complete()
            self._unlisted_since = None


def _message(record: Any) -> Published | None:
    """A tombstone says nothing; what is no message of ours becomes a dead letter."""
    if record.value is None:
        return None
    try:
        return opened(record.value).data
    except (DecodeError, ValidationError) as error:
        return DeadLetter(
            reason="not_cloudevents",
            field="",
            message=f"{record.topic}/{record.partition}/{record.offset}: not a message of Redthread: {error}",
            source=record.topic,
            origin=Origin(record.topic, record.partition, record.offset),
            payload=record.value,
            received_at=record.timestamp * 1000,
        )
