"""One keyed stage on Faust: fold a chunk of one partition, then outputs, then states, then reports; the caller acknowledges.

A tick at which families are evaluated ends a piece of the chunk: what a tick may wake is bounded, what a chunk of ticks may wake is not.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from schemas.clock import Report, Tick
from streams.core.clock import LAST, report
from streams.engine.faust.outbox import Item
from streams.engine.faust.router import Place, Router
from streams.engine.faust.states import PartitionStates
from streams.engine.faust.table import BulkTable
from streams.stages.step import Step

Sender = Callable[[Mapping[Place, list[Item]]], Awaitable[None]]


class Logic(Protocol):
    """What a stage does; the same calls as in the embedded engine."""

    name: str

    def message(self, record: Any) -> tuple[str, Any]:
        """Key and message of a record."""

    def state(self, value: bytes) -> Any:
        """A saved state, decoded."""

    def process(self, state: Any, message: Any) -> Step[Any]:
        """One transition."""

    def opened(self, states: PartitionStates) -> None:
        """A partition is ours from now on."""

    def kept(self, number: int, key: str, state: Any) -> None:
        """A key has another state now."""

    def wake(self, number: int, tick: Tick) -> Sequence[str]:
        """Keys to evaluate at this tick."""

    def evaluate(self, key: str, state: Any, tick: Tick) -> Step[Any]:
        """Judge one key."""


class StageRunner:
    """Handles the chunks of every partition of a stage that this worker owns."""

    def __init__(
        self,
        logic: Logic,
        table: BulkTable,
        router: Router,
        send: Sender,
        report: Callable[[list[Report]], None],
        observe: Callable[[str, Any], None],
    ) -> None:
        self._logic, self._table, self._router = logic, table, router
        self._send, self._report, self._observe = send, report, observe
        self._partitions: dict[int, PartitionStates] = {}

    def forget(self) -> None:
        """Partitions were revoked: another worker may own them now, so nothing that is cached may be used again."""
        self._partitions = {}

    async def handle(self, number: int, records: Sequence[Any]) -> None:
        """Fold the chunk and make its effects durable."""
        states = self._partitions.get(number)
        if states is None:
            states = self._partitions[number] = PartitionStates(number, self._table, self._logic.state)
            self._logic.opened(states)
        outputs: list[Any] = []
        reports: dict[int, Report] = {}
        for record in records:
            key, message = self._logic.message(record)
            if not isinstance(message, Tick):
                self._process(states, key, message, outputs)
                continue
            woken = self._logic.wake(number, message)
            for family in woken:
                self._evaluate(states, family, message, outputs)
            if message.level < LAST:
                reports[message.level] = report(message, number)  # of several ticks the last one says everything
            if woken:
                await self._save(states, outputs, reports)
                outputs, reports = [], {}
        await self._save(states, outputs, reports)

    def _process(self, states: PartitionStates, key: str, message: Any, outputs: list[Any]) -> None:
        before = states[key]
        step = self._logic.process(before, message)
        outputs.extend(step.outputs)
        if states.keep(key, before, step):
            self._logic.kept(states.number, key, step.state)

    def _evaluate(self, states: PartitionStates, key: str, tick: Tick, outputs: list[Any]) -> None:
        before = states[key]
        step = self._logic.evaluate(key, before, tick)
        outputs.extend(step.outputs)
        if states.keep(key, before, step):
            self._logic.kept(states.number, key, step.state)

    async def _save(self, states: PartitionStates, outputs: list[Any], reports: dict[int, Report]) -> None:
        """In this order: outputs, states, reports. A clock is passed on only after everything before it is durable."""
        self._observe(self._logic.name, outputs)
        await self._send(self._router.route(states.number, outputs))
        await states.save()
        self._report(list(reports.values()))
