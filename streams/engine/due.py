"""Which families a tick must wake. Derived from the family states, rebuilt when they are loaded, never saved.

A family is *dirty* when something was added since it was last evaluated, and *due* when the clock of those it listens to has passed
an instant at which its answer can change.
"""

from collections.abc import Iterable
from heapq import heappop, heappush

from schemas.clock import Clock

Due = tuple[tuple[frozenset[str], int], ...]  # (departments listened to, instant)


class DueIndex:
    """One heap per set of departments that are listened to; entries that no longer hold are skipped when they surface."""

    def __init__(self) -> None:
        self._dirty: set[str] = set()
        self._due: dict[str, Due] = {}
        self._heaps: dict[frozenset[str], list[tuple[int, str]]] = {}

    def put(self, family: str, dirty: bool, due: Due) -> None:
        """The family as it stands now."""
        if dirty:
            self._dirty.add(family)
        else:
            self._dirty.discard(family)
        before = self._due.get(family, ())
        if before == due:
            return
        if due:
            self._due[family] = due
        else:
            self._due.pop(family, None)
        for hears, at in due:
            if (hears, at) not in before:
                heappush(self._heaps.setdefault(hears, []), (at, family))

    def wake(self, clock: Clock) -> list[str]:
        """Families to evaluate at this clock, sorted; they stay until `put` says that they have been dealt with."""
        found = set(self._dirty)
        for hears, heap in self._heaps.items():
            limit = clock.of(hears)
            surfaced = list(_up_to(heap, limit))
            for at, family in surfaced:
                if (hears, at) in self._due.get(family, ()):
                    found.add(family)
                    heappush(heap, (at, family))
        return sorted(found)

    def __len__(self) -> int:
        return len(self._dirty | self._due.keys())


def _up_to(heap: list[tuple[int, str]], limit: int) -> Iterable[tuple[int, str]]:
    seen = set()
    while heap and heap[0][0] <= limit:
        entry = heappop(heap)
        if entry not in seen:
            seen.add(entry)
            yield entry
