"""Kafka for commands that people type: send records, look at a topic. kafka-python, whose defaults are idempotent and acknowledged by all."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from schemas.topics import LARGEST
from streams.engine.connecting import connected
from streams.engine.security import PLAINTEXT, Security

LINGER, BATCH = 20, 256 << 10  # milliseconds, bytes: a file is in no hurry, and batches are what makes it fast
POLL = 0.5  # seconds

Send = Callable[..., Any]


@contextmanager
def sender(servers: str, security: Security = PLAINTEXT) -> Iterator[Send]:
    """A function that takes and gives what `KafkaProducer.send` does; leaving the context waits for every acknowledgement or raises `ConnectionError`."""
    failed: list[BaseException] = []
    producer = connected(KafkaProducer, servers, security, linger_ms=LINGER, batch_size=BATCH, max_request_size=LARGEST)

    def send(topic: str, **message: Any) -> Any:
        if failed:
            raise ConnectionError(f"Kafka at {servers}: {failed[0]}")
        try:
            return producer.send(topic, **message).add_errback(failed.append)
        except KafkaError as error:
            raise ConnectionError(f"Kafka at {servers}: {error}") from None

    try:
        yield send
        producer.flush()
    finally:
        producer.close()
    if failed:
        raise ConnectionError(f"Kafka at {servers}: {failed[0]}")


def delivered(servers: str, records: Iterable[tuple[str, bytes, bytes]], security: Security = PLAINTEXT) -> list[tuple[str, int, int]]:
    """Send (topic, key, value); (topic, partition, offset) of each, once all are acknowledged. Raises `ConnectionError`."""
    sent = []
    with sender(servers, security) as send:
        for topic, key, value in records:
            sent.append(send(topic, key=key, value=value))
    found = [future.get(timeout=0) for future in sent]
    return [(metadata.topic, metadata.partition, metadata.offset) for metadata in found]


def messages(servers: str, topic: str, security: Security = PLAINTEXT, *, beginning: bool = False, follow: bool = False) -> Iterator[Any]:
    """The messages of a topic, without a group. Not following, it ends where the topic ends now."""
    consumer = connected(KafkaConsumer, servers, security, enable_auto_commit=False, group_id=None)
    try:
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        if not partitions:
            return
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        if beginning:
            consumer.seek_to_beginning()
        else:
            consumer.seek_to_end()
        while follow or any(consumer.position(partition) < ends[partition] for partition in partitions):
            for batch in consumer.poll(timeout_ms=int(POLL * 1000)).values():
                yield from batch
    finally:
        consumer.close()
