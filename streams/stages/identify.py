"""Find the family of every touchpoint, one identifier at a time.

Families are found by label propagation: an identifier tells its label to each new neighbour, the neighbour keeps the smaller of two
labels and asks the family of the larger one to join. An identifier with more neighbours than its kind may have is *toxic*: it belongs
to nobody, and its touchpoints move on to their next identifier. It is toxic for ever, and says so to every family that asks.

| Message  | Transition |
|---|---|
| Arrived  | no family: found one. New neighbours are linked, the touchpoint goes to the family. Toxic: all others count it as a neighbour, the touchpoint goes to its next identifier; none left: on the timeline, unattributed |
| Seen     | as Arrived, for touchpoints that nobody kept: only what they say about identifiers travels |
| Linked   | count the neighbour. Toxic: tell its family. No family: take its label. Two labels: the larger joins the smaller, which is told whom to wait for before anything else can reach it |
| Repoint  | the family has moved; ignored unless it is still ours |
| Unlink, Distinct | to the family; nothing to do for a toxic one, which no link holds |
| MakeToxic | an operator's remedy |
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from schemas.clock import Tick
from schemas.identity import (
    Arrived,
    Distinct,
    Expected,
    IdentifyMessage,
    Join,
    Linked,
    MakeToxic,
    Repoint,
    Seen,
    Separated,
    Sighted,
    Touched,
    Toxic,
    Unlink,
    Unlinked,
)
from schemas.state import IdentifierState
from streams.core.identity import IdentityRules, label_of
from streams.stages.reanchor import reanchored, seen_without
from streams.stages.step import Send, Step

Outputs = tuple[Any, ...]
NOBODY = IdentifierState()


def identify(rules: IdentityRules, state: IdentifierState | None, message: IdentifyMessage) -> Step[IdentifierState]:
    """One transition of one identifier, the key of the message. A tick changes nothing: it only passes through."""
    before = NOBODY if state is None else state
    match message:
        case Arrived():
            return _arrived(rules, before, message)
        case Linked():
            return _linked(rules, before, message)
        case Repoint():
            return Step(state if state is None else _repointed(state, message))
        case Seen():
            return _seen(rules, before, message)
        case Unlink(a=a, b=b, at=at, logged=logged):
            return _tell(before, a, logged, lambda family: Unlinked(family, a, b, at))
        case Distinct(a=a, b=b, logged=logged):
            return _tell(before, a, logged, lambda family: Separated(family, a, b))
        case MakeToxic(identifier=identifier):
            return Step(before) if before.toxic else Step(*_poison(identifier, before))
        case Tick():
            return Step(state)


def _arrived(rules: IdentityRules, state: IdentifierState, message: Arrived) -> Step[IdentifierState]:
    touchpoint, skip = message.touchpoint, message.skip
    state, told = _meet(rules, state, touchpoint.ids[skip:], message.logged)
    if state.toxic:
        return Step(state, (*told, reanchored(touchpoint, skip, message.logged)))
    family = _family(state)
    return Step(state, (*told, Send("customer", family, Touched(family, touchpoint, skip))))


def _seen(rules: IdentityRules, state: IdentifierState, message: Seen) -> Step[IdentifierState]:
    state, told = _meet(rules, state, message.ids, message.logged)
    if state.toxic:
        return Step(state, (*told, *seen_without(message.ids, message.first, message.last, message.logged)))
    family = _family(state)
    return Step(state, (*told, Send("customer", family, Sighted(family, message.ids, message.first, message.last))))


def _meet(rules: IdentityRules, state: IdentifierState, ids: tuple[str, ...], logged: int) -> tuple[IdentifierState, Outputs]:
    """`ids[0]`, whose state this is, was seen together with the others."""
    told: Outputs = ()
    if not state.toxic:
        fresh = tuple(other for other in ids[1:] if other not in state.neighbours)
        if not fresh and state.family is not None:
            return state, ()
        before, (state, told) = state, _count(rules, ids[0], state, fresh)
        if not state.toxic:
            family = before.family or label_of(logged, ids[0])
            return replace(state, family=family), _link(fresh, ids[0], family)
    return state, (*told, *_link(ids[1:], ids[0], None))


def _count(rules: IdentityRules, me: str, state: IdentifierState, fresh: tuple[str, ...]) -> tuple[IdentifierState, Outputs]:
    """Add neighbours; with too many of them the identifier turns toxic and its family hears it."""
    neighbours = state.neighbours + fresh
    if fresh and rules.is_hub(me, neighbours):
        return _poison(me, state)
    return replace(state, neighbours=neighbours), ()


def _poison(me: str, state: IdentifierState) -> tuple[IdentifierState, Outputs]:
    told = () if state.family is None else (Send("customer", state.family, Toxic(state.family, me)),)
    return IdentifierState(family=state.family, toxic=True), told


def _link(others: tuple[str, ...], me: str, label: str | None) -> Outputs:
    return tuple(Send("identify", other, Linked(other, me, label)) for other in others)


def _family(state: IdentifierState) -> str:
    assert state.family is not None, "an identifier that has met somebody and is not toxic has a family"
    return state.family


def _linked(rules: IdentityRules, state: IdentifierState, message: Linked) -> Step[IdentifierState]:
    me, label = message.identifier, message.label
    told: Outputs = ()
    if not state.toxic and message.neighbour not in state.neighbours:
        state, told = _count(rules, me, state, (message.neighbour,))
    if label is None:
        return Step(state, told)
    if state.toxic:  # always, not only once: each asking family has to know
        return Step(state, (*told, Send("customer", label, Toxic(label, me))))
    if label == state.family:
        return Step(state)
    if state.family is None:
        return Step(replace(state, family=label))
    kept, gone = sorted((label, state.family))
    return Step(replace(state, family=kept), (Send("customer", kept, Expected(kept, gone)), Send("customer", gone, Join(gone, kept))))


def _repointed(state: IdentifierState, message: Repoint) -> IdentifierState:
    return replace(state, family=message.to) if state.family == message.was else state


def _tell(state: IdentifierState, me: str, logged: int, said: Callable[[str], Unlinked | Separated]) -> Step[IdentifierState]:
    """What a person said goes to the family; no link holds a toxic identifier, so there is nothing to take back."""
    if state.toxic:
        return Step(state)
    family = state.family or label_of(logged, me)
    after = state if state.family is not None else replace(state, family=family)
    return Step(after, (Send("customer", family, said(family)),))
