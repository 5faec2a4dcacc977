"""When a span runs out by itself: after a time, or at an instant that its opening touchpoint names."""

from schemas.rule import Span as SpanSpec
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.calendar import Always, instant
from streams.core.rules.selector import reader


class Life:
    """Call it with the opening touchpoint."""

    def __init__(self, spec: SpanSpec, calendar: Always, timezone: str) -> None:
        self._within, self._calendar, self._timezone = spec.within, calendar, timezone
        self._till = reader(spec.till) if spec.till else None

    def __call__(self, t: Touchpoint) -> int:
        end = self._calendar.add(t.at, self._within) if self._within else NEVER
        named = self._till(t) if self._till is not None else None
        return end if named is None else min(end, max(instant(named, self._timezone), t.at))
