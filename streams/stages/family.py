"""What a family knows is a set, and it grows by union: earliest first seen, latest last seen, all touchpoints, all that people said.

Union is commutative, associative and idempotent; that is why order, duplicates and replays do not matter. Nothing here changes its
input, and what adds nothing returns the very same state, so that nothing is written.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from schemas.ids import SEPARATOR
from schemas.state import FamilyState, Held, Span
from schemas.touchpoint import NEVER, Touchpoint, wins
from streams.core.identity import founded, pair
from streams.stages.reanchor import reanchored, seen_without

REMEMBERED = 32  # fresh event ids, enough to say what changed an alert; a hand-over of thousands names the newest

Outputs = tuple[Any, ...]
EMPTY = FamilyState()


def spoken_by(ids: tuple[str, ...], first: int, last: int, *, kept: bool) -> FamilyState:
    """What touchpoints attributed to `ids[0]` say about identifiers, as a family of its own."""
    anchor, *others = ids
    return FamilyState(
        members=dict.fromkeys(ids, first),
        links={pair(anchor, other): (first, last) for other in others},
        rests={} if kept or len(ids) < 3 else {SEPARATOR.join(ids): (first, last)},
    )


def of_touchpoint(touchpoint: Touchpoint, skip: int, *, kept: bool) -> FamilyState:
    """What one touchpoint says, as a family of its own. Insignificant ones are not kept: only what they say about identifiers is."""
    said = spoken_by(touchpoint.ids[skip:], touchpoint.at, touchpoint.at, kept=kept)
    return replace(said, touchpoints={touchpoint.event_id: (touchpoint, skip)}) if kept else said


def absorb(state: FamilyState, label: str, other: FamilyState) -> tuple[FamilyState, Outputs]:
    """The union of a family with what `other` knows, except for the ledgers; and the touchpoints whose anchor is toxic, sent on."""
    toxic = _all(state.toxic, other.toxic)
    unlinks = _latest(state.unlinks, other.unlinks)
    distincts = _all(state.distincts, other.distincts)
    members = _earliest(state.members, other.members)
    links = _widest(state.links, other.links)
    rests, passed = _rests(state, other, toxic)
    touchpoints, kept, sent = _touchpoints(state, other, toxic)
    new = tuple(event_id for event_id, held in kept.items() if _differs(held, state.touchpoints.get(event_id)))
    logged = founded(label) if sent or passed else 0
    outputs = (
        *(reanchored(touchpoint, skip, logged) for touchpoint, skip in sent),
        *(send for key, (first, last) in passed.items() for send in seen_without(_ids(key), first, last, logged)),
    )
    grown = replace(
        state,
        touchpoints=touchpoints,
        members=members,
        links=links,
        rests=rests,
        unlinks=unlinks,
        distincts=distincts,
        toxic=toxic,
        fresh=(state.fresh + new)[-REMEMBERED:] if new else state.fresh,
    )
    if _same(state, grown):
        return state, outputs
    unresolved = _identity_differs(state, grown, other)
    if unresolved or new or len(touchpoints) != len(state.touchpoints):
        grown = replace(grown, dirty=True, unresolved=state.unresolved or unresolved)
    return grown, outputs


def _same(state: FamilyState, grown: FamilyState) -> bool:
    """Of everything that grows. Asked once per touchpoint, so it is written out."""
    return (
        grown.touchpoints is state.touchpoints
        and grown.members is state.members
        and grown.links is state.links
        and grown.rests is state.rests
        and grown.unlinks is state.unlinks
        and grown.distincts is state.distincts
        and grown.toxic is state.toxic
    )


def _identity_differs(state: FamilyState, grown: FamilyState, other: FamilyState) -> bool:
    """Can what was added change a customer? When a link was last seen matters only where somebody has taken it back."""
    return (
        grown.members is not state.members
        or grown.toxic is not state.toxic
        or grown.unlinks is not state.unlinks
        or grown.distincts is not state.distincts
        or any(key not in state.links or first < state.links[key][0] or key in state.unlinks for key, (first, _) in other.links.items())
    )


def _all(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    if not new or set(new) <= set(old):
        return old
    return tuple(sorted({*old, *new}))


def _earliest(old: dict[str, int], new: Mapping[str, int]) -> dict[str, int]:
    changed = {key: at for key, at in new.items() if at < old.get(key, NEVER)}
    return {**old, **changed} if changed else old


def _latest(old: dict[str, int], new: Mapping[str, int]) -> dict[str, int]:
    changed = {key: at for key, at in new.items() if key not in old or at > old[key]}
    return {**old, **changed} if changed else old


def _widest(old: dict[str, Span], new: Mapping[str, Span]) -> dict[str, Span]:
    changed = {}
    for key, (first, last) in new.items():
        known = old.get(key)
        if known is None:
            changed[key] = (first, last)
        elif first < known[0] or last > known[1]:
            changed[key] = (min(first, known[0]), max(last, known[1]))
    return {**old, **changed} if changed else old


def _ids(key: str) -> tuple[str, ...]:
    return tuple(key.split(SEPARATOR))


def _rests(state: FamilyState, other: FamilyState, toxic: tuple[str, ...]) -> tuple[dict[str, Span], dict[str, Span]]:
    """What stays, and what goes on because its first identifier is toxic."""
    if not other.rests and toxic is state.toxic:
        return state.rests, {}
    rests = _widest(state.rests, other.rests)
    passed = {key: span for key, span in rests.items() if _ids(key)[0] in toxic} if toxic else {}
    return ({key: span for key, span in rests.items() if key not in passed} if passed else rests), passed


def _touchpoints(state: FamilyState, other: FamilyState, toxic: tuple[str, ...]) -> tuple[dict[str, Held], dict[str, Held], list[Held]]:
    """What there is now, what of it was taken from `other`, and what goes on because its anchor is toxic."""
    touchpoints, sent = state.touchpoints, []
    if toxic is not state.toxic:
        sent = [held for held in touchpoints.values() if _is_passed(held, toxic)]
        if sent:
            touchpoints = {event_id: held for event_id, held in touchpoints.items() if not _is_passed(held, toxic)}
    kept = {}
    for event_id, held in other.touchpoints.items():
        if _is_passed(held, toxic):
            sent.append(held)
        elif _replaces(held, touchpoints.get(event_id)):
            kept[event_id] = held
    return ({**touchpoints, **kept} if kept else touchpoints), kept, sent


def _is_passed(held: Held, toxic: tuple[str, ...]) -> bool:
    return held[0].ids[held[1]] in toxic


def _replaces(new: Held, old: Held | None) -> bool:
    """Of two payloads under one event id content decides, never arrival; of one payload, the further attributed."""
    if old is None or wins(new[0], old[0]):
        return True
    return new[1] > old[1] and not wins(old[0], new[0])


def _differs(new: Held, old: Held | None) -> bool:
    """Was it not here before, or does it say something else now? One that was only sent again does neither."""
    return new is not old and (old is None or new[0].digest != old[0].digest or new[1] != old[1])
