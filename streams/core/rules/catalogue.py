"""Who reports what: event type (or glob) -> departments. A misspelt type fails at load, and absence listens to the right clocks."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from schemas.nearest import nearest

EVERYBODY = "*"


class Catalogue:
    """Without any types everything is allowed, and everybody may report it."""

    def __init__(self, types: Mapping[str, Sequence[str]]) -> None:
        self._types = types
        self._departments = {EVERYBODY}.union(*types.values())

    def departments(self, glob: str) -> frozenset[str]:
        """Who reports touchpoints that the glob matches; raises ValueError with the nearest type when nobody does."""
        found = [departments for type, departments in self._types.items() if fnmatchcase(type, glob) or fnmatchcase(glob, type)]
        if found:
            return frozenset(department for departments in found for department in departments)
        if not self._types:
            return frozenset((EVERYBODY,))
        raise ValueError(f"nobody reports {glob!r}{nearest(glob, self._types, '; add it to types: if it is one of your own')}")

    def check(self, departments: Iterable[str]) -> None:
        """Raises ValueError for a department that reports nothing: nobody would ever wait for it."""
        for name in departments:
            if self._types and name not in self._departments:
                raise ValueError(f"no department {name!r} reports anything{nearest(name, self._departments)}")
