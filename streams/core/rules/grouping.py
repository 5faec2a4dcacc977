"""Which touchpoints a rule judges together: those of one customer, of one matter, or with the same value of a field.

A touchpoint that lacks a value is not judged; one that has several is judged under each of them.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
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


class Group:
    """Touchpoints that are judged together, in the order of time. It only grows, at its end."""

    __slots__ = ("key", "members", "said")

    def __init__(self, key: Key) -> None:
        self.key = key  # of its findings
        self.members: list[Touchpoint] = []
        self.said: Any = None  # whatever somebody has found out about these members

    def add(self, t: Touchpoint) -> None:
        self.members.append(t)
        self.said = None


class Grouping:
    """The compiled `per` of a rule. `answers`: what closes and does not open; without a matter it answers every matter of a loose rule."""

    def __init__(self, per: Sequence[str], loose: bool, answers: Callable[[Touchpoint], bool]) -> None:
        self.fields = tuple(part for part in per if part not in (CUSTOMER, MATTER))
        self._read: tuple[Read, ...] = tuple(reader(field) for field in self.fields)
        self._by_matter, self._answers = MATTER in per, answers
        self.is_loose = loose and self._by_matter

    def __call__(self, touchpoints: Sequence[Touchpoint], matters: Matters) -> "Grouped":
        """The groups of these touchpoints, which are sorted."""
        grouped = Grouped(self)
        grouped.add(touchpoints, matters)
        return grouped

    def places(self, t: Touchpoint, matters: Matters) -> Iterable[tuple[Hashable, Key]]:
        """The groups that a touchpoint belongs to: what tells each from others, and the key of its findings."""
        if self._by_matter and not self.is_loose:
            matter: Hashable = matters.get(t.event_id)
            if matter is None:
                return ()
        else:
            matter = matters.get(t.event_id, NO_MATTER) if self._by_matter else NO_MATTER
        if not self._read:
            return ((matter, ()),)
        if len(self._read) == 1:  # most rules are judged by the matter or by one field alone
            return [((matter, value), (value,)) for value in _values(self._read[0](t))]
        return [((matter, key), key) for key in product(*[_values(read(t)) for read in self._read])]

    def is_guest(self, t: Touchpoint, matters: Matters) -> bool:
        """Does it belong to every matter, because it answers and says nothing of a matter?"""
        return self.is_loose and t.event_id not in matters and self._answers(t)

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


class Grouped:
    """Touchpoints by group. They come in the order of time, some at a time."""

    def __init__(self, grouping: Grouping) -> None:
        self.touchpoints: list[Touchpoint] = []
        self.groups: dict[Hashable, Group] = {}
        self._grouping = grouping
        self._read = 0
        self._guests: list[Touchpoint] = []
        self._hosts: list[Group] = []  # the groups that have a matter, where there may be guests

    def read(self, touchpoints: Sequence[Touchpoint], types: Collection[str], matters: Matters) -> bool:
        """Take those of these types that have been added since it read last. Were there any?"""
        new = [t for t in touchpoints[self._read :] if t.type in types]
        self._read = len(touchpoints)
        self.add(new, matters)
        return bool(new)

    def add(self, touchpoints: Iterable[Touchpoint], matters: Matters) -> None:
        """To all groups that they belong to. What was said about those is not true any more."""
        for t in touchpoints:
            self.touchpoints.append(t)
            for place, key in self._grouping.places(t, matters):
                group = self.groups.get(place)
                if group is None:
                    group = self._begin(place, key, t, matters)
                group.add(t)
            if self._grouping.is_guest(t, matters):
                self._guests.append(t)
                for group in self._hosts:
                    group.add(t)

    def _begin(self, place: Hashable, key: Key, t: Touchpoint, matters: Matters) -> Group:
        group = self.groups[place] = Group(key)
        if self._grouping.is_loose and t.event_id in matters:
            group.members += self._guests
            self._hosts.append(group)
        return group


def _values(value: Any) -> Sequence[str]:
    """As text; those of a tuple are text already."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (str(value),)
