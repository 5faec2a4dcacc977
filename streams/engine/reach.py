"""Is everything that Kafka held at an instant in the tables by now?

Whoever concludes from the tables that something is missing has to know that: a worker or a sink that is behind looks just like a source
that is silent. Kafka has the answer: where topics ended, and what the groups of workers and sinks have committed.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from schemas.topics import Topics
from streams.engine.connecting import connected
from streams.engine.security import PLAINTEXT, Security

WITHIN = 30_000  # milliseconds for one answer
LOOK = 0.5  # seconds between two looks

Ends = Mapping[TopicPartition, int]


class Reach:
    """A connection for as long as the context lasts; raises `ConnectionError` when no broker answers."""

    def __init__(self, servers: str, topics: Topics, sources: Iterable[str], security: Security = PLAINTEXT) -> None:
        """`sources` are the company's own topics."""
        self._servers, self._topics, self._sources = servers, topics, sorted(set(sources))
        self._admin: Any = connected(KafkaAdminClient, servers, security, request_timeout_ms=WITHIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._admin.close()

    def wait(self, until: Callable[[], bool], told: Callable[[str], object] = lambda _: None) -> bool:
        """Wait for what the topics hold now: the workers first, then the sinks for what the workers have made of it. False: was stopped."""
        groups = {self._topics.app: self._sources, **self._topics.sinks}
        return all(self._waited(group, topics, until, told) for group, topics in groups.items())

    def _waited(self, group: str, topics: Iterable[str], until: Callable[[], bool], told: Callable[[str], object]) -> bool:
        try:
            ends = self._ends(topics)
            while not until():
                behind = self._behind(group, ends)
                if not behind:
                    return True
                told(f"{behind:,} messages wait for {group}")
                time.sleep(LOOK)
        except KafkaError as error:
            raise ConnectionError(f"Kafka at {self._servers}: {error}") from None
        return False

    def _ends(self, topics: Iterable[str]) -> Ends:
        described = [topic for topic in self._admin.describe_topics(list(topics)) if not topic["error_code"]]
        places = [TopicPartition(topic["name"], number) for topic in described for number in range(len(topic["partitions"]))]
        found = self._admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
        return {place: entry.offset for place, entry in found.items()}

    def _behind(self, group: str, ends: Ends) -> int:
        found = self._admin.list_group_offsets({group: list(ends)})[group]
        return sum(max(end - (max(found[place].offset, 0) if place in found else 0), 0) for place, end in ends.items())
