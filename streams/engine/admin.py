"""Create the topics, and see whether they are as the table says.

The number of partitions decides where the state of every key lives, so a number that has changed is refused: keys would be looked for
where they are not.
"""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import NamedTuple, Self

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource
from kafka.errors import KafkaConnectionError

from schemas.topics import Topic
from streams.engine.connecting import connected
from streams.engine.security import PLAINTEXT, Security

WITHIN = 30_000  # milliseconds


class Found(NamedTuple):
    """A topic as the broker has it; `config` holds what differs from the broker's defaults."""

    partitions: int
    replication: int
    config: Mapping[str, str]


class Fault(NamedTuple):
    """What is wrong with a topic. A worker must not run when it is `fatal`."""

    topic: str
    problem: str
    fatal: bool


def faults(topics: Iterable[Topic], found: Mapping[str, Found]) -> list[Fault]:
    """Compare the table with the broker."""
    return [fault for topic in topics for fault in _faults(topic, found.get(topic.name))]


def _faults(topic: Topic, found: Found | None) -> Iterable[Fault]:
    if found is None:
        yield Fault(topic.name, "does not exist", True)
        return
    if found.partitions != topic.partitions:
        yield Fault(
            topic.name,
            f"has {found.partitions} partitions, not {topic.partitions}: states would be looked for where they are not; "
            "set REDTHREAD_KAFKA_PARTITIONS back, or start anew under another prefix",
            True,
        )
    for name, value in topic.config.items():
        actual = found.config.get(name, "the broker's default")
        if actual != value:
            yield Fault(topic.name, f"{name} is {actual}, not {value}", False)


class TopicAdmin:
    """A connection for as long as the context lasts; raises `ConnectionError` when no broker answers, or none any more."""

    def __init__(self, servers: str, security: Security = PLAINTEXT) -> None:
        self._servers = servers
        self._client = connected(KafkaAdminClient, servers, security, request_timeout_ms=WITHIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()
        if isinstance(error, KafkaConnectionError):
            raise ConnectionError(f"Kafka at {self._servers}: {error}") from None

    def committed(self, group: str) -> dict[tuple[str, int], int]:
        """(topic, partition) -> the offset from which the group would go on."""
        offsets = self._client.list_group_offsets(group)[group]
        return {(tp.topic, tp.partition): found.offset for tp, found in offsets.items() if found.offset >= 0}

    def found(self, names: Iterable[str]) -> dict[str, Found]:
        """Those of the topics that exist."""
        described = [topic for topic in self._client.describe_topics(sorted(set(names))) if not topic["error_code"]]
        if not described:
            return {}
        resources = [ConfigResource("TOPIC", topic["name"]) for topic in described]
        configs = self._client.describe_configs(resources)["topic"]
        return {
            topic["name"]: Found(
                len(topic["partitions"]),
                len(topic["partitions"][0]["replica_nodes"]),
                {name: entry["value"] for name, entry in configs.get(topic["name"], {}).items()},
            )
            for topic in described
        }

    def create(self, topics: Iterable[Topic], replication: int) -> list[str]:
        """Create those that do not exist yet; their names. Nothing that exists is touched."""
        wanted = {topic.name: topic for topic in topics}
        existing = self.found(wanted)
        missing = {
            name: {"num_partitions": topic.partitions, "replication_factor": replication, "configs": topic.config}
            for name, topic in wanted.items()
            if name not in existing
        }
        if missing:
            self._client.create_topics(missing, wait_for_metadata=True)
        return list(missing)
