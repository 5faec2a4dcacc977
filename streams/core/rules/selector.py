"""A selector, compiled: event type -> the tests on fields that remain."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from schemas.nearest import nearest
from schemas.rule import Select, Selector
from schemas.touchpoint import Touchpoint
from streams.core.rules.field import Check, Read, check, reader

Where = tuple[tuple[Read, Check], ...]


def flatten(selector: Selector, words: Mapping[str, Selector], within: tuple[str, ...] = ()) -> Iterable[tuple[str, dict[str, Any]]]:
    """(glob of types, tests by field) for each alternative; words are looked up, also in each other. Raises ValueError."""
    for item in selector if isinstance(selector, tuple) else (selector,):
        names = (item,) if isinstance(item, str) else (item.type,) if isinstance(item.type, str) else item.type
        where = item.where if isinstance(item, Select) else {}
        for name in names:
            if "." in name or name == "*":
                yield name, dict(where)
            elif name in within:
                raise ValueError(f"the word {name!r} is defined by itself: {' -> '.join((*within, name))}")
            elif name in words:
                for glob, tests in flatten(words[name], words, (*within, name)):
                    yield glob, tests | where
            else:
                raise ValueError(f"{name!r} is neither an event type (with a dot) nor a word{nearest(name, words)}")


class Selecting:
    """Call it with a touchpoint; it is false when it selects nothing at all."""

    def __init__(self, selector: Selector, words: Mapping[str, Selector]) -> None:
        self._tests: list[tuple[str, Where]] = [
            (glob, tuple((reader(field), check(wanted)) for field, wanted in tests.items())) for glob, tests in flatten(selector, words)
        ]
        self._by_type: dict[str, bool | tuple[Where, ...]] = {}

    @property
    def globs(self) -> tuple[str, ...]:
        """The types it can select."""
        return tuple(dict.fromkeys(glob for glob, _ in self._tests))

    def mentions(self, type: str) -> bool:
        """Can a touchpoint of this type be selected?"""
        return any(fnmatchcase(type, glob) for glob, _ in self._tests)

    def __call__(self, touchpoint: Touchpoint) -> bool:
        found = self._by_type.get(touchpoint.type)
        if found is None:
            found = self._by_type[touchpoint.type] = self._of(touchpoint.type)
        if found is True or found is False:
            return found
        return any(all(ok(read(touchpoint)) for read, ok in where) for where in found)

    def __bool__(self) -> bool:
        return bool(self._tests)

    def __or__(self, other: "Selecting") -> "Selecting":
        """What one of the two selects."""
        both = Selecting((), {})
        both._tests = self._tests + other._tests
        return both

    def _of(self, type: str) -> bool | tuple[Where, ...]:
        """What remains to be tested: nothing, because all or none are selected, or these."""
        matching = tuple(where for glob, where in self._tests if fnmatchcase(type, glob))
        return () in matching or matching or False
