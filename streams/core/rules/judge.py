"""One rule, compiled: which touchpoints concern it, which of them are judged together, and what it says of each group."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from schemas.rule import Rule
from schemas.touchpoint import Touchpoint
from streams.core.calendar import Always
from streams.core.rules.expect import ExpectVerb
from streams.core.rules.finding import Hearing
from streams.core.rules.forbid import ForbidVerb
from streams.core.rules.grouping import Group, Grouping
from streams.core.rules.limit import LimitVerb
from streams.core.rules.pingpong import PingPongVerb
from streams.core.rules.verb import CLOSING, OPENING, Context, Verb, field_of

VERBS: Mapping[str, Any] = {"expect": ExpectVerb, "forbid": ForbidVerb, "limit": LimitVerb, "pingpong": PingPongVerb}
UPSTREAM = "alert."  # alert.<rule>.opened and alert.<rule>.ended are touchpoints for rules that build on it


class Upstream(NamedTuple):
    """A rule that another one builds on, and the types under which that one sees its findings."""

    judge: "Judge"
    types: frozenset[str]


class Judge:
    """`hears`, the departments whose clocks count, and `builds_on` depend on other rules: `strata` fills them in.

    Raises ValueError that begins with the field of the rule.
    """

    def __init__(self, name: str, rule: Rule, calendar: Always, context: Context) -> None:
        self.name, self.rule = name, rule
        self.kind = next(kind for kind in VERBS if getattr(rule, kind) is not None)
        try:
            self.verb: Verb = VERBS[self.kind](name, rule, getattr(rule, self.kind), calendar, context)
        except ValueError as error:
            raise ValueError(f"{self.kind}.{error}") from None
        self.per = (rule.per,) if isinstance(rule.per, str) else rule.per
        self.least = self.verb.least
        self.globs = tuple(dict.fromkeys(glob for role in self.verb.roles.values() for glob in role.globs))
        self.hears: tuple[str, ...] = ()
        self.builds_on: tuple[Upstream, ...] = ()
        closes, opens = self.verb.any_of(CLOSING), self.verb.any_of(OPENING)
        self.grouping = Grouping(self.per, rule.loose, lambda t: closes(t) and not opens(t))
        self.is_held = self.kind == "expect"  # while those whom it hears are silent
        self._needs = tuple(self.verb.roles[role] for role in self.verb.needs)

    @cached_property
    def listeners(self) -> frozenset[str]:
        """Those whom it hears, as a wake names them."""
        return frozenset(self.hears)

    def mentions(self, type: str) -> bool:
        """Does any role select touchpoints of this type?"""
        return any(role.mentions(type) for role in self.verb.roles.values())

    def can_find(self, types: Collection[str]) -> bool:
        """Is there anything to find in a history of these types?"""
        seen = set(types).union(*(upstream.types for upstream in self.builds_on))
        return all(any(map(role.mentions, seen)) for role in self._needs)

    def globs_by_field(self) -> Iterator[tuple[str, str]]:
        """The field of the rule, and a type or glob that it speaks of."""
        for role, selecting in self.verb.roles.items():
            for glob in selecting.globs:
                yield f"{self.kind}.{field_of(role)}", glob

    def ending_globs(self) -> Iterator[str]:
        """Types that could end, excuse or prolong a finding."""
        for role in self.verb.listens_to():
            yield from self.verb.roles[role].globs

    def hear(self, group: Group, now: int, cut: int | None = None) -> Hearing:
        """What it says of one group; `now`: the clock of those it hears."""
        hearing = Hearing(now, cut, group.key)
        members: Sequence[Touchpoint] = group.members
        if self.rule.judge == "settled":
            later = [t for t in members if t.at > now]
            members = members[: len(members) - len(later)]
            hearing.wakes += [t.at for t in later]
            hearing.keep += later
        self.verb.judge(members, hearing)
        if cut is not None:
            needed = {t.event_id: t for t in hearing.keep if t.at < cut}
            hearing.keep = [self.grouping.narrow(t, group.key) for t in needed.values()]
        return hearing
