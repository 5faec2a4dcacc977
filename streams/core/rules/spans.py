"""Spans: what began with a touchpoint and is still going on, until a touchpoint closes it or its time runs out.

Spans may be told apart by a field. What closes names the spans that it ends by a value of its own; without one it ends all.

Order inside one instant: only a `seq` that one source vouches for orders touchpoints; everything else is simultaneous, and no verdict
may depend on its order. In one instant what is open is closed first, then opened; a simultaneous pure closer closes at once.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.touchpoint import NEVER, Touchpoint

Predicate = Callable[[Touchpoint], bool]
Each = Callable[[Touchpoint], Hashable]
Expiry = Callable[[Touchpoint], int]


def no_key(_: Touchpoint) -> None:
    """All touchpoints belong to one span."""


def for_ever(_: Touchpoint) -> int:
    """Only a touchpoint ends it."""
    return NEVER


def after(a: Touchpoint, b: Touchpoint) -> bool:
    """Is `a` certainly later than `b`?"""
    return a.at > b.at or (a.at == b.at and a.seq > b.seq and a.source == b.source)


def first(touchpoints: list[Touchpoint]) -> list[Touchpoint]:
    """Those that nothing among them precedes."""
    if len(touchpoints) < 2:
        return touchpoints
    return [t for t in touchpoints if not any(after(t, other) for other in touchpoints)]


@dataclass(slots=True)
class Span:
    """Opened by members[0], joined by the rest; ended by its closers (simultaneous ones) or by running out at `expires`."""

    key: Hashable
    members: list[Touchpoint]
    expires: int
    closers: list[Touchpoint] = field(default_factory=list)

    @property
    def end(self) -> int:
        """The last instant at which it can be seen alive."""
        return self.closers[0].at if self.closers else self.expires

    @property
    def events(self) -> list[Touchpoint]:
        return [*self.members, *self.closers]

    def holds(self, t: Touchpoint) -> bool:
        """Is `t` strictly after an opener and before the end? The closer itself counts."""
        if not any(after(t, member) for member in self.members):
            return False
        if not self.closers:
            return t.at <= self.expires
        return t in self.closers or all(after(closer, t) for closer in self.closers)


class Cut(NamedTuple):
    """What `spans` is told."""

    opens: Predicate
    closes: Predicate
    each: Each
    ends: Each
    life: Expiry


def spans(
    touchpoints: Sequence[Touchpoint],
    opens: Predicate,
    closes: Predicate,
    each: Each = no_key,
    life: Expiry = for_ever,
    ends: Each | None = None,
) -> list[Span]:
    """Cut touchpoints (sorted by time) into spans; opened again while it is open, a span is joined, not doubled.

    `ends`: whose spans a closer ends, where that is not what tells its own apart.
    """
    cut = Cut(opens, closes, each, each if ends is None else ends, life)
    alive: dict[Hashable, Span] = {}
    found: list[Span] = []
    start, size = 0, len(touchpoints)
    while start < size:
        t = touchpoints[start]
        end = start + 1
        if end < size and touchpoints[end].at == t.at:
            while end < size and touchpoints[end].at == t.at:
                end += 1
            _instant(alive, found, touchpoints[start:end], cut)
        else:  # alone in its instant
            if alive and closes(t):
                _close(alive, [t], t.at, cut.ends)
            if opens(t):
                _stay_open(alive, found, each(t), [t], life)
        start = end
    return found


def _instant(alive: dict[Hashable, Span], found: list[Span], now: Sequence[Touchpoint], cut: Cut) -> None:
    """Several touchpoints in one instant: close, then open."""
    enders = [t for t in now if cut.closes(t)]
    closed = _close(alive, enders, now[0].at, cut.ends) if enders else {}
    openers = [t for t in now if cut.opens(t)]
    if openers:
        _open(alive, found, openers, _Instant(closed, enders, cut))


class _Instant(NamedTuple):
    """What simultaneous openers have to know of their instant."""

    closed: dict[Hashable, Span]  # what was open before it and is closed in it
    enders: list[Touchpoint]
    cut: Cut

    def ends(self, t: Touchpoint, key: Hashable) -> list[Touchpoint]:
        """What closes a span that `t` opens in the same instant: what is later, and what is simultaneous and opens nothing itself."""
        whose, opens = self.cut.ends, self.cut.opens
        return first([e for e in self.enders if shares(whose(e), key) and (after(e, t) or (not after(t, e) and not opens(e)))])


def shares(value: Hashable, key: Hashable) -> bool:
    """Does a touchpoint with this value concern the span of that key? Without a value it concerns all; of several, one is enough."""
    if value is None or value == key:
        return True
    if isinstance(value, tuple):
        return key in value or (isinstance(key, tuple) and not set(value).isdisjoint(key))
    return isinstance(key, tuple) and value in key


def _close(alive: dict[Hashable, Span], enders: list[Touchpoint], at: int, ends: Each) -> dict[Hashable, Span]:
    """End what is open; what has run out before is only forgotten."""
    closed: dict[Hashable, Span] = {}
    for key, span in list(alive.items()):
        closers = [e for e in enders if shares(ends(e), key)]
        if at > span.expires:
            del alive[key]
        elif closers:
            span.closers = first(closers)
            closed[key] = alive.pop(key)
    return closed


def _stay_open(alive: dict[Hashable, Span], found: list[Span], key: Hashable, openers: list[Touchpoint], life: Expiry) -> None:
    expires = max(map(life, openers)) if life is not for_ever else NEVER
    span = alive.get(key)
    if span is not None and openers[0].at <= span.expires:
        span.members += openers
        span.expires = max(span.expires, expires)
    else:
        alive[key] = opened = Span(key, openers, expires)
        found.append(opened)


def _open(alive: dict[Hashable, Span], found: list[Span], openers: list[Touchpoint], instant: _Instant) -> None:
    """Simultaneous openers: those that something closes at once, those that were in time to join what is closed, and the rest.

    Each finds its place by its own relation to the closers, so that it does not matter in which order they are looked at.
    """
    cut = instant.cut
    staying: dict[Hashable, list[Touchpoint]] = {}
    at_once: dict[tuple[Hashable, tuple[str, ...]], Span] = {}
    for t in openers:
        key = cut.each(t)
        ends = instant.ends(t, key)
        before = instant.closed.get(key)
        certain = all(after(e, t) for e in ends)
        if not ends:
            staying.setdefault(key, []).append(t)
        elif before is not None and all(after(closer, t) for closer in before.closers):
            before.members.append(t)
        elif certain and (key, tuple(e.event_id for e in ends)) in at_once:
            at_once[key, tuple(e.event_id for e in ends)].members.append(t)
        else:
            opened = Span(key, [t], cut.life(t), ends)
            found.append(opened)
            if certain:
                at_once[key, tuple(e.event_id for e in ends)] = opened
    for key, together in staying.items():
        _stay_open(alive, found, key, together, cut.life)
