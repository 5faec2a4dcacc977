"""Spans: what began with a touchpoint and is still going on, until a touchpoint closes it or its time runs out.

Order inside one instant: only a `seq` that one source vouches for orders touchpoints; everything else is simultaneous, and no verdict
may depend on its order. In one instant what is open is closed first, then opened; a simultaneous pure closer closes at once.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from schemas.touchpoint import NEVER, Touchpoint

Predicate = Callable[[Touchpoint], bool]
Each = Callable[[Touchpoint], Hashable]


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


def spans(
    touchpoints: Sequence[Touchpoint],
    opens: Predicate,
    closes: Predicate,
    each: Each = no_key,
    life: Callable[[Touchpoint], int] = for_ever,
) -> list[Span]:
    """Cut touchpoints (sorted by time) into spans; opened again while it is open, a span is joined, not doubled."""
    last: dict[Hashable, Span] = {}
    found: list[Span] = []
    for at, group in groupby(touchpoints, key=lambda t: t.at):
        now = list(group)
        enders = [t for t in now if closes(t)]
        if enders:
            _close(last.values(), enders, at, each)
        for t in now:
            if opens(t):
                _open(last, found, t, enders, opens, each, life)
    return found


def _close(open_spans: Iterable[Span], enders: list[Touchpoint], at: int, each: Each) -> None:
    for span in open_spans:
        if not span.closers and at <= span.expires:
            span.closers = first([e for e in enders if each(e) in (None, span.key)])


def _open(
    last: dict[Hashable, Span],
    found: list[Span],
    t: Touchpoint,
    enders: list[Touchpoint],
    opens: Predicate,
    each: Each,
    life: Callable[[Touchpoint], int],
) -> None:
    key = each(t)
    ends = enders and first([e for e in enders if each(e) in (None, key) and (after(e, t) or (not after(t, e) and not opens(e)))])
    span = last.get(key)
    joins = span is not None and t.at <= span.expires
    if span is not None and joins and all(after(c, t) for c in span.closers) and bool(ends) == bool(span.closers):
        span.members.append(t)
        span.expires = max(span.expires, life(t))
        return
    opened = Span(key, [t], life(t), list(ends))
    found.append(opened)
    if span is None or not joins or span.closers:
        last[key] = opened
