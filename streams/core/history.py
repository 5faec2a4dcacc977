"""Matters: what touchpoints of one customer are about. Connected components of their refs, named by the smallest ref."""

from collections.abc import Collection, Iterable

from schemas.touchpoint import Touchpoint

Matter = tuple[str, str]  # kind, ref


class Matters:
    """What touchpoints are about, one after the other."""

    def __init__(self, kinds: Collection[str]) -> None:
        """A touchpoint without a ref of these `kinds` is about nothing."""
        self._kinds = kinds
        self._parents: dict[Matter, Matter] = {}  # every ref that was seen -> one nearer to the smallest of its component, or itself
        self._by_event: dict[str, Matter] = {}
        self._renamed = False

    def add(self, touchpoint: Touchpoint) -> bool:
        """Is everything that was added before still about the same? Not if this one makes one matter of two, or gives one a smaller name."""
        kinds, parents = self._kinds, self._parents
        refs = [(kind, ref) for kind, values in touchpoint.refs.items() if kind in kinds for ref in values]
        if not refs:
            return True
        same = True
        for other in refs[1:]:
            kept, gone = sorted((_root(parents, refs[0]), _root(parents, other)))
            if kept != gone:
                same = same and gone not in parents
                parents[gone] = kept
        for ref in refs:
            parents.setdefault(ref, ref)
        self._by_event[touchpoint.event_id] = _root(parents, refs[0])
        self._renamed = self._renamed or not same
        return same

    @property
    def by_event(self) -> dict[str, Matter]:
        """event id -> matter."""
        if self._renamed:
            self._by_event = {event_id: _root(self._parents, matter) for event_id, matter in self._by_event.items()}
            self._renamed = False
        return self._by_event


def matters(touchpoints: Iterable[Touchpoint], kinds: Collection[str]) -> dict[str, Matter]:
    """event id -> matter; a touchpoint without a ref of these `kinds` is about none."""
    found = Matters(kinds)
    for touchpoint in touchpoints:
        found.add(touchpoint)
    return found.by_event


def ties(touchpoint: Touchpoint, kinds: Collection[str]) -> bool:
    """Does it make one matter of several refs?"""
    refs = touchpoint.refs
    return bool(refs) and sum(len(values) for kind, values in refs.items() if kind in kinds) > 1


def _root(parents: dict[Matter, Matter], ref: Matter) -> Matter:
    while (parent := parents.get(ref, ref)) != ref:
        parents[ref] = parents.get(parent, parent)
        ref = parent
    return ref
