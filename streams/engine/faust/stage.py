"""One keyed stage on Faust: fold a chunk of one partition, then outputs, then state, then reports; the caller acknowledges.

Partitions run concurrently, one chunk at a time each: two broker round trips per chunk would otherwise leave the worker idle.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from schemas.clock import Report, Tick
from schemas.codec import encode
from streams.engine.faust.producer import Item, TrackedProducer
from streams.engine.faust.table import BulkTable
from streams.stages.step import Published, Send, Step

CACHED_STATES = 20_000  # decoded states kept per partition


class Router(Protocol):
    """Where an output goes: (topic, partition, record)."""

    def send(self, output: Send) -> tuple[str, int, Item]: ...

    def publish(self, partition: int, output: Published) -> tuple[str, int, Item]: ...

    def report(self, report: Report) -> tuple[str, int, Item]: ...


class StageLogic(Protocol):
    """What the stage does; the same calls as in the embedded engine."""

    def decode_message(self, value: bytes) -> Any: ...

    def decode_state(self, value: bytes) -> Any: ...

    def process(self, partition: int, key: str, state: Any, message: Any) -> Step[Any]: ...

    def wake(self, partition: int, tick: Tick) -> Iterable[str]: ...

    def evaluate(self, key: str, state: Any, tick: Tick) -> Step[Any]: ...

    def kept(self, partition: int, key: str, state: Any) -> None: ...


class StagePartition:
    """The states of one partition that this worker owns, for as long as it owns it: dropped when it is revoked."""

    def __init__(self, number: int, logic: StageLogic, table: BulkTable) -> None:
        self.number = number
        self._logic, self._table = logic, table
        self._states: dict[str, Any] = {}
        self._changed: set[str] = set()

    def state(self, key: str) -> Any:
        """The state of a key, or None."""
        if key not in self._states:
            saved = self._table.get_in(self.number, key.encode())
            self._states[key] = None if saved is None else self._logic.decode_state(saved)
        return self._states[key]

    def keep(self, key: str, before: Any, step: Step[Any]) -> None:
        """Take over the next state where it is another one."""
        if step.state is not before:
            self._states[key] = step.state
            self._changed.add(key)
            self._logic.kept(self.number, key, step.state)

    def changes(self) -> list[tuple[bytes, bytes | None]]:
        """What the chunk has changed, encoded."""
        return [(key.encode(), None if self._states[key] is None else encode(self._states[key])) for key in sorted(self._changed)]

    def saved(self) -> None:
        """The changes are durable."""
        self._changed = set()
        if len(self._states) > CACHED_STATES:
            self._states = {}


class StageRunner:
    """Handles chunks of every partition that this worker owns."""

    def __init__(self, logic: StageLogic, table: BulkTable, router: Router, producer: Callable[[], TrackedProducer], last_level: bool) -> None:
        self._logic, self._table, self._router, self._producer = logic, table, router, producer
        self._evaluates = last_level
        self._partitions: dict[int, StagePartition] = {}

    def revoke(self, partitions: Iterable[int]) -> None:
        """Another worker may own these now: nothing cached may be used again."""
        for number in partitions:
            self._partitions.pop(number, None)

    async def handle(self, number: int, records: list[Any]) -> None:
        """Fold the chunk and make its effects durable, in this order: outputs, state, reports."""
        partition = self._partitions.get(number) or self._partitions.setdefault(number, StagePartition(number, self._logic, self._table))
        outputs, reports = self._fold(partition, records)
        await self._send(self._routed(number, outputs))
        await self._table.write(number, partition.changes())
        partition.saved()
        await self._send([self._router.report(report) for report in reports])

    def _fold(self, partition: StagePartition, records: list[Any]) -> tuple[list[Send | Published], list[Report]]:
        outputs: list[Send | Published] = []
        reports: list[Report] = []
        for record in records:
            message = self._logic.decode_message(record.value)
            if isinstance(message, Tick):
                outputs.extend(self._tick(partition, message, reports))
                continue
            key = record.key.decode()
            before = partition.state(key)
            step = self._logic.process(partition.number, key, before, message)
            partition.keep(key, before, step)
            outputs.extend(step.outputs)
        return outputs, reports

    def _tick(self, partition: StagePartition, tick: Tick, reports: list[Report]) -> Iterable[Send | Published]:
        raise NotImplementedError

    def _routed(self, number: int, outputs: Iterable[Send | Published]) -> list[tuple[str, int, Item]]:
        return [self._router.send(o) if isinstance(o, Send) else self._router.publish(number, o) for o in outputs]

    async def _send(self, routed: list[tuple[str, int, Item]]) -> None:
        grouped: defaultdict[tuple[str, int], list[Item]] = defaultdict(list)
        for topic, partition, item in routed:
            grouped[topic, partition].append(item)
        producer = self._producer()
        await asyncio.gather(*(producer.send_many(topic, partition, items) for (topic, partition), items in grouped.items()))
