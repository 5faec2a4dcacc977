"""One rule that is asked before the contact: would one more touchpoint break it now, and until when?

Whoever asks says what the contact is for, and the company says what such a contact looks like as a touchpoint. A rule that tells
channels apart is asked once for each, one that is judged by matter or by ref once for each that is known. One that is judged by something
that the look does not have (a team, a source) cannot be broken by it.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.company import Purpose
from schemas.rule import Selector
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.rules.field import reader
from streams.core.rules.forbid import ForbidVerb
from streams.core.rules.grouping import MATTER, NO_MATTER, Group, Grouped, Key
from streams.core.rules.judge import Judge
from streams.core.rules.limit import LimitVerb
from streams.core.rules.selector import flatten
from streams.core.rules.sitting import Sitting
from streams.core.rules.stretch import Stretch, standing

CHANNEL = "channel"
REF = "ref."
IN_MATTER = "matter:"  # a matter is named by its smallest ref, and does not mean that ref alone
OUTBOUND = "outbound"
EVERY = ("",)  # channels, for a rule that does not tell them apart

About = tuple[str, ...]
Purposes = tuple[str, ...]
Looks = dict[Key, dict[Hashable, Purposes]]  # by what is in the rule's key and by what tells their spans apart
Answer = tuple[str, Purposes, Stretch | None, int]  # channel, purposes, what holds them, when that changes


class Answered(NamedTuple):
    """What was answered about one group: as long as nothing is added to it, until an answer changes."""

    since: int
    until: int
    answers: tuple[Answer, ...]


class Hold(NamedTuple):
    """A rule that a contact would break now."""

    rule: str
    purposes: Purposes
    channel: str  # "": every channel
    about: About  # (): whatever it is about; "matter:": no matter
    until: int | None
    because: tuple[str, ...]  # event ids


class Asked:
    """A rule that contacts can break, compiled for the purposes of a company."""

    def __init__(self, judge: Judge, purposes: Mapping[str, Purpose], channels: Sequence[str], words: Mapping[str, Selector]) -> None:
        assert isinstance(judge.verb, ForbidVerb | LimitVerb), "one more touchpoint breaks no other rule"
        self.judge, self._verb, self._purposes, self._channels = judge, judge.verb, purposes, channels
        self._fields = judge.grouping.fields
        self._own_fields = tuple(field for field in self._fields if not field.startswith(REF))
        spec = getattr(judge.rule, judge.kind)
        self._tells_channels = (
            CHANNEL in self._fields or spec.each == CHANNEL or any(CHANNEL in tests for _, tests in flatten(spec.what, words))
        )
        self.precedes = "before" in judge.verb.roles  # it holds from the start, until something has happened
        self._by_matter = MATTER in judge.per
        self.standing = self.precedes and not self._by_matter and len(self._own_fields) == len(self._fields)  # whoever it is
        self._least = spec.at_most if judge.kind == "limit" else 1
        self._begins = judge.verb.roles["after" if "after" in judge.verb.roles else "what"]
        self.ends_with = tuple(glob for role in ("until", "before") if role in judge.verb.roles for glob in judge.verb.roles[role].globs)
        self._by_channel: dict[str, Looks] = {}

    def has_a_say(self) -> bool:
        """Is there a purpose that it could hold? Which channels there are is known by and by."""
        if self._tells_channels:
            return any(self._verb.roles["what"].mentions(purpose.type) for purpose in self._purposes.values())
        return bool(self._looks(""))

    def concerned(self, types: frozenset[str]) -> frozenset[str] | None:
        """Those of the types that it has to see; None when it holds nobody whose history has only these."""
        if self.precedes:
            return types
        seen = types.union(*(upstream.types for upstream in self.judge.builds_on))
        return frozenset(filter(self.judge.mentions, types)) if any(map(self._begins.mentions, seen)) else None

    def holds(self, grouped: Grouped, sitting: Sitting, now: int) -> Iterator[tuple[Hold | None, int]]:
        """What it holds, or nothing yet, and when that changes; `grouped` are the touchpoints that concern it."""
        if self.precedes:
            for about, own, group in self._from_the_start(grouped, sitting):
                answers = self._answers(own, (), now) if group is None else self._answered(group, now)
                for channel, purposes, found, changes in answers:
                    yield (None if found is None else self._hold(purposes, channel, about, found)), changes
        elif len(grouped.touchpoints) >= self._least:
            for group in grouped.groups.values():
                for channel, purposes, found, changes in self._answered(group, now):
                    yield (None if found is None else self._hold(purposes, channel, self._about(group, sitting), found)), changes

    def _answered(self, group: Group, now: int) -> Iterable[Answer]:
        said: Answered | None = group.said
        if said is None or not said.since <= now < said.until:
            answers = tuple(self._answers(self._own(group.key), group.members, now))
            said = group.said = Answered(now, min([changes for *_, changes in answers], default=NEVER), answers)
        return said.answers

    def _answers(self, own: Key, group: Sequence[Touchpoint], now: int) -> Iterator[Answer]:
        """About one group, for every contact that would belong to it."""
        for channel in self._channels_of(own, group):
            looks = self._looks(channel).get(own)
            if looks is not None:
                found = list(self._verb.stretches(group, looks, now))
                if found:
                    yield from _together(channel, looks, found, now)

    def _from_the_start(self, grouped: Grouped, sitting: Sitting) -> Iterator[tuple[About, Key, Group | None]]:
        """The groups for precedence: a channel on which nothing has happened yet is one of them."""
        known: dict[tuple[About, Key], Group] = {}
        abouts: dict[About, None] = {(): None} if self.standing else {}
        for group in grouped.groups.values():
            about = self._about(group, sitting)
            abouts[about] = None
            known[about, self._own(group.key)] = group
        keys = dict.fromkeys(own for channel in self._told_apart(grouped.touchpoints) for own in self._looks(channel)) if abouts else {}
        for about in abouts:
            for own in keys:
                yield about, own, known.get((about, own))

    def _about(self, group: Group, sitting: Sitting) -> About:
        """What a contact has to be about to belong to the group; of a loose rule one group is about no matter."""
        refs = [f"{field[len(REF) :]}:{value}" for field, value in zip(self._fields, group.key, strict=True) if field.startswith(REF)]
        if self._by_matter:
            matter = next((sitting.where[t.event_id] for t in group.members if t.event_id in sitting.where), None)
            refs.append(f"{IN_MATTER}{NO_MATTER if matter is None else ':'.join(matter)}")
        return tuple(refs)

    def _own(self, key: Key) -> Key:
        """The part of the key that is no ref: what a contact has by its look."""
        if len(self._own_fields) == len(key):
            return key
        return tuple(value for field, value in zip(self._fields, key, strict=True) if not field.startswith(REF))

    def _channels_of(self, own: Key, group: Sequence[Touchpoint]) -> Collection[str]:
        return (own[self._own_fields.index(CHANNEL)],) if CHANNEL in self._own_fields else self._told_apart(group)

    def _told_apart(self, touchpoints: Sequence[Touchpoint]) -> Collection[str]:
        if not self._tells_channels:
            return EVERY
        return dict.fromkeys([*self._channels, *sorted({t.channel for t in touchpoints if t.channel})])

    def _looks(self, channel: str) -> Looks:
        looks = self._by_channel.get(channel)
        if looks is None:
            looks = self._by_channel[channel] = {}
            for name, purpose in self._purposes.items():
                contact = probe(purpose, channel)
                values = [reader(field)(contact) for field in self._own_fields]
                if self._verb.roles["what"](contact) and None not in values:
                    by_each = looks.setdefault(tuple(map(str, values)), {})
                    each = self._verb.each_of(contact)
                    by_each[each] = (*by_each.get(each, ()), name)
        return looks

    def _hold(self, purposes: Purposes, channel: str, about: About, found: Stretch) -> Hold:
        until = None if found.until >= NEVER else found.until
        return Hold(self.judge.name, purposes, channel, about, until, tuple(t.event_id for t in found.because))


def _together(
    channel: str, looks: Mapping[Hashable, Purposes], stretches: Sequence[tuple[Stretch, Collection[Hashable]]], now: int
) -> Iterator[Answer]:
    """Purposes that the same stretches concern have the same answer."""
    purposes: dict[tuple[int, ...], Purposes] = {}
    for each, some in looks.items():
        concerning = tuple([n for n, (_, eaches) in enumerate(stretches) if each in eaches])
        if concerning:
            purposes[concerning] = purposes.get(concerning, ()) + some
    for concerning, together in purposes.items():
        found, changes = standing([stretches[n][0] for n in concerning], now)
        yield channel, together, found, changes


def probe(purpose: Purpose, channel: str) -> Touchpoint:
    """A contact for that purpose as a touchpoint that nobody has reported."""
    return Touchpoint(
        event_id="", type=purpose.type, at=0, source="", department=purpose.department, ids=(), channel=channel, direction=OUTBOUND,
        attributes=dict(purpose.attributes),
    )  # fmt: skip
