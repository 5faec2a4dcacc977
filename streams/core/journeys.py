"""A journey is the life of one matter, as its touchpoints tell it: a row for BI.

Touchpoints of a customer belong to matters (connected refs). Within its matter a journey has those that carry its own ref and those
that carry no ref of that kind: a call about ticket 9 belongs to the order that the ticket is about, but nothing of ticket 12 belongs
to the journey of ticket 9. It begins with its earliest opener, which names it, so an opener that arrives late renames it. An opener
after the end goes on with the same journey. Touchpoints after the end still count as visits and touches, because the customer's effort
goes on, but nobody waits any more.

The order of touchpoints in one instant is decided as for rules: only the `seq` of one source orders them, a simultaneous closer
closes, and of simultaneous turns ours comes first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from schemas.clock import Clock
from schemas.company import JourneySpec
from schemas.journey import Journey
from schemas.rule import Selector
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.history import Matter
from streams.core.journey_course import PROMISE
from streams.core.journey_life import ANYBODY, Broken, Life
from streams.core.rules.catalogue import Catalogue
from streams.core.rules.court import Wake
from streams.core.rules.dossier import BY_MATTER, ORDER
from streams.core.rules.finding import Finding
from streams.core.rules.grouping import Grouped
from streams.core.upstream import anchored_on

COUNTED = frozenset({"contact.inbound", "contact.outbound", PROMISE})  # what a row counts without being told to


class Told(NamedTuple):
    """The journeys of one matter, and for how long they are these: while nothing is added to it, and at clocks between two instants."""

    broken: tuple[Broken, ...]
    rows: dict[str, Journey]
    since: int
    until: int


class JourneyBook:
    """The journeys that a company declares, compiled."""

    def __init__(
        self,
        specs: Mapping[str, JourneySpec],
        *,
        words: Mapping[str, Selector],
        matter: Sequence[str],
        types: Mapping[str, Sequence[str]] = {},
    ) -> None:
        """`types`: event type -> departments that report it; without any, every type is allowed. Raises ValueError, a line for each problem."""
        self._lives: dict[str, Life] = {}
        problems: list[str] = []
        for kind, spec in specs.items():
            try:
                self._lives[kind] = Life(kind, spec, words, matter, Catalogue(types))
            except ValueError as error:
                problems.append(f"journeys.{kind}.{error}")
        if problems:
            raise ValueError("\n".join(problems))
        self._kinds = frozenset(matter)
        self._wanted: dict[str, bool] = {}
        self._openers: dict[str, tuple[Life, ...]] = {}

    def significant(self, touchpoint: Touchpoint) -> bool:
        """Whether a journey wants the touchpoint kept: its type is mentioned or counted, and it is about some matter."""
        wanted = self._wanted.get(touchpoint.type)
        if wanted is None:
            wanted = touchpoint.type in COUNTED or any(life.mentions(touchpoint.type) for life in self._lives.values())
            self._wanted[touchpoint.type] = wanted
        return wanted and not self._kinds.isdisjoint(touchpoint.refs)

    def may_open(self, types: Iterable[str]) -> bool:
        """Can a history of these types have a journey?"""
        return any(map(self._opens, types))

    def journeys(
        self,
        customer_id: str | None,
        touchpoints: Mapping[str, Touchpoint],
        matters: Mapping[str, Matter],
        clock: Clock,
        findings: Iterable[Finding] = (),
    ) -> dict[str, Journey]:
        """journey id -> the row, for every matter of one customer that has been opened; `touchpoints` and `matters` by event id."""
        stories = Grouped(BY_MATTER)
        stories.add(sorted(touchpoints.values(), key=ORDER), matters)
        return self.told(customer_id, stories, matters, clock, broken_on(findings, touchpoints, matters))

    def told(
        self,
        customer_id: str | None,
        stories: Grouped,
        matters: Mapping[str, Matter],
        clock: Clock,
        broken: Mapping[Matter, Sequence[Broken]],
    ) -> dict[str, Journey]:
        """As `journeys`, of touchpoints by matter; only stories that have grown, or whose journeys time has changed, are told anew."""
        rows: dict[str, Journey] = {}
        now = clock.of(ANYBODY)
        for story in stories.groups.values():
            matter = matters[story.members[0].event_id]
            on_it = tuple(broken.get(matter, ()))
            told: Told | None = story.said
            if told is None or told.broken != on_it or not told.since <= now < told.until:
                told = story.said = self._told(customer_id, matter, story.members, on_it, now)
            rows.update(told.rows)
        return rows

    def _told(self, customer_id: str | None, matter: Matter, mine: Sequence[Touchpoint], broken: tuple[Broken, ...], now: int) -> Told:
        lives = self._opened_by(mine)
        found = {row.journey_id: row for life in lives for row in life.journeys(customer_id, matter, mine, broken, now)}
        return Told(broken, found, now, min(self._ends(found.values()), default=NEVER))

    def wakes(self, journeys: Iterable[Journey], clock: Clock) -> tuple[Wake, ...]:
        """When the next of these journeys will have been abandoned."""
        now = clock.of(ANYBODY)
        due = [at for at in self._ends(journeys) if at > now]
        return ((ANYBODY, min(due)),) if due else ()

    def _ends(self, journeys: Iterable[Journey]) -> list[int]:
        """When those that are open will have been abandoned."""
        return [at for journey in journeys if (at := self._lives[journey.kind].due(journey)) is not None]

    def _opened_by(self, touchpoints: Iterable[Touchpoint]) -> list[Life]:
        """The journeys that one of these touchpoints may open, in the order of declaration."""
        opened: set[Life] = set()
        for touchpoint in touchpoints:
            opened.update(self._opens(touchpoint.type))
        return [life for life in self._lives.values() if life in opened] if opened else []

    def _opens(self, type: str) -> tuple[Life, ...]:
        lives = self._openers.get(type)
        if lives is None:
            lives = self._openers[type] = tuple(life for life in self._lives.values() if life.may_open(type))
        return lives


def broken_on(
    findings: Iterable[Finding], touchpoints: Mapping[str, Touchpoint], matters: Mapping[str, Matter]
) -> dict[Matter, list[Broken]]:
    """matter -> the rules that are broken on it, each with the touchpoint that it was broken at."""
    broken: dict[Matter, list[Broken]] = {}
    for finding in findings:
        if finding.level == "broken":
            anchor = anchored_on(finding.anchor, touchpoints)
            if anchor.event_id in matters:
                broken.setdefault(matters[anchor.event_id], []).append((finding.rule, anchor))
    return broken


def changes(ledger: Mapping[str, Journey], present: Mapping[str, Journey], version: int) -> list[Journey]:
    """What to publish: rows that differ from what was published last, and, withdrawn, those that are no more."""
    published = []
    for journey in present.values():
        before = ledger.get(journey.journey_id)
        if before is None or replace(before, version=0) != journey:
            published.append(replace(journey, version=version))
    gone = [journey for journey in ledger.values() if not journey.withdrawn and journey.journey_id not in present]
    return published + [replace(journey, withdrawn=True, version=version) for journey in gone]
