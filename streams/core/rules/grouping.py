"""Which touchpoints a rule judges together: those of one customer, of one matter, or with the same value of a field.

A touchpoint that lacks a value is not judged; one that has several is judged under each of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from msgspec.structs import replace

from schemas.touchpoint import Touchpoint
from streams.core.history import Matter
from streams.core.rules.field import OWN, Read, reader

CUSTOMER, MATTER = "customer", "matter"  # parts of `per` that are no fields: they are not in the key of a finding
NO_MATTER = ""

Key = tuple[str, ...]
Matters = Mapping[str, Matter]
Group = tuple[Key, Sequence[Touchpoint]]


class Grouping:
    """The compiled `per` of a rule. `answers`: what closes and does not open; without a matter it answers every matter of a loose rule."""

    def __init__(self, per: Sequence[str], loose: bool, answers: Callable[[Touchpoint], bool]) -> None:
        self.fields = tuple(part for part in per if part not in (CUSTOMER, MATTER))
        self._read: tuple[Read, ...] = tuple(reader(field) for field in self.fields)
        self._by_matter, self._loose, self._answers = MATTER in per, loose, answers

    def __call__(self, touchpoints: Sequence[Touchpoint], matters: Matters) -> Iterable[Group]:
        """Key of the findings, and the touchpoints of one group, sorted as they were."""
        if not self.fields and not self._by_matter:
            return (((), touchpoints),)
        if not self._loose and len(self._read) + self._by_matter == 1:
            return self._by_one(touchpoints, matters)
        groups: dict[tuple[Any, Key], list[Touchpoint]] = {}
        for t in touchpoints:
            matter: Any = matters.get(t.event_id, NO_MATTER if self._loose else None) if self._by_matter else NO_MATTER
            if matter is not None:
                for key in self._keys(t):
                    groups.setdefault((matter, key), []).append(t)
        if self._loose and self._by_matter:
            self._let_in(groups, [t for t in touchpoints if t.event_id not in matters and self._answers(t)])
        return [(key, members) for (_, key), members in groups.items()]

    def narrow(self, t: Touchpoint, key: Key) -> Touchpoint:
        """A touchpoint that may be judged under several keys, as this key sees it."""
        for field, value in zip(self.fields, key, strict=True):
            kind, _, rest = field.partition(".")
            if field == "facts":
                t = replace(t, facts=(value,))
            elif kind == "ref":
                t = replace(t, refs={**t.refs, rest: (value,)})
            elif kind == "id":
                t = replace(t, ids=tuple(i for i in t.ids if i == f"{rest}:{value}" or not i.startswith(f"{rest}:")))
        return t

    def own(self, key: Key) -> dict[str, str]:
        """The touchpoint's own fields that the key holds."""
        return {field: value for field, value in zip(self.fields, key, strict=True) if field in OWN and field != "facts"}

    def _by_one(self, touchpoints: Sequence[Touchpoint], matters: Matters) -> Iterable[Group]:
        """Most rules are judged by the matter or by one field alone, which takes half the time."""
        groups: dict[Any, list[Touchpoint]] = {}
        if self._by_matter:
            for t in touchpoints:
                if t.event_id in matters:
                    groups.setdefault(matters[t.event_id], []).append(t)
            return [((), members) for members in groups.values()]
        read = self._read[0]
        for t in touchpoints:
            for value in _values(read(t)):
                groups.setdefault(value, []).append(t)
        return [((value,), members) for value, members in groups.items()]

    def _keys(self, t: Touchpoint) -> Iterable[Key]:
        if not self._read:
            return ((),)
        return product(*[_values(read(t)) for read in self._read])

    def _let_in(self, groups: dict[tuple[Any, Key], list[Touchpoint]], guests: list[Touchpoint]) -> None:
        if guests:
            for (matter, _), members in groups.items():
                if matter != NO_MATTER:
                    members += guests
                    members.sort(key=lambda t: t.order)


def _values(value: Any) -> Sequence[str]:
    """As text; those of a tuple are text already."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (str(value),)
