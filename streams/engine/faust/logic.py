"""The three keyed stages as the runner sees them: identify, customer, and the one that keeps the time."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import structlog

from schemas.clock import Report, SourceReport, Tick
from schemas.codec import decoder
from schemas.identity import IdentifyMessage
from schemas.state import BEHIND_ALL, CustomerMessage, FamilyState, IdentifierState, Waiting
from schemas.touchpoint import NEVER
from streams.core.clock import LAST
from streams.core.identity import IdentityRules
from streams.engine.due import DueIndex
from streams.engine.faust.encoders import Encoder, FamilyEncoder, PlainEncoder
from streams.engine.watermarks import Timekeeper, TimeState
from streams.stages.customer import CustomerStage
from streams.stages.identify import identify
from streams.stages.step import Step

log = structlog.get_logger("redthread.worker")


class _Keyed:
    """What most stages have in common: a record's key is the key, and a tick only passes through."""

    hands_over: ClassVar[bool] = False

    def __init__(self, name: str, messages: Any, state: Any) -> None:
        self.name = name
        self._decode = decoder(messages).decode
        self.state = decoder(state).decode

    def message(self, record: Any) -> tuple[str, Any]:
        return "" if record.key is None else record.key.decode(), self._decode(record.value)

    def encoder(self) -> Encoder:
        return PlainEncoder()

    def opened(self, number: int, saved: Iterable[tuple[str, bytes]]) -> None:
        pass

    def kept(self, number: int, key: str, state: Any) -> None:
        pass

    def wake(self, number: int, tick: Tick) -> Sequence[str]:
        return ()

    def evaluate(self, key: str, state: Any, tick: Tick, position: int, end: int | None) -> Step[Any]:
        return Step(state)


class IdentifyLogic(_Keyed):
    """Find the family of every touchpoint."""

    def __init__(self, rules: IdentityRules) -> None:
        super().__init__("identify", IdentifyMessage, IdentifierState)
        self._rules = rules

    def process(self, state: IdentifierState | None, message: Any, position: int) -> Step[IdentifierState]:
        return identify(self._rules, state, message)


class CustomerLogic(_Keyed):
    """One family at a time; the index of those that a tick must wake is derived from the states.

    A worker that does not replay judges nobody at a tick of a replay: such a tick may have been under way when the replay was ended, and
    would call history what has arrived since. Whom it leaves out is judged at the next tick.
    """

    hands_over: ClassVar[bool] = True

    def __init__(self, stage: CustomerStage, *, replay: bool = False) -> None:
        super().__init__("customer", CustomerMessage, FamilyState)
        self._stage, self._replay = stage, replay
        self._due: dict[int, DueIndex] = {}
        self._waiting = decoder(Waiting).decode

    def encoder(self) -> Encoder:
        return FamilyEncoder()

    def opened(self, number: int, saved: Iterable[tuple[str, bytes]]) -> None:
        index = self._due[number] = DueIndex()
        for family, value in saved:
            waiting = self._waiting(value)
            index.put(family, waiting.dirty, waiting.due)

    def process(self, state: FamilyState | None, message: Any, position: int) -> Step[FamilyState]:
        return self._stage.process(state, message, position)

    def kept(self, number: int, key: str, state: FamilyState | None) -> None:
        if state is not None:
            self._due[number].put(key, state.dirty, self._stage.due(state))

    def wake(self, number: int, tick: Tick) -> Sequence[str]:
        if tick.level < LAST or (tick.clock.live_since == NEVER and not self._replay):
            return ()
        return self._due[number].wake(tick.clock)

    def evaluate(self, key: str, state: FamilyState, tick: Tick, position: int, end: int | None) -> Step[FamilyState]:
        """A position at which the log has not arrived is one of another log: the topic was made anew, and its ticks are the first."""
        if end is not None and state.position >= end:
            position = BEHIND_ALL
        return self._stage.evaluate(key, state, tick, position)

    def waiting(self) -> int:
        """Families that wait for a tick."""
        return sum(len(index) for index in self._due.values())


class TimeLogic(_Keyed):
    """Every report concerns the one value that keeps the time."""

    KEY = "time"

    def __init__(self, keeper: Timekeeper) -> None:
        super().__init__("time", SourceReport | Report, TimeState)
        self._keeper = keeper
        self._has_said = False  # that the replay is over

    def message(self, record: Any) -> tuple[str, Any]:
        return self.KEY, self._decode(record.value)

    def process(self, state: TimeState | None, message: Any, position: int) -> Step[TimeState]:
        after, ticks = self._keeper.hear(state or TimeState(), message)
        if ticks and not self._has_said and self._keeper.is_over(after):
            self._has_said = True
            log.info("replay is over", next="stop every worker and start it without --replay")
        outputs: Any = ticks  # which only this runner can deliver
        return Step(after, outputs)
