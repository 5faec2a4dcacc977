"""One keyed stage on Faust: what a chunk of one partition comes to. A clock is passed on only after everything before it is acknowledged.

A tick at which families are evaluated ends a piece of the chunk: what a tick may wake is bounded, what a chunk of ticks may wake is not.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

from schemas.clock import Report, Tick
from streams.core.clock import LAST, report
from streams.engine.faust.effects import Effects
from streams.engine.faust.encoders import Encoder
from streams.engine.faust.router import Router
from streams.engine.faust.states import PartitionStates
from streams.engine.faust.table import BulkTable
from streams.stages.step import Step


class Logic(Protocol):
    """What a stage does; the same calls as in the embedded engine."""

    name: str

    def message(self, record: Any) -> tuple[str, Any]:
        """Key and message of a record."""

    def state(self, value: bytes) -> Any:
        """A saved state, decoded."""

    def encoder(self) -> Encoder:
        """For the states of one partition."""

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
        report: Callable[[list[Report]], None],
        observe: Callable[[str, Any], None],
    ) -> None:
        self._logic, self._table, self._router, self._report, self._observe = logic, table, router, report, observe
        self._partitions: dict[int, PartitionStates] = {}

    def forget(self) -> None:
        """Partitions were revoked: another worker may own them now, so nothing that is cached may be used again."""
        self._partitions = {}

    def fold(self, number: int, records: Sequence[Any]) -> Iterator[Effects]:
        """The effects of a chunk, piece by piece; the states in memory are ahead of those that are saved."""
        states = self._partitions.get(number)
        if states is None:
            states = self._partitions[number] = PartitionStates(number, self._table, self._logic.state, self._logic.encoder())
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
                yield self._effects(states, outputs, reports)
                outputs, reports = [], {}
        yield self._effects(states, outputs, reports)

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

    def _effects(self, states: PartitionStates, outputs: list[Any], reports: dict[int, Report]) -> Effects:
        self._observe(self._logic.name, outputs)
        return Effects(self._router.route(states.number, outputs), states, partial(self._report, list(reports.values())))
