"""Where everything that a stage returns goes: topic, partition, bytes.

A `Send` goes to the partition of its key. Where something is published depends on the partition of the stage that publishes it: one
batch per chunk instead of one per partition; consumers take the highest version, so they need no order between partitions. A tick goes
to all.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from aiokafka.partitioner import murmur2
from msgspec.structs import replace

from schemas.clock import Report, SourceReport, Tick
from schemas.codec import encode
from schemas.dead_letter import DeadLetter
from schemas.envelope import FORMS, HEADERS, seal
from schemas.topics import LARGEST_RECORD, Topics
from streams.core.clock import LEVELS
from streams.engine.faust.outbox import Item
from streams.stages.step import Send

REMEMBERED_KEYS = 200_000  # a partition number costs microseconds to compute in Python, and keys come again

Place = tuple[str, int]  # topic, partition


class Partitioner:
    """Key -> partition, by Kafka's own hash, remembered."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._known: dict[bytes, int] = {}

    def __call__(self, key: bytes) -> int:
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= REMEMBERED_KEYS:
                self._known.clear()
            found = self._known[key] = (murmur2(key) & 0x7FFFFFFF) % self._partitions
        return found


class Router:
    """Collects what a chunk has come to, by topic and partition."""

    def __init__(self, topics: Topics) -> None:
        self._inbox = {"identify": topics.identify, "customer": topics.customer}
        self._public = {message: (topics.named(form.topic), topics.partitions_of(form.topic)) for message, form in FORMS.items()}
        self._time, self._partitions = topics.time, topics.partitions
        self._partition_of = Partitioner(topics.partitions)
        self.headers = {topic: list(HEADERS) for topic, _ in self._public.values()}

    def route(self, number: int, outputs: Iterable[Any]) -> dict[Place, list[Item]]:
        """The outputs of partition `number` of a stage, in their order."""
        routed: defaultdict[Place, list[Item]] = defaultdict(list)
        inbox, partition_of = self._inbox, self._partition_of
        for output in outputs:
            kind = output.__class__
            if kind is Send:
                key = output.key.encode()
                routed[inbox[output.stage], partition_of(key)].append((key, encode(output.message)))
            elif kind is Tick:
                topic, tick = inbox[LEVELS[output.level]], encode(output)
                for partition in range(self._partitions):
                    routed[topic, partition].append((None, tick))
            else:
                topic, partitions = self._public[kind]
                routed[topic, number % partitions].append(seal(fitting(output)))
        return routed

    def reports(self, reports: Iterable[Report | SourceReport]) -> dict[Place, list[Item]]:
        """To whoever keeps the time."""
        items: list[Item] = [(None, encode(report)) for report in reports]
        return {(self._time, 0): items} if items else {}


def fitting(output: Any) -> Any:
    """A dead letter whose payload no message can hold keeps the beginning of it."""
    if output.__class__ is DeadLetter and len(output.payload) > LARGEST_RECORD:
        return replace(
            output, payload=output.payload[:LARGEST_RECORD], message=f"{output.message}; the first {LARGEST_RECORD:,} bytes are kept"
        )
    return output
