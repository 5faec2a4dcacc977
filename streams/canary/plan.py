"""What a synthetic customer goes through in each source, and which alerts must come of it.

A ping-pong that has just happened and a question that was asked too long ago, where a source can tell of them; where it cannot, whatever of
its types breaks a rule by itself. The records are the mapping read backwards, or those of the source file's `canary:`; they are read forwards
again by the product's own `ingest`, and judged by its own rules, so the ids of the expected touchpoints and alerts are exact.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from schemas.clock import Clock
from schemas.codec import encode_json
from schemas.company import Company
from schemas.dead_letter import DeadLetter
from schemas.identity import Arrived
from schemas.source import Source
from schemas.touchpoint import CANARY_DOMAIN, Origin, Touchpoint
from streams.config import alerts_of, court_of
from streams.core.backtest import Trial
from streams.core.calendar import duration, moment
from streams.sources.backwards import Unfit, Wanted, record_for, types_of
from streams.sources.record import Record
from streams.stages.ingest import Ingest

MINUTE = duration("1m")
STEP = 10 * MINUTE  # between two events of a story
AGES = tuple(
    map(duration, ("1m", "2h", "1d", "4d", "8d", "15d", "45d", "100d"))
)  # how long ago a story ended; the shortest that breaks a rule is taken
TEAMS = ("canary A", "canary B")
MANY = 6  # so often at least, where a rule limits how often; the shipped ones allow five
UNTOLD = ("source.", "identity.", "alert.", "customer.")  # about no customer's concern, or commands


class Story(NamedTuple):
    """What happens, in order."""

    name: str
    types: tuple[str, ...]
    verb: Literal["pingpong", "expect", ""] = ""  # of the rule that it is meant to break; any, where empty


STORIES = (
    Story("ping-pong", ("ticket.assigned",) * 5, "pingpong"),
    Story("question", ("contact.inbound",), "expect"),
)


class Planned(NamedTuple):
    """The records to send to one source, and what must become of them."""

    source: str
    story: str
    name: str  # of the synthetic customer
    records: tuple[bytes, ...]
    events: tuple[str, ...]  # event ids
    oldest: int  # when the first of them occurred
    alerts: Mapping[str, str]  # alert id -> rule; none: no rule is broken by what this source alone can tell


class Left(NamedTuple):
    """A source that no record can be made up for."""

    source: str
    why: str


class Planner:
    """Plans for one company; `secret` is the key of the identifier hashes, the same that the workers have."""

    def __init__(self, company: Company, secret: bytes) -> None:
        self._company, self._ingest = company, Ingest(company, secret)
        self._court, self._book = court_of(company), alerts_of(company)
        self._late = max((duration(source.lateness) for source in company.sources), default=0) + MINUTE

    def plan(self, source: Source, now: int) -> list[Planned] | Left:
        """The stories of one source, or why there is none."""
        if source.canary == "off":
            return Left(source.source, "its source file says canary: off")
        problems: list[str] = []
        stories = (Story("template", ("",) * len(source.canary)),) if source.canary else STORIES
        found = [planned for story in stories if (planned := self._breaking(source, story, now, problems))]
        if found:
            return found
        others = () if source.canary else tuple(_others(source))
        for story in others:
            if planned := self._breaking(source, story, now, problems):
                return [planned]
        for story in others or stories:
            if planned := self._attempt(source, story, now, AGES[0], problems):
                return [planned]
        return Left(source.source, f"{'; '.join(dict.fromkeys(problems))}; give it records of its own (canary:)")

    def _breaking(self, source: Source, story: Story, now: int, problems: list[str]) -> Planned | None:
        for age in AGES:
            planned = self._attempt(source, story, now, age, problems)
            if planned is None:
                return None
            if any(not story.verb or getattr(self._company.rules[rule], story.verb) for rule in planned.alerts.values()):
                return planned
        problems.append(f"no rule is broken by {story.name}")
        return None

    def _attempt(self, source: Source, story: Story, now: int, age: int, problems: list[str]) -> Planned | None:
        name = f"canary-{moment(now):%Y%m%d%H%M%S}-{_word(source.source)}-{_word(story.name)}"
        try:
            records = [encode_json(record) for record in self._records(source, story, name, now - age)]
            touchpoints = [touchpoint for record in records for touchpoint in self._forwards(source, record, now)]
        except Unfit as problem:
            problems.append(f"{story.name}: {problem}")
            return None
        events = {touchpoint.event_id: touchpoint for touchpoint in touchpoints}
        alerts = Trial(self._court, self._book, Clock(now - self._late)).alerts("", events)
        expected = {alert.alert_id: alert.rule for alert in alerts if alert.level == "broken"}
        oldest = min(touchpoint.at for touchpoint in touchpoints)
        return Planned(source.source, story.name, name, tuple(records), tuple(events), oldest, expected)

    def _records(self, source: Source, story: Story, name: str, last: int) -> Iterator[dict[str, Any]]:
        for number, type in enumerate(story.types):
            at = last - (len(story.types) - 1 - number) * STEP
            if source.canary:
                filled = {"{name}": name, "{email}": name + CANARY_DOMAIN, "{number}": str(number), "{time}": moment(at).isoformat()}
                yield _filled(source.canary[number], filled)
            else:
                yield record_for(self._company, source, Wanted(type, at, name, number, TEAMS[number % 2]))

    def _forwards(self, source: Source, record: bytes, now: int) -> list[Touchpoint]:
        """What ingest makes of it; raises `Unfit` where that is no touchpoint of a synthetic customer."""
        found = []
        for output in self._ingest.ingest(source, Record(Origin(), record, recorded_at=now, received_at=now)):
            if isinstance(output, DeadLetter):
                raise Unfit(f"a record like that cannot be used ({output.message.partition(': record 0: ')[2]})")
            if isinstance(output.message, Arrived):
                found.append(output.message.touchpoint)
        if not found:
            raise Unfit("its mapping passes such a record over")
        if not all("canary" in touchpoint.attributes for touchpoint in found):
            raise Unfit("no identifier shows that the customer is synthetic")
        return found


def _others(source: Source) -> Iterator[Story]:
    types = [type for type in types_of(source) if not type.startswith(UNTOLD)]
    for times in (1, MANY):
        for type in types:
            yield Story(type if times == 1 else f"{type} x {times}", (type,) * times)


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _filled(value: Any, filled: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, filled) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_filled(item, filled) for item in value]
    if isinstance(value, str):
        for placeholder, text in filled.items():
            value = value.replace(placeholder, text)
    return value
