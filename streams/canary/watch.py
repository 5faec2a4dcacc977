"""Wait for what must become of the records, and if it does not come, say how far they got."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from streams.canary.plan import Planned

LOOK_EVERY = 0.5  # seconds

Position = tuple[str, int, int]  # topic, partition, offset
Committed = Mapping[tuple[str, int], int]  # (topic, partition) -> offset of the next record that the workers will handle


class Tables(Protocol):
    """What has arrived in ClickHouse."""

    def events(self, event_ids: Collection[str], oldest: int) -> set[str]:
        """Those of the events that are on the timeline; `oldest` is when the first of them occurred."""

    def alerts(self, alert_ids: Collection[str]) -> Mapping[str, str]:
        """Alert id -> status of those that are there."""

    def letters(self, positions: Collection[Position]) -> Sequence[str]:
        """What the dead letters of these records say."""


class Verdict(Struct, frozen=True):
    """What became of one story."""

    source: str
    story: str
    name: str
    arrived: bool
    alerts: dict[str, str]  # rule -> status
    seconds: dict[str, float]  # until everything was on the `timeline`, and until every `alert` was there
    why: str = ""  # it has not arrived


class Waiting:
    """One story on its way."""

    def __init__(self, planned: Planned, positions: Sequence[Position], since: float) -> None:
        self.planned, self.positions, self._since = planned, positions, since
        self.events: set[str] = set()
        self.alerts: Mapping[str, str] = {}
        self.seconds: dict[str, float] = {}

    @property
    def is_over(self) -> bool:
        return len(self.events) == len(self.planned.events) and len(self.alerts) == len(self.planned.alerts)

    def look(self, tables: Tables, now: float) -> None:
        """Ask what is there that was not there yet."""
        planned, took = self.planned, round(now - self._since, 1)
        if len(self.events) < len(planned.events):
            self.events = tables.events(planned.events, planned.oldest)
            if len(self.events) == len(planned.events):
                self.seconds["timeline"] = took
        if planned.alerts and len(self.alerts) < len(planned.alerts):
            self.alerts = tables.alerts(planned.alerts)
            if len(self.alerts) == len(planned.alerts):
                self.seconds["alert"] = took

    def verdict(self, why: str = "") -> Verdict:
        planned = self.planned
        found = {planned.alerts[alert_id]: status for alert_id, status in sorted(self.alerts.items())}
        return Verdict(planned.source, planned.story, planned.name, self.is_over, found, self.seconds, why)


class Installation(NamedTuple):
    """Where the records went, and whom to ask."""

    tables: Tables
    committed: Callable[[], Committed]
    group: str  # of the workers; empty where there are none
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def wait(waiting: Sequence[Waiting], there: Installation, within: float) -> list[Verdict]:
    """The verdict on every story, at the latest when time is up."""
    limit = there.now() + within
    while True:
        for one in waiting:
            if not one.is_over:
                one.look(there.tables, there.now())
        if all(one.is_over for one in waiting) or there.now() >= limit:
            break
        there.sleep(LOOK_EVERY)
    committed = {} if all(one.is_over for one in waiting) else there.committed()
    return [one.verdict("" if one.is_over else how_far(one, there, committed)) for one in waiting]


def how_far(one: Waiting, there: Installation, committed: Committed) -> str:
    """The last place at which the records were seen, and who comes next."""
    letters = there.tables.letters(one.positions)
    if letters:
        return f"it became a dead letter: {letters[0]}"
    if not one.events:
        return _before_the_timeline(one, there.group, committed)
    if len(one.events) < len(one.planned.events):
        return f"{len(one.events)} of {len(one.planned.events)} touchpoints are on the timeline, the rest is on its way"
    missing = sorted(rule for alert_id, rule in one.planned.alerts.items() if alert_id not in one.alerts)
    return f"it is on the timeline, but the alert of {', '.join(missing)} is not there: do the workers' clocks go on? (redthread_behind_seconds)"


def _before_the_timeline(one: Waiting, group: str, committed: Committed) -> str:
    if not group:
        return f"it lies in {one.positions[0][0]}, but is not on the timeline: does redthread run --follow read that folder?"
    behind = [position for position in one.positions if committed.get(position[:2], 0) <= position[2]]
    if behind:
        topic, partition, offset = behind[0]
        stands = committed.get((topic, partition))
        at = "has never read that partition" if stands is None else f"stands at {stands}"
        return f"it is on the topic ({topic}, partition {partition}, offset {offset}), but no worker has handled it: the group {group} {at}"
    return "the workers have handled it, but it is not on the timeline: does redthread sink run?"
