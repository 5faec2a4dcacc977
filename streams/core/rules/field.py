"""Fields of touchpoints, by the names that rules use: `team`, `ref.order`, `id.email`, or an attribute of the event.

A ref has one or more values, always as a tuple; so have `facts` and the identifiers of one kind. A test on such a field passes when one
of the values does.
"""

from collections.abc import Callable, Hashable
from operator import attrgetter
from typing import Any

from schemas.rule import Test
from schemas.touchpoint import Touchpoint

Read = Callable[[Touchpoint], Any]
Check = Callable[[Any], bool]

OWN = frozenset({"event_id", "type", "department", "source", "channel", "direction", "team", "agent", "facts", "due_at"})


def reader(field: str) -> Read:
    """The value of a field, None where it is empty."""
    if field in OWN:
        own = attrgetter(field)
        return lambda t: own(t) or None
    kind, _, rest = field.partition(".")
    if kind == "ref" and rest:
        return lambda t: t.refs.get(rest) or None
    if kind == "id" and rest:
        prefix = f"{rest}:"
        return lambda t: tuple(i[len(prefix) :] for i in t.ids if i.startswith(prefix)) or None
    return lambda t: t.attributes.get(field)


def single(field: str) -> Callable[[Touchpoint], Hashable]:
    """Like `reader`, for a field that tells one thing from another: a tuple of one value is that value."""
    read = reader(field)

    def value(touchpoint: Touchpoint) -> Hashable:
        found: Hashable = read(touchpoint)
        return found[0] if isinstance(found, tuple) and len(found) == 1 else found

    return value


def check(wanted: Any) -> Check:
    """A bare value means equal, several mean one of them."""
    if isinstance(wanted, Test):
        return _compare(wanted)
    values = _set(wanted)
    return lambda found: not values.isdisjoint(found) if isinstance(found, tuple) else found in values


def _compare(test: Test) -> Check:
    unwanted = frozenset[Any]() if test.no is None else _set(test.no)
    ranged = (test.lt, test.le, test.gt, test.ge) != (None, None, None, None)

    def passes(found: Any) -> bool:
        if test.exists is not None and (found is not None) != test.exists:
            return False
        values = found if isinstance(found, tuple) else (found,)
        return unwanted.isdisjoint(values) and (not ranged or any(_in_range(test, value) for value in values))

    return passes


def _in_range(test: Test, value: Any) -> bool:
    try:
        return (
            (test.lt is None or value < test.lt)
            and (test.le is None or value <= test.le)
            and (test.gt is None or value > test.gt)
            and (test.ge is None or value >= test.ge)
        )
    except TypeError:  # text against a number, or no value at all: not in any range
        return False


def _set(wanted: Any) -> frozenset[Any]:
    return frozenset(wanted) if isinstance(wanted, tuple) else frozenset((wanted,))
