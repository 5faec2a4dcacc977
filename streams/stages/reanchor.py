"""A touchpoint whose anchor is toxic belongs to its next identifier. Both stages send it on in the same way."""

from schemas.identity import Arrived, Seen
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Touchpoint
from streams.stages.step import Send


def reanchored(touchpoint: Touchpoint, skip: int, logged: int) -> Send | TimelineEntry:
    """To the identifier after `ids[skip]`; when none is left the touchpoint is on the timeline, but nobody's."""
    ids = touchpoint.ids
    if skip + 1 == len(ids):
        return TimelineEntry(touchpoint, len(ids), None)
    return Send("identify", ids[skip + 1], Arrived(touchpoint, skip + 1, logged))


def seen_without(ids: tuple[str, ...], first: int, last: int, logged: int) -> tuple[Send, ...]:
    """What touchpoints that nobody kept still say once `ids[0]` is toxic: that the others were seen together."""
    rest = ids[1:]
    return (Send("identify", rest[0], Seen(rest, first, last, logged)),) if len(rest) > 1 else ()
