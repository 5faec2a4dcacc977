"""Who reports what: event type (or glob) -> departments. A misspelt type fails at load, and absence listens to the right clocks."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

EVERYBODY = "*"


class Catalogue:
    """Without any types everything is allowed, and everybody may report it."""

    def __init__(self, types: Mapping[str, Sequence[str]]) -> None:
        self._types = types

    def departments(self, glob: str) -> frozenset[str]:
        """Who reports touchpoints that the glob matches; raises ValueError with the nearest type when nobody does."""
        found = [departments for type, departments in self._types.items() if fnmatchcase(type, glob) or fnmatchcase(glob, type)]
        if found:
            return frozenset(department for departments in found for department in departments)
        if not self._types:
            return frozenset((EVERYBODY,))
        close = get_close_matches(glob, self._types, 1)
        hint = f"did you mean {close[0]}?" if close else "add it to types: if it is the company's own"
        raise ValueError(f"nobody reports {glob!r}; {hint}")
