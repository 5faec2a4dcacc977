"""One family at a time: its set grows with every message, and once per tick it is judged.

| Message  | Transition |
|---|---|
| any, once the family has moved | Join(W) elsewhere: the larger of the two joins the smaller. Anything else is forwarded; a touchpoint also tells its identifier where the family is |
| Touched  | anchor toxic: sent back, re-anchored. Else on the timeline at once and, where it matters to a rule or to identity, into the set |
| Sighted  | what unkept touchpoints said about identifiers, into the set |
| Toxic    | belongs to nobody; touchpoints anchored on it are sent back, re-anchored |
| Unlinked, Separated | into the set |
| Expected | a hand-over is on its way: until it is here nothing is judged |
| Join     | everything is handed over; only where to is kept |
| Handover | into the set, ledgers too; judged when all parts are here |
| Tick     | see `streams.stages.evaluate` |
"""

from typing import Any

from msgspec.structs import replace

from schemas.clock import Clock, Tick
from schemas.command import ABOUT_ALERTS, EVERYBODY
from schemas.identity import Expected, Join, Repoint, Separated, Sighted, Touched, Toxic, Unlinked
from schemas.ids import SEPARATOR, customer_id
from schemas.state import BEHIND_ALL, NOWHERE, UNKNOWN, CustomerMessage, FamilyState, Handover
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Touchpoint
from streams.core.alerts import AlertBook
from streams.core.clock import is_ahead
from streams.core.contacts import ContactBook
from streams.core.identity import IdentityRules, founded, pair
from streams.core.journeys import JourneyBook
from streams.core.rules.court import Court
from streams.stages.evaluate import Evaluator
from streams.stages.family import EMPTY, absorb, of_touchpoint, spoken_by
from streams.stages.handover import PART_BYTES, expect, hand_over, is_waiting, receive
from streams.stages.reanchor import reanchored
from streams.stages.step import Send, Step

# What is said to these stands on the timeline, where whoever shows alerts reads it; no alert is here to change.
FOR_EVERYBODY = (EVERYBODY,)


class CustomerStage:
    """The transitions of `customer`, with what they are judged by. It has no state of its own."""

    def __init__(
        self,
        identity: IdentityRules,
        court: Court,
        alerts: AlertBook,
        journeys: JourneyBook,
        contacts: ContactBook,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self._court = court
        self._part_bytes = part_bytes
        self._journeys = journeys
        self._evaluator = Evaluator(identity, court, alerts, journeys, contacts)

    def process(self, state: FamilyState | None, message: CustomerMessage, position: int = NOWHERE) -> Step[FamilyState]:
        """One transition of one family, the key of the message. A tick changes nothing here: `evaluate` deals with it.

        `position`: of the message in the log of the partition; `NOWHERE` where states are saved together with how far the log was read.
        """
        step = self._process(state, message)
        if step.state is state or step.state is None or position <= step.state.position:
            return step
        return Step(replace(step.state, position=position), step.outputs)

    def _process(self, state: FamilyState | None, message: CustomerMessage) -> Step[FamilyState]:
        if isinstance(message, Tick):
            return Step(state)
        if state is not None and state.moved_to is not None:
            return Step(state, tuple(_forward(state.moved_to, message)))
        before = EMPTY if state is None else state
        match message:
            case Touched():
                return self._touched(before, message)
            case Sighted():
                return _absorbed(before, message.family, _sighted(before, message))
            case Toxic(family=family, identifier=identifier):
                return _absorbed(before, family, FamilyState(toxic=(identifier,)))
            case Unlinked(family=family, a=a, b=b, at=at):
                return _absorbed(before, family, FamilyState(unlinks={pair(a, b): at}))
            case Separated(family=family, a=a, b=b):
                return _absorbed(before, family, FamilyState(distincts=(pair(a, b),)))
            case Expected(source=source):
                return Step(expect(before, source))
            case Join(family=family, to=to):
                return Step(FamilyState(moved_to=to), hand_over(family, before, to, self._part_bytes))
            case Handover():
                return Step(*receive(before, message))

    def evaluate(self, family: str, state: FamilyState, tick: Tick, position: int = BEHIND_ALL) -> Step[FamilyState]:
        """Judge the family, unless it has moved, a later tick has been here, or parts of a hand-over are still on their way.

        `position`: of the tick, where it may come again after a crash. A family that knows messages from behind it was judged here, or did
        not know them yet: it is judged at the next tick, as it was the first time, so that everything is published again as it was.
        """
        if state.moved_to is not None or is_waiting(state) or is_ahead(state.clock, tick.clock) or position < state.position:
            return Step(state)
        return self._evaluator.evaluate(family, state, tick.clock)

    @staticmethod
    def due(state: FamilyState) -> tuple[tuple[frozenset[str], int], ...]:
        """Per set of departments, the instant that their clock must reach for the answer to change. An empty set listens to `now`."""
        return tuple((frozenset(hears), at) for hears, at in state.due)

    @staticmethod
    def is_due(state: FamilyState, clock: Clock) -> bool:
        """Must a tick with this clock evaluate the family?"""
        return state.dirty or any(clock.of(hears) >= at for hears, at in state.due)

    def _touched(self, state: FamilyState, message: Touched) -> Step[FamilyState]:
        touchpoint, skip = message.touchpoint, message.skip
        anchor = touchpoint.ids[skip]
        if anchor in state.toxic:
            return Step(state, (reanchored(touchpoint, skip, founded(message.family)),))
        said = of_touchpoint(touchpoint, skip, kept=self._is_kept(touchpoint))
        grown, _ = absorb(state, message.family, said)
        return Step(grown, (TimelineEntry(touchpoint, skip, _customer(state, anchor)),))

    def _is_kept(self, touchpoint: Touchpoint) -> bool:
        """Not what a source says of itself again and again: a heartbeat that no rule names, or a word about alerts of no single customer."""
        if touchpoint.type.startswith("identity.") or (touchpoint.type in ABOUT_ALERTS and touchpoint.ids != FOR_EVERYBODY):
            return True
        return self._court.significant(touchpoint) or self._journeys.significant(touchpoint)


def _customer(state: FamilyState, identifier: str) -> str:
    """As published last; one that nobody has linked is its own customer."""
    entry = state.identity.get(identifier)
    if entry is None or entry.customer_id is None or entry.customer_id == UNKNOWN:
        return customer_id(identifier)
    return entry.customer_id


def _forward(to: str, message: Any) -> list[Send]:
    if isinstance(message, Join):
        kept, gone = sorted((to, message.to))
        rest = hand_over(message.family, EMPTY, to, PART_BYTES)  # all it knew has gone there before this, if somebody still waits for it
        return [*rest, *([] if kept == gone else [Send("customer", gone, Join(gone, kept))])]
    sends = [Send("customer", to, replace(message, family=to))]
    if isinstance(message, Touched):
        anchor = message.touchpoint.ids[message.skip]
        sends.append(Send("identify", anchor, Repoint(anchor, to, message.family)))
    elif isinstance(message, Sighted):
        sends.append(Send("identify", message.ids[0], Repoint(message.ids[0], to, message.family)))
    return sends


def _sighted(state: FamilyState, message: Sighted) -> FamilyState:
    if message.ids[0] in state.toxic:  # only what is left counts; it is sent on like everything else that is left
        return FamilyState(rests={SEPARATOR.join(message.ids): (message.first, message.last)})
    return spoken_by(message.ids, message.first, message.last, kept=False)


def _absorbed(state: FamilyState, family: str, said: FamilyState) -> Step[FamilyState]:
    return Step(*absorb(state, family, said))
