"""Everything that is known of one customer, in the order of time, and what the rules have said of it.

A dossier grows at its end. A rule looks again only at the groups that have grown, and at those whose clock has reached an instant at which
the answer can change; so a touchpoint costs what its own matter costs, however long the history is. Where that is not enough (something
arrived late, or made one matter of two), all is looked at anew. What is said is the same either way. Findings that nothing has changed
are the same objects again, so whoever writes about them can tell.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from schemas.touchpoint import NEVER, Touchpoint
from streams.core.history import Matter, Matters, matters
from streams.core.rules.finding import Finding
from streams.core.rules.grouping import MATTER, Group, Grouped, Grouping
from streams.core.rules.judge import Judge

ORDER = attrgetter("at", "seq", "event_id")  # as `Touchpoint.order`, three times as fast
BY_MATTER = Grouping((MATTER,), loose=False, answers=lambda _: False)


class Said(NamedTuple):
    """What a rule says, and for how long: while its own clock and the one on the wall stand between these instants."""

    findings: Sequence[Finding] = ()
    held: Sequence[Finding] = ()  # would be found if the clock of those whom the rule hears stood where the one on the wall does
    since: int = -NEVER
    until: int = NEVER  # the next instant of the rule's clock at which the findings can change
    since_wall: int = -NEVER
    until_wall: int = NEVER

    def holds(self, now: int, wall: int) -> bool:
        """At these clocks, too?"""
        return self.since <= now < self.until and self.since_wall <= wall < self.until_wall


NOTHING = Said()


class Heard:
    """What one rule says of what concerns it."""

    def __init__(self, judge: Judge, grouped: Grouped) -> None:
        self._judge, self.grouped = judge, grouped
        self._said: Said | None = None

    def read(self, touchpoints: Sequence[Touchpoint], types: Collection[str], about: Mapping[str, Matter]) -> None:
        """See `Grouped.read`."""
        if self.grouped.read(touchpoints, types, about):
            self._said = None

    def said(self, now: int, wall: int) -> Said:
        """What the rule says of all groups."""
        if not self._judge.is_held:
            wall = now
        if self._said is None or not self._said.holds(now, wall):
            groups = self.grouped.groups.values()
            several = [said for group in groups if (said := self._of(group, now, wall)) is not NOTHING]
            self._said = several[0] if len(several) == 1 else _together(several) if several else NOTHING
        return self._said

    def _of(self, group: Group, now: int, wall: int) -> Said:
        said: Said | None = group.said
        if said is None or not said.holds(now, wall):
            said = group.said = _judged(self._judge, group, now, wall) if len(group.members) >= self._judge.least else NOTHING
        return said


def _together(several: Sequence[Said]) -> Said:
    findings, held, since, until, since_wall, until_wall = zip(*several, strict=True)
    return Said(
        [finding for some in findings for finding in some],
        [finding for some in held for finding in some],
        max(since),
        min(until),
        max(since_wall),
        min(until_wall),
    )


def _judged(judge: Judge, group: Group, now: int, wall: int) -> Said:
    """Only what is broken is held, a deadline that has passed on the wall."""
    hearing = on_the_wall = judge.hear(group, now)
    if not hearing.wakes:
        return Said(hearing.findings) if hearing.findings else NOTHING
    held: Sequence[Finding] = ()
    if any(now < at <= wall for at in hearing.wakes):
        on_the_wall = judge.hear(group, wall)
        broken = {finding.id for finding in hearing.findings if finding.level == "broken"}
        held = [f for f in on_the_wall.findings if f.level == "broken" and f.id not in broken]
    return Said(hearing.findings, held, now, hearing.wake_after(now), wall, on_the_wall.wake_after(wall))


class Dossier:
    """The touchpoints of one customer."""

    def __init__(self, kinds: Collection[str]) -> None:
        """`kinds` of refs make a matter."""
        self.touchpoints: list[Touchpoint] = []  # in the order of time
        self.by_id: dict[str, Touchpoint] = {}
        self.types = frozenset[str]()
        self._kinds = kinds
        self._matters = Matters(kinds)
        self._heard: dict[str, Heard] = {}
        self._asked: dict[str, Grouped] = {}
        self._stories = Grouped(BY_MATTER)
        self.written: dict[int, Any] = {}  # whatever somebody has written about findings that were said, by `id`

    @property
    def matters(self) -> dict[str, Matter]:
        """By event id."""
        return self._matters.by_event

    def matters_with(self, older: Iterable[Touchpoint]) -> dict[str, Matter]:
        """By event id, if these are known, too."""
        return matters([*older, *self.touchpoints], self._kinds)

    def add(self, touchpoints: Iterable[Touchpoint]) -> None:
        """More of them, in any order."""
        new = sorted(touchpoints, key=ORDER)
        if not new:
            return
        late = self.touchpoints and ORDER(new[0]) < ORDER(self.touchpoints[-1])
        self.touchpoints += new
        if late:
            self.touchpoints.sort(key=ORDER)
        self.by_id.update({t.event_id: t for t in new})
        types = {t.type for t in new}
        if not types <= self.types:
            self.types |= types
        same = [self._matters.add(t) for t in new]
        if late or not all(same):
            self._heard, self._asked, self._stories = {}, {}, Grouped(BY_MATTER)

    def said(self, judge: Judge, types: Collection[str], now: int, wall: int) -> Said:
        """What one rule says at these clocks, its own and the one on the wall; `types` concern it."""
        heard = self._heard.get(judge.name)
        if heard is None:
            heard = self._heard[judge.name] = Heard(judge, Grouped(judge.grouping))
        heard.read(self.touchpoints, types, self.matters)
        return heard.said(now, wall)

    def grouped(self, judge: Judge, types: Collection[str]) -> Grouped:
        """What whoever asks one rule before a contact has to see: touchpoints of these types."""
        grouped = self._asked.get(judge.name)
        if grouped is None:
            grouped = self._asked[judge.name] = Grouped(judge.grouping)
        grouped.read(self.touchpoints, types, self.matters)
        return grouped

    def stories(self, types: Collection[str]) -> Grouped:
        """The touchpoints of these types by matter."""
        self._stories.read(self.touchpoints, types, self.matters)
        return self._stories
