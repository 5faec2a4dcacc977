"""How far everybody has come on Kafka: where topics end, what groups have committed, and whether all of it has come to rest."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from schemas.topics import Topics

ROUNDS = 8  # of ticks without anything new: some were under way already, one wakes what waits, the next what that one left
TICKS_A_ROUND = 2  # that one round sends to every partition of a stage
LOOK = 0.5  # seconds between two looks
PATIENCE = 15_000  # milliseconds for one answer

Offsets = Mapping[TopicPartition, int]


class Positions:
    """Looks at one installation: at its topics, and at the groups of its workers and sinks."""

    def __init__(self, servers: Sequence[str], topics: Topics, sources: Mapping[str, int]) -> None:
        """`sources` are the company's own topics with their number of partitions."""
        self._servers, self._topics = list(servers), topics
        stages = {topics.identify: topics.partitions, topics.customer: topics.partitions, topics.time: 1}
        self.sources = _partitions(sources)
        self.inputs = [*self.sources, *_partitions(stages)]
        self.public = _partitions({name: topics.partitions_of(kind) for kind, name in topics.public.items()})
        self._customer = _partitions({topics.customer: topics.partitions})
        self._admin: Any = None

    def close(self) -> None:
        """Forget the connection."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def _asked(self) -> Any:
        if self._admin is None:
            self._admin = KafkaAdminClient(bootstrap_servers=self._servers, bootstrap_timeout_ms=PATIENCE, request_timeout_ms=PATIENCE)
        return self._admin

    def ends(self, partitions: Iterable[TopicPartition]) -> Offsets:
        """Where they end now."""
        found = self._asked().list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        return {partition: place.offset for partition, place in found.items()}

    def committed(self, group: str, partitions: Sequence[TopicPartition]) -> Offsets:
        """What the group has done; 0 where it has committed nothing."""
        found = self._asked().list_group_offsets({group: list(partitions)})[group]
        return {partition: max(found[partition].offset, 0) if partition in found else 0 for partition in partitions}

    def lag(self, group: str, partitions: Sequence[TopicPartition]) -> int:
        """Messages that the group has not committed yet."""
        return sum(self._waiting(group, partitions).values())

    def _waiting(self, group: str, partitions: Sequence[TopicPartition]) -> Offsets:
        return _behind(self.committed(group, partitions), self.ends(partitions))

    def unwritten(self) -> Mapping[str, int]:
        """Published messages that no sink has committed yet, of each partition that has any."""
        groups = self._topics.sinks.items()
        found = [self._waiting(group, [p for p in self.public if p.topic in names]) for group, names in groups]
        return {f"{tp.topic}/{tp.partition}": messages for waiting in found for tp, messages in waiting.items()}

    def sink_lag(self) -> int:
        """All of them."""
        return sum(self.unwritten().values())

    def source_lag(self) -> int:
        """Records that no worker has committed yet."""
        return self.lag(self._topics.app, self.sources)

    def settle(self, within: float, told: Callable[[str], None] = lambda _: None) -> None:
        """Wait until every source is read, some rounds of ticks have brought nothing new, and the sinks have written everything.

        Raises `TimeoutError` saying what moves still.
        """
        limit, why = time.monotonic() + within, "nothing was seen yet"
        before: tuple[Offsets, Offsets] | None = None
        while time.monotonic() < limit:
            try:
                before, why = self._look(before)
            except (KafkaError, OSError) as error:
                self.close()
                before, why = None, f"Kafka: {error!r}"
            if not why:
                return
            told(why)
            time.sleep(LOOK)
        raise TimeoutError(f"did not come to rest in {within:.0f} s: {why}")

    def _look(self, before: tuple[Offsets, Offsets] | None) -> tuple[tuple[Offsets, Offsets] | None, str]:
        """What to compare the next look with, and why it is not over yet ("" when it is)."""
        if lag := self.source_lag():
            return None, f"{lag:,} records of sources wait"
        public, inputs = self.ends(self.public), self.ends(self.inputs)
        if before is None or before[1] != public:
            return (inputs, public), "messages are being published"
        done = self.committed(self._topics.app, self.inputs)
        if behind := _behind(done, before[0]):
            return before, f"{sum(behind.values()):,} messages wait for the stages"
        rounds = min(done[partition] - before[0][partition] for partition in self._customer) / TICKS_A_ROUND
        if rounds < ROUNDS:
            return before, f"{rounds:.0f} rounds of ticks were worked on"
        if waiting := self.unwritten():
            return before, f"{sum(waiting.values()):,} messages wait for the sinks: {waiting}"
        return before, ""


def _partitions(topics: Mapping[str, int]) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for topic, partitions in topics.items() for number in range(partitions)]


def _behind(committed: Offsets, ends: Offsets) -> Offsets:
    """Messages in between, of each partition that has any."""
    return {partition: end - committed[partition] for partition, end in ends.items() if end > committed[partition]}
