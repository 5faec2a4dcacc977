"""Stretches of time in which one more touchpoint would break a rule."""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.touchpoint import NEVER, Touchpoint


class Stretch(NamedTuple):
    """From `first` to `last`, both included; `last` is NEVER when only a touchpoint can end it."""

    first: int
    last: int
    until: int  # as people say it: an instant at which time runs out, or at which something ends it
    because: tuple[Touchpoint, ...]  # what it rests on, oldest first


def standing(stretches: Sequence[Stretch], now: int) -> tuple[Stretch | None, int]:
    """The stretch that now lies in, and the next instant at which the answer is another one (NEVER: there is none).

    Of stretches that go on without a gap it is the one that ends last, so that the answer is the same all the way to its end.
    """
    found: Stretch | None = None
    for stretch in sorted(stretches, key=_begins) if len(stretches) > 1 else stretches:
        if found is None:
            if stretch.first > now:
                return None, stretch.first
            if now <= stretch.last:
                found = stretch
        elif stretch.first > found.last + 1:
            break
        elif stretch.last > found.last:
            found = stretch
    return found, NEVER if found is None or found.last >= NEVER else found.last + 1


def _begins(stretch: Stretch) -> tuple[int, int, tuple[str, ...]]:
    return stretch.first, -stretch.last, tuple(t.event_id for t in stretch.because)
