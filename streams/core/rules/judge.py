"""One rule, compiled: which touchpoints concern it, which of them are judged together, and its verdict on each group."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.rule import Rule
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.calendar import Always
from streams.core.history import Matter
from streams.core.rules.expect import ExpectVerb
from streams.core.rules.finding import Finding, Hearing
from streams.core.rules.forbid import ForbidVerb
from streams.core.rules.limit import LimitVerb
from streams.core.rules.pingpong import PingPongVerb
from streams.core.rules.selector import any_of, reader
from streams.core.rules.verb import Context, Verb

VERBS: Mapping[str, Any] = {"expect": ExpectVerb, "forbid": ForbidVerb, "limit": LimitVerb, "pingpong": PingPongVerb}
WHOLE = ("matter", "customer")  # parts of `per` that are no fields
UPSTREAM = "alert."  # alert.<rule>.opened and alert.<rule>.ended are touchpoints for rules that build on it

Key = tuple[Any, ...]


class Verdict(NamedTuple):
    """What one rule says."""

    findings: list[Finding]
    wake_at: int | None  # in the rule's own clock: the next instant at which its findings can change
    keep: list[Touchpoint]  # touchpoints before the cut that are still needed to judge anything from it on


class Judge:
    """`hears` are the departments whose clocks count; the court fills it in."""

    def __init__(self, name: str, rule: Rule, calendar: Always, context: Context) -> None:
        self.name, self.rule = name, rule
        kind = next(verb for verb in VERBS if getattr(rule, verb) is not None)
        self.verb: Verb = VERBS[kind](name, rule, getattr(rule, kind), calendar, context)
        self.kind = kind
        self.per = (rule.per,) if isinstance(rule.per, str) else rule.per
        self._read = [None if part in WHOLE else reader(part) for part in self.per]
        self.globs = tuple(dict.fromkeys(glob for role in self.verb.roles.values() for glob in role.globs))
        self.upstream = frozenset(glob.split(".")[1] for glob in self.globs if glob.startswith(UPSTREAM))
        self.hears: tuple[str, ...] = ()
        roles = self.verb.roles
        self._closes = any_of(*(roles[r] for r in ("then", "unless", "until", "before", "pause", "go") if r in roles))
        self._opens = any_of(*(roles[r] for r in ("after", "what") if r in roles))

    def ending_globs(self) -> Iterator[str]:
        """Types that could end, excuse or prolong a finding."""
        for role in self.verb.ending:
            if role in self.verb.roles:
                yield from self.verb.roles[role].globs

    def mentions(self, type: str) -> bool:
        """Does any role select touchpoints of this type?"""
        return any(role.mentions(type) for role in self.verb.roles.values())

    def opened_by(self, type: str) -> bool:
        """Is there nothing to judge without a touchpoint of such a type?"""
        return any(self.verb.roles[role].mentions(type) for role in self.verb.opening)

    def __call__(self, mine: Sequence[Touchpoint], now: int, matters: Mapping[str, Matter], cut: int | None = None) -> Verdict:
        """`mine`: the touchpoints that concern the rule, sorted by `order`; `now`: the clock of those it hears."""
        hearing = Hearing(self.name, now, cut)
        kept: list[Touchpoint] = []
        for key, group in self._groups(mine, matters).items():
            hearing.key = tuple(value for part, value in zip(self.per, key, strict=False) if part not in WHOLE)
            self.verb.judge(group, hearing)
            if cut is not None:
                kept += [self.narrow(t, hearing.key) for t in {t.event_id: t for t in hearing.keep if t.at < cut}.values()]
                hearing.keep = []
        wake = min((at for at in hearing.wakes if now < at < NEVER), default=None)
        return Verdict(hearing.findings, wake, kept)

    def _groups(self, mine: Sequence[Touchpoint], matters: Mapping[str, Matter]) -> dict[Key, list[Touchpoint]]:
        if self.per == ("customer",):
            return {(): list(mine)} if mine else {}
        groups: dict[Key, list[Touchpoint]] = {}
        guests: list[Touchpoint] = []  # an answer without a matter answers every matter
        for t in mine:
            for key in self._keys(t, matters):
                groups.setdefault(key, []).append(t)
            if self.rule.loose and t.event_id not in matters and self._closes(t) and not self._opens(t):
                guests.append(t)
        if guests:
            for key, members in groups.items():
                if "" not in key:
                    groups[key] = sorted(members + guests, key=lambda t: t.order)
        return groups

    def _keys(self, t: Touchpoint, matters: Mapping[str, Matter]) -> Iterator[Key]:
        """Every combination of values; a touchpoint that lacks one is not judged."""
        values: list[Sequence[Any]] = []
        for part, read in zip(self.per, self._read, strict=True):
            if read is not None:
                value = read(t)
                values.append(() if value is None else value if isinstance(value, tuple) else (value,))
            elif part == "customer":
                values.append(("",))
            else:
                matter = matters.get(t.event_id)
                values.append((matter,) if matter is not None else ("",) if self.rule.loose else ())
        return product(*values)

    def narrow(self, t: Touchpoint, key: Key) -> Touchpoint:
        """A touchpoint that is judged under several keys, as this key sees it."""
        for part, value in zip((part for part in self.per if part not in WHOLE), key, strict=True):
            kind, _, rest = part.partition(".")
            if part == "facts":
                t = replace(t, facts=(value,))
            elif kind == "ref" and len(t.refs.get(rest, ())) > 1:
                t = replace(t, refs={**t.refs, rest: (value,)})
        return t
