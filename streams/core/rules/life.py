"""When a span runs out by itself: after a time, or at an instant that its opening touchpoint names."""

from schemas.rule import Span as SpanSpec
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.calendar import Always, named_instant
from streams.core.rules.field import reader
from streams.core.rules.spans import Expiry, for_ever


class Life:
    """Call it with the opening touchpoint."""

    def __init__(self, spec: SpanSpec, calendar: Always, timezone: str) -> None:
        self._within = calendar.adding(spec.within) if spec.within else None
        self._till = reader(spec.till) if spec.till else None
        self._timezone = timezone

    def __call__(self, t: Touchpoint) -> int:
        end = self._within(t.at) if self._within is not None else NEVER
        named = self._till(t) if self._till is not None else None
        till = named_instant(named, self._timezone) if named is not None else None
        return end if till is None else min(end, max(till, t.at))


def life_of(spec: SpanSpec, calendar: Always, timezone: str) -> Expiry:
    """What says when a span of this kind runs out; `for_ever` where only a touchpoint ends it."""
    return Life(spec, calendar, timezone) if spec.within or spec.till else for_ever
