"""Which identifiers tie some touchpoints to one customer: the ways through the links between the identifiers they came with."""

from collections import deque
from collections.abc import Iterable, Set

from streams.core.identity import ends


class Ties:
    """Links, each the pair of its identifiers as `streams.core.identity.pair` writes it.

    Ways are shortest; of two equally short ones the alphabet decides, never the order of links.
    """

    def __init__(self, links: Iterable[str]) -> None:
        self._links = links
        self._neighbours: dict[str, list[str]] | None = None

    def of(self, touchpoints: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
        """The identifiers, sorted, that tie touchpoints with these ids together: one of each, and those on the ways between them.

        It is the strongest that is linked at all: a touchpoint counts for no identifier that too many people share. Where all have the
        same anchor, it alone says enough.
        """
        several = set(touchpoints)
        anchors = {ids[0] for ids in several}
        if len(anchors) == 1:
            return tuple(anchors)
        neighbours = self._linked()
        attributed = {next((identifier for identifier in ids if identifier in neighbours), ids[0]) for ids in several}
        return tuple(sorted(attributed | self._between(min(attributed), attributed)))

    def _between(self, root: str, identifiers: Set[str]) -> set[str]:
        came_from = self._ways(root)
        found = {root}
        for identifier in identifiers:
            while identifier not in found and identifier in came_from:
                found.add(identifier)
                identifier = came_from[identifier]
        return found

    def _linked(self) -> dict[str, list[str]]:
        if self._neighbours is None:
            self._neighbours = {}
            for link in self._links:
                a, b = ends(link)
                self._neighbours.setdefault(a, []).append(b)
                self._neighbours.setdefault(b, []).append(a)
        return self._neighbours

    def _ways(self, root: str) -> dict[str, str]:
        neighbours = self._linked()
        came_from = {root: root}
        waiting = deque([root])
        while waiting:
            here = waiting.popleft()
            for there in sorted(neighbours.get(here, ())):
                if there not in came_from:
                    came_from[there] = here
                    waiting.append(there)
        return came_from
