"""A selector, compiled: event type -> the tests on fields that remain."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from schemas.rule import Select, Selector, Test
from schemas.touchpoint import Touchpoint

Read = Callable[[Touchpoint], Any]
Where = tuple[tuple[Read, Callable[[Any], bool]], ...]

OWN = frozenset({"event_id", "type", "department", "source", "channel", "direction", "team", "agent", "facts", "due_at"})


def reader(field: str) -> Read:
    """The value of a field: one of the touchpoint's own, `ref.order`, `id.email`, or an attribute. Empty is None; refs are tuples."""
    if field in OWN:
        return lambda t: getattr(t, field) or None
    kind, _, rest = field.partition(".")
    if kind == "ref" and rest:
        return lambda t: t.refs.get(rest)
    if kind == "id" and rest:
        prefix = f"{rest}:"
        return lambda t: tuple(i[len(prefix) :] for i in t.ids if i.startswith(prefix)) or None
    return lambda t: t.attributes.get(field)


def single(field: str) -> Read:
    """Like `reader`, for fields that tell one thing from another: a ref that has one value is that value."""
    read = reader(field)

    def value(touchpoint: Touchpoint) -> Any:
        found = read(touchpoint)
        return found[0] if isinstance(found, tuple) and len(found) == 1 else found

    return value


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
                close = get_close_matches(name, words, 1)
                raise ValueError(f"{name!r} is neither an event type (with a dot) nor a word{f'; did you mean {close[0]}?' if close else ''}")


class Selecting:
    """Call it with a touchpoint; it is false when it selects nothing at all."""

    def __init__(self, selector: Selector, words: Mapping[str, Selector]) -> None:
        self._tests: list[tuple[str, Where]] = [
            (glob, tuple((reader(field), _test(wanted)) for field, wanted in tests.items())) for glob, tests in flatten(selector, words)
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


def _test(wanted: Any) -> Callable[[Any], bool]:
    if not isinstance(wanted, Test):
        values = frozenset(wanted) if isinstance(wanted, tuple) else frozenset((wanted,))
        return lambda found: any(value in values for value in found) if isinstance(found, tuple) else found in values
    unwanted = frozenset() if wanted.no is None else frozenset(wanted.no) if isinstance(wanted.no, tuple) else frozenset((wanted.no,))

    def check(found: Any) -> bool:
        values = found if isinstance(found, tuple) else (found,)
        if (wanted.exists is not None and (found is not None) != wanted.exists) or any(value in unwanted for value in values):
            return False
        return any(_in_range(wanted, value) for value in values)

    return check


def _in_range(test: Test, value: Any) -> bool:
    try:
        return (
            (test.lt is None or value < test.lt)
            and (test.le is None or value <= test.le)
            and (test.gt is None or value > test.gt)
            and (test.ge is None or value >= test.ge)
        )
    except TypeError:  # text against a number: not in any range
        return False
