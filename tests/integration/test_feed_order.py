"""In which order a batch is announced, written, listed and committed, and how often the dictionaries are loaded again."""

from typing import Any, NamedTuple

from kafka.structs import OffsetAndMetadata, TopicPartition

from schemas.envelope import seal
from schemas.identity import IdentityChange
from sinks.feed import Feed, Limits
from sinks.feed.feed import LIST_EVERY, REFRESH_AFTER, REFRESH_SHARE
from tests.integration.feed_process import Nothing
from tests.integration.published import alert, entry

ROWS, ALERTS, IDENTITY = (TopicPartition(topic, 0) for topic in ("timeline", "alerts", "identity"))
CHANGE = IdentityChange(identifier="email:a", customer_id=None, first_seen=0, version=1)


class Read(NamedTuple):
    """A message as kafka-python gives it."""

    topic: str
    value: bytes
    offset: int = 0
    partition: int = 0
    timestamp: int = 0


class World:
    """Consumer, sink and clock in one, and everything in the order in which it was done."""

    def __init__(self, *polled: dict[TopicPartition, Any], reload: float = 0.0) -> None:
        self.story: list[Any] = []
        self.now, self._polled, self._reload = 0.0, list(polled), reload

    def poll(self, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Read]]:
        self.now += 1.0
        found = self._polled.pop(0) if self._polled else {}
        return {tp: [Read(tp.topic, seal(message)[1], int(self.now) - 1)] for tp, message in found.items()}

    def committed(self, partition: TopicPartition, metadata: bool) -> OffsetAndMetadata | None:
        return OffsetAndMetadata(int(self.now) - 1, "", -1)

    def assignment(self) -> set[TopicPartition]:
        return {ROWS, ALERTS, IDENTITY}

    def seek(self, partition: TopicPartition, offset: int) -> None:
        pass

    def commit(self, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
        self.story.append(("commit", {tp.topic: place.offset for tp, place in offsets.items()}))

    def end_offsets(self, partitions: list[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
        return {}

    def highwater(self, partition: TopicPartition) -> int:
        return 1

    def insert(self, token: str, outputs: list[Any]) -> list[Any]:
        self.story.append(("insert", token))
        return []

    def list_complete(self) -> None:
        self.story.append(("list", self.now))

    def refresh(self) -> None:
        self.story.append(("refresh", self.now))
        self.now += self._reload

    def feed(self) -> Feed:
        return Feed(self, self, Nothing(), limits=Limits(seconds=0), clock=lambda: self.now)


def test_what_is_written_in_one_round_is_announced_before_and_committed_after():
    world = World({ROWS: entry("a"), ALERTS: alert()})
    assert world.feed().step() == 2
    assert world.story == [
        ("commit", {"timeline": 0, "alerts": 0}),
        ("insert", "alerts:0:0-0"),
        ("insert", "timeline:0:0-0"),
        ("commit", {"timeline": 1, "alerts": 1}),
    ]


def test_batches_are_listed_some_seconds_after_they_were_written_and_at_the_end():
    world = World({ROWS: entry("a")}, {ALERTS: alert()}, {}, {}, {}, {}, {ROWS: entry("b")})
    feed = world.feed()
    for _ in range(int(LIST_EVERY) + 2):
        feed.step()
    feed.run(lambda: True)
    assert [step[0] for step in world.story] == ["commit", "insert", "commit"] * 2 + ["list"] + ["commit", "insert", "commit", "list"]


def test_dictionaries_that_take_long_to_load_are_loaded_less_often():
    reload = 3.0
    world = World(*({IDENTITY: CHANGE} for _ in range(200)), reload=reload)
    feed = world.feed()
    for _ in range(200):
        feed.step()
    first, second, third = [step[1] for step in world.story if step[0] == "refresh"][:3]
    assert first == 1 + REFRESH_AFTER
    assert second - first >= reload * (REFRESH_SHARE + 1)
    assert third - second >= reload * (REFRESH_SHARE + 1)
