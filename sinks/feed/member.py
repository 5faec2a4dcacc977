"""A consumer that ends each rebalance that it has begun, and takes records apart quickly.

The leader of a group joins again when the metadata of a topic has changed. kafka-python (3.0.12) does not note that it must: dealing out the
partitions takes over the new metadata, and if a poll runs out between that and the answer of the broker, no later poll asks for the answer.
Such a member is rebalancing for ever: it polls without a pause, reads nothing, and its partitions wait. Any start can hit it, because the
first metadata may arrive after the first join; the slower the connection, the likelier.

Nor does it ask again when an answer that was under way did not yet concern the topics subscribed to since: it would next look after its
five minutes, so a member looks every few seconds.

An answer about committed offsets that a poll did not wait for is kept, and given to whoever asks about the same partitions next, however
much later. What is read twice or not at all depends on that answer, so it is always asked for anew.
"""

from typing import Any

from kafka import KafkaConsumer
from kafka.structs import MemberState, TopicPartition

from sinks.feed.records import Unpacked

LOOK = 10_000  # milliseconds between two looks at what topics and leaders there are
JOIN = 1_000  # milliseconds; an answer that comes between two polls is thrown away, so a poll waits for longer than the usual answer takes


class Member(KafkaConsumer):  # type: ignore[misc]
    """See `kafka.KafkaConsumer`."""

    def __init__(self, *topics: str, **settings: Any) -> None:
        super().__init__(*topics, **{"metadata_max_age_ms": LOOK, **settings})
        self._fetcher.PartitionRecords = Unpacked

    def poll(self, timeout_ms: float = 0, **options: Any) -> Any:
        """As there; while the group is rebalancing there is nothing to read, and the poll waits for up to a second more."""
        if self.group_metadata().state is MemberState.REBALANCING:
            self._coordinator.request_rejoin()
            timeout_ms = max(timeout_ms, JOIN)
        return super().poll(timeout_ms=timeout_ms, **options)

    def committed(self, partition: TopicPartition, **options: Any) -> Any:
        """As there, as of now."""
        self._coordinator._offset_fetch_futures.clear()
        return super().committed(partition, **options)
