"""The Kafka side of a measurement, by aiokafka in record batches: topics, events in, alerts out."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kafka import KafkaAdminClient
from msgspec import Struct, json

from tests.bench.engines.workload import PARTITIONS, Alert, Record, encoded

BATCH = 500_000  # bytes of one record batch
AT_ONCE = 50_000  # records that are collected before they are sent


class Raised(Struct, rename={"from_": "from"}):
    """An alert as every engine writes it."""

    customer_id: str
    seq: int
    from_: str
    via: str
    since: str
    at: str
    event_id: str


class Seen(NamedTuple):
    """An alert, and when the broker appended it."""

    alert: Alert
    appended_at: int  # milliseconds


raised = json.Decoder(Raised).decode


def partitions_of(topic: str) -> list[TopicPartition]:
    """All of them."""
    return [TopicPartition(topic, number) for number in range(PARTITIONS)]


class Topics:
    """Creates topics, and removes what a run has left: the topics of its own and those that the engine made."""

    def __init__(self, servers: str) -> None:
        self._admin: Any = KafkaAdminClient(bootstrap_servers=servers)

    def create(self, topic: str, **config: str) -> None:
        """With as many partitions as everything here has."""
        self._admin.create_topics(
            {topic: {"num_partitions": PARTITIONS, "replication_factor": 1, "configs": config}}, wait_for_metadata=True
        )

    def remove(self, run: str) -> None:
        """Every topic that has the name of the run in its name."""
        found = [name for name in self._admin.list_topics() if run in name]
        if found:
            self._admin.delete_topics(found)

    def close(self) -> None:
        self._admin.close()


@asynccontextmanager
async def producing(servers: str):
    """A producer of record batches."""
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks=1, max_batch_size=BATCH, max_request_size=4 * BATCH)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def send(producer: Any, topic: str, records: Iterable[Record]) -> list[Any]:
    """Hand over the records in their order; what is returned is done when they are on the broker."""
    batches: defaultdict[int, Any] = defaultdict(producer.create_batch)
    sent = []
    for partition, key, event in records:
        value = encoded(event)
        if batches[partition].append(timestamp=None, key=key, value=value) is None:
            sent.append(await producer.send_batch(batches.pop(partition), topic, partition=partition))
            batches[partition].append(timestamp=None, key=key, value=value)
    for partition, batch in batches.items():
        sent.append(await producer.send_batch(batch, topic, partition=partition))
    return sent


async def fill(servers: str, topic: str, records: Sequence[Record]) -> None:
    """All records onto the topic."""
    async with producing(servers) as producer:
        for first in range(0, len(records), AT_ONCE):
            await asyncio.gather(*await send(producer, topic, records[first : first + AT_ONCE]))


@asynccontextmanager
async def reading(servers: str, topic: str):
    """A consumer of all alerts from the beginning, without a group."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=10
    )
    await consumer.start()
    consumer.assign(partitions_of(topic))
    try:
        yield consumer
    finally:
        await consumer.stop()


async def end(consumer: Any, topic: str) -> int:
    """How many records the topic has."""
    return sum((await consumer.end_offsets(partitions_of(topic))).values())


async def everything(consumer: Any, topic: str) -> list[Seen]:
    """What is on the topic now."""
    found: list[Seen] = []
    wanted = await end(consumer, topic)
    while len(found) < wanted:
        for batch in (await consumer.getmany(timeout_ms=1_000)).values():
            for record in batch:
                alert = raised(record.value)
                found.append(Seen((alert.customer_id, alert.seq), record.timestamp))
    return found
