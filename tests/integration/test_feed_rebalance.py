"""A rebalance between reading and writing: the partition stays, and so does kafka-python's position in it."""

import time
from itertools import count
from threading import Event, Thread
from typing import Any, NamedTuple

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.errors import KafkaConnectionError, KafkaError
from kafka.structs import OffsetAndMetadata, TopicPartition

from schemas.envelope import seal
from sinks.feed import Feed, Limits, Member
from tests.integration.published import entry

PARTITION = TopicPartition("timeline", 0)
OTHER = TopicPartition("timeline", 1)  # of which nothing was read yet
WAIT = 6.0  # seconds that a row waits for company; the other sink must have come before
WITHIN = 60.0  # seconds until everything is written
VALUES = [seal(entry(str(number)))[1] for number in range(10)]


class Read(NamedTuple):
    """A message as kafka-python gives it."""

    offset: int
    value: bytes
    topic: str = PARTITION.topic
    partition: int = PARTITION.partition
    timestamp: int = 0


class Log:
    """One partition and one consumer of it, which keeps its position whatever the group does."""

    def __init__(self) -> None:
        self.place = 0
        self.offsets: OffsetAndMetadata | None = None
        self.away = False

    def poll(self, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Read]]:
        if self.away:
            raise KafkaConnectionError
        found = [Read(offset, value) for offset, value in enumerate(VALUES)][self.place : self.place + 3]
        self.place += len(found)
        return {PARTITION: found} if found else {}

    def committed(self, partition: TopicPartition, metadata: bool) -> OffsetAndMetadata | None:
        return self.offsets if partition == PARTITION else None

    def commit(self, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
        self.offsets = offsets[PARTITION]

    def position(self, partition: TopicPartition, timeout_ms: int) -> int:
        return 7 if partition == OTHER else self.place

    def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition == PARTITION:
            self.place = offset

    def seek_to_beginning(self, partition: TopicPartition) -> None:
        if partition == PARTITION:
            self.place = 0

    def assignment(self) -> set[TopicPartition]:
        return {PARTITION, OTHER}

    def end_offsets(self, partitions: list[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, len(VALUES))

    def highwater(self, partition: TopicPartition) -> int:
        return len(VALUES)


class Table:
    """What was written."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def list_complete(self) -> None:
        pass

    def insert(self, token: str, outputs: list[Any]) -> list[Any]:
        self.rows += [message.touchpoint.source_event_id for message in outputs]
        return []

    def refresh(self) -> None:
        pass


class Waiting:
    """Remembers how many messages wait."""

    def __init__(self) -> None:
        self.lag: dict[int, int] = {}

    def wrote(self, topic: str, messages: int, rejected: int, seconds: float) -> None:
        pass

    def behind(self, topic: str, partition: int, messages: int) -> None:
        self.lag[partition] = messages

    def troubled(self, error: KafkaError) -> None:
        pass


def test_what_was_read_and_not_written_before_a_rebalance_is_read_again():
    for before in range(6):
        log, table = Log(), Table()
        feed = Feed(log, table, Waiting(), limits=Limits(messages=4), clock=lambda: 0.0)
        for _ in range(before):
            feed.step()
        feed.on_partitions_revoked([PARTITION])
        feed.on_partitions_assigned([PARTITION])
        feed.step()
        rest = Feed(log, table, Waiting(), limits=Limits(messages=1), clock=lambda: 0.0)
        log.place = 9  # as if this one had kept its place since long ago
        while log.offsets is None or log.offsets.offset < len(VALUES):
            rest.step()
        assert table.rows == [str(number) for number in range(10)], before


@pytest.mark.parametrize("forgotten", ["by a rebalance", "because the broker did not answer"])
def test_a_partition_that_was_read_to_its_end_is_read_again_though_nothing_new_comes(forgotten):
    log, table, clock = Log(), Table(), count(0.0, 0.1)
    feed = Feed(log, table, Waiting(), limits=Limits(seconds=4.0), clock=clock.__next__, sleep=lambda _: None)
    while log.place < len(VALUES):
        feed.step()
    if forgotten == "by a rebalance":
        feed.on_partitions_revoked([PARTITION])
        feed.on_partitions_assigned([PARTITION])
    else:
        log.away = True
        feed.run(iter([False, True]).__next__)
        log.away = False
    assert table.rows == []
    for _ in range(60):
        feed.step()
    assert table.rows == [str(number) for number in range(10)]
    assert log.offsets == OffsetAndMetadata(len(VALUES), "", -1)


@pytest.mark.server
def test_a_partition_that_stays_is_written_although_another_sink_came_before_its_time(servers):
    topic, table, stop = "stays", Table(), Event()
    partitions = [TopicPartition(topic, number) for number in range(2)]
    admin, producer = KafkaAdminClient(bootstrap_servers=servers), KafkaProducer(bootstrap_servers=servers)
    admin.create_topics({topic: {"num_partitions": len(partitions), "replication_factor": 1}})
    for number, value in enumerate(VALUES):
        producer.send(topic, value=value, partition=number % len(partitions))
    producer.flush()

    def feed(instance: str) -> tuple[Member, Feed]:
        settings = {"group_id": topic, "group_instance_id": instance, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
        member = Member(bootstrap_servers=servers, partition_assignment_strategy=[RoundRobinPartitionAssignor], **settings)
        made = Feed(member, table, Waiting(), limits=Limits(seconds=WAIT))
        made.subscribe([topic])
        return member, made

    first, staying = feed("first")
    until = time.monotonic() + WITHIN
    while sum(first.position(partition) for partition in first.assignment()) < len(VALUES) and time.monotonic() < until:
        staying.step()
    second, coming = feed("second")
    thread = Thread(target=coming.run, args=(stop.is_set,))
    thread.start()
    while len(table.rows) < len(VALUES) and time.monotonic() < until:
        staying.step()
    stop.set()
    thread.join()
    shares = len(first.assignment()), len(second.assignment())
    for closed in (admin, producer, first, second):
        closed.close()
    assert shares == (1, 1)
    assert sorted(table.rows) == [str(number) for number in range(10)]


def test_what_waits_is_counted_while_a_batch_cannot_be_written():
    """Everything after the last commit, whatever has been read meanwhile; where nothing was read yet, everything after its place."""
    log, waiting = Log(), Waiting()

    class Away(Table):
        def insert(self, token: str, outputs: list[Any]) -> list[Any]:
            feed.measure()
            seen.append(dict(waiting.lag))
            return []

    seen: list[dict[int, int]] = []
    feed = Feed(log, Away(), waiting, limits=Limits(messages=3), clock=lambda: 0.0)
    for _ in range(4):
        feed.step()
    assert seen == [{0: 10, 1: 3}, {0: 7, 1: 3}, {0: 4, 1: 3}]


def test_what_waits_is_counted_now_and_then_also_where_nothing_is_written():
    log, waiting = Log(), Waiting()
    feed = Feed(log, Table(), waiting, limits=Limits(messages=100, seconds=100.0), clock=count(0.0, 1.0).__next__)
    for _ in range(5):
        feed.step()
    assert waiting.lag == {0: 10, 1: 3}
