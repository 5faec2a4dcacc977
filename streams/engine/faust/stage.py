"""One keyed stage on Faust: what a chunk of one partition comes to. A clock is passed on only after everything before it is acknowledged.

A tick at which families are evaluated ends a piece of the chunk, and what it wakes is evaluated in pieces: after an outage it may wake
everybody. All of them at that tick, because whoever does it again after a crash must find the same.

Who takes over a family publishes its alerts with higher versions, at once and from another worker: it hears of that when the lower
ones are on their topics. And an identifier is told where its family is once that family is there, or what comes next would be first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, Protocol

from schemas.clock import Report, Tick
from streams.core.clock import LAST, report
from streams.engine.faust.effects import Effects
from streams.engine.faust.encoders import Encoder
from streams.engine.faust.router import Router
from streams.engine.faust.states import PartitionStates
from streams.engine.faust.table import BulkTable
from streams.stages.step import Send, Step

EVALUATED_AT_ONCE = 2_000  # keys: about a second


class Logic(Protocol):
    """What a stage does; the same calls as in the embedded engine."""

    name: str
    hands_over: ClassVar[bool]  # who receives what it sends may publish newer versions of what it has published

    def message(self, record: Any) -> tuple[str, Any]:
        """Key and message of a record."""

    def state(self, value: bytes) -> Any:
        """A saved state, decoded."""

    def encoder(self) -> Encoder:
        """For the states of one partition."""

    def process(self, state: Any, message: Any, position: int) -> Step[Any]:
        """One transition; where in the log the message stands."""

    def opened(self, number: int, saved: Iterable[tuple[str, bytes]]) -> None:
        """A partition is ours from now on, with these states."""

    def kept(self, number: int, key: str, state: Any) -> None:
        """A key has another state now."""

    def wake(self, number: int, tick: Tick) -> Sequence[str]:
        """Keys to evaluate at this tick."""

    def evaluate(self, key: str, state: Any, tick: Tick, position: int, end: int | None) -> Step[Any]:
        """Judge one key; where the tick stands, and where the log ended when it was asked last."""


class StageRunner:
    """Handles the chunks of every partition of a stage that this worker owns."""

    def __init__(
        self,
        logic: Logic,
        table: BulkTable,
        router: Router,
        report: Callable[[list[Report]], None],
        observe: Callable[[str, Any], None],
        end: Callable[[int], int | None],
    ) -> None:
        """`end`: of the log of a partition; None where that is unknown."""
        self._logic, self._table, self._router, self._report, self._observe = logic, table, router, report, observe
        self._end = end
        self._partitions: dict[int, PartitionStates] = {}

    def forget(self) -> None:
        """Partitions were revoked: another worker may own them now, so nothing that is cached may be used again."""
        self._partitions = {}

    def fold(self, number: int, records: Sequence[Any]) -> Iterator[Effects]:
        """The effects of a chunk, piece by piece; the states in memory are ahead of those that are saved."""
        states = self._partitions.get(number)
        if states is None:
            states = self._partitions[number] = PartitionStates(number, self._table, self._logic.state, self._logic.encoder())
            self._logic.opened(number, states.saved_items())
            for one in self._partitions.values():
                one.share(len(self._partitions))
        outputs: list[Any] = []
        reports: dict[int, Report] = {}
        for record in records:
            key, message = self._logic.message(record)
            if not isinstance(message, Tick):
                before = states[key]
                self._keep(states, key, before, self._logic.process(before, message, record.offset), outputs)
                continue
            if message.level < LAST:
                reports[message.level] = report(message, number)  # of several ticks the last one says everything
            woken, end = self._logic.wake(number, message), self._end(number)
            for first in range(0, len(woken), EVALUATED_AT_ONCE):
                for family in woken[first : first + EVALUATED_AT_ONCE]:
                    before = states[family]
                    step = self._logic.evaluate(family, before, message, record.offset, end)
                    self._keep(states, family, before, step, outputs)
                yield self._effects(states, outputs, reports)
                outputs, reports = [], {}
        yield self._effects(states, outputs, reports)

    def _keep(self, states: PartitionStates, key: str, before: Any, step: Step[Any], outputs: list[Any]) -> None:
        outputs.extend(step.outputs)
        if states.keep(key, before, step):
            self._logic.kept(states.number, key, step.state)

    def _effects(self, states: PartitionStates, outputs: list[Any], reports: dict[int, Report]) -> Effects:
        self._observe(self._logic.name, outputs)
        leaving, *held = self._waves(outputs)
        routed, *later = (self._router.route(states.number, wave) for wave in (leaving, *filter(None, held)))
        return Effects(routed, states, partial(self._report, list(reports.values())), later)

    def _waves(self, outputs: list[Any]) -> Sequence[list[Any]]:
        """What leaves at once, and what leaves after it."""
        if not self._logic.hands_over:
            return (outputs,)
        waves: tuple[list[Any], ...] = ([], [], [])
        for output in outputs:
            waves[0 if output.__class__ is not Send else 1 if output.stage == self._logic.name else 2].append(output)
        return waves
