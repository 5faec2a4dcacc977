"""How far each source has reported, taken from what the partitions of its topic have handed on.

*Live*: a partition that has handed on all there was is complete up to the instant at which it asked the broker; one that lags, up to its
last record. A source is complete up to the least of its partitions, less its `lateness`, for as long as it is *alive* (anything at all
within `quiet`, in any partition); then it stands still at its last arrival. When it speaks again it first delivers what it has kept, so it is
complete up to its latest event only, until that one is as new as its return. A topic that never held a record was alive when it was first
asked: its source is complete for `quiet` from then on, so a source that is connected but new holds nobody up, and silent after that.

*Replay*: the same in event time. A partition that lags is complete up to its latest event, less `lateness`; one that has ended holds
nobody back, and when all have ended everything is complete up to the newest event, or up to the instant at which the clocks are to be
closed; no clock passes that.

*Going live*: an installation that was replayed goes on replaying until every partition has been read to its end once, whoever keeps the
time; then the first worker without `--replay` takes it live, for ever. What broke before the replay was complete is history; later than
that begins with the source that may be latest. Clocks never go back, so a deadline that was open when the replay ended fires when the
sources have been heard up to it, and what came in between is judged like everything else.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from schemas.clock import Clock, Report, SourceReport, Tick
from schemas.company import Company
from schemas.source import Source
from schemas.state import AggregatorState
from schemas.touchpoint import NEVER
from streams.core.calendar import duration
from streams.core.clock import hear

Mode = Literal["new", "replay", "live"]
SILENT = 0


class WentLive(Exception):
    """A worker that replays keeps the time of an installation whose alerts are delivered."""


class Mark(Struct, frozen=True, array_like=True):
    """What a partition of a source's topic has reported last; see `SourceReport`."""

    now: int = 0
    arrived: int = 0
    newest: int = 0
    ended: bool = False
    fresh: bool = True  # since the last tick
    read: bool = False  # it has been at its end
    since: int = 0  # what it reported first, once it could


class TimeState(Struct, frozen=True, array_like=True):
    """Everything that the keeper of the time has to remember."""

    marks: dict[str, dict[int, Mark]] = {}  # topic -> partition
    partitions: dict[str, int] = {}  # topic -> how many it has
    levels: AggregatorState = AggregatorState()
    mode: Mode = "new"
    live_since: int = 0  # how far a replay was complete
    returns: dict[str, int] = {}  # topic of a source that has fallen silent -> when it spoke again, `SILENT` until then


class Watched(NamedTuple):
    """A source that is read from a topic; durations in microseconds."""

    topic: str
    departments: tuple[str, ...]
    lateness: int
    quiet: int

    @classmethod
    def of(cls, source: Source) -> "Watched":
        """As the source file says."""
        return cls(source.input.topic, source.departments, duration(source.lateness), duration(source.quiet))


def watched(company: Company) -> tuple[Watched, ...]:
    """The sources of a company that have a topic."""
    return tuple(Watched.of(source) for source in company.sources if source.input.topic)


class Timekeeper:
    """Hears what partitions of sources and stages report, and starts one level of ticks after the other."""

    def __init__(self, sources: Iterable[Watched], partitions: int, *, replay: bool = False, as_of: int | None = None) -> None:
        """`as_of` (microseconds) is where a replay closes its clocks; None: at the newest event."""
        self._sources, self._partitions, self._replay, self._as_of = tuple(sources), partitions, replay, as_of
        self._topics = frozenset(source.topic for source in self._sources)

    def hear(self, state: TimeState, message: SourceReport | Report) -> tuple[TimeState, tuple[Tick, ...]]:
        """The first level ticks once per round in which every partition of every source has reported."""
        if isinstance(message, Report):
            levels, ticks = hear(state.levels, message, self._partitions)
            return replace(state, levels=levels), ticks
        if message.topic not in self._topics:  # of a source that the company has given up
            return state, ()
        state = _marked(state, message)
        state = replace(state, mode=self._mode(state))
        if not self._is_round(state):
            return state, ()
        state = replace(state, returns=dict(self._returns(state)))
        clock = self.clock(state)
        if not clock.now:  # a replay of topics that are empty so far
            return state, ()
        marks = {topic: {number: replace(mark, fresh=False) for number, mark in known.items()} for topic, known in state.marks.items()}
        levels, ticks = hear(state.levels, Report(0, 0, clock), 1)
        return replace(state, marks=marks, levels=levels, live_since=self._live_since(state, clock)), ticks

    def _mode(self, state: TimeState) -> Mode:
        if not self._replay:
            return "replay" if state.mode == "replay" and not self._is_read(state) else "live"
        if state.mode == "live":
            raise WentLive("this installation has gone live, so its alerts are delivered: start every worker without --replay")
        return "replay"

    def is_over(self, state: TimeState) -> bool:
        """Has a replay read everything to its end, so that the installation may go live?"""
        return state.mode == "replay" and self._is_read(state)

    def _is_read(self, state: TimeState) -> bool:
        return all(
            sum(mark.read for mark in state.marks.get(topic, {}).values()) >= state.partitions.get(topic, 1) for topic in self._topics
        )

    def _live_since(self, state: TimeState, clock: Clock) -> int:
        """How far a replay is complete at this clock: as far as the source that may be latest."""
        if state.mode == "live":
            return state.live_since
        return max(state.live_since, clock.now - max(source.lateness for source in self._sources))

    def _is_round(self, state: TimeState) -> bool:
        return all(
            sum(mark.fresh and mark.now > 0 for mark in state.marks.get(topic, {}).values()) >= state.partitions.get(topic, 1)
            for topic in self._topics
        )

    def _returns(self, state: TimeState) -> Iterator[tuple[str, int]]:
        """Sources that are silent, and those that have come back and not caught up."""
        for source in self._sources if state.mode == "live" else ():
            marks = list(state.marks[source.topic].values())
            arrived, returned = max(mark.arrived for mark in marks), state.returns.get(source.topic)
            if arrived and not _is_alive(source, marks):
                yield source.topic, SILENT
            elif returned is not None and _delivered(marks) + source.lateness < (returned or arrived):
                yield source.topic, returned or arrived

    def clock(self, state: TimeState) -> Clock:
        """What all sources together say about time."""
        marks = {topic: list(state.marks[topic].values()) for topic in self._topics}
        replay = state.mode == "replay"
        now = _replayed(marks) if replay else min(mark.now for known in marks.values() for mark in known)
        departments: dict[str, int] = {}
        for source in self._sources:
            known = marks[source.topic]
            catches_up = state.returns.get(source.topic, SILENT) != SILENT
            complete = _complete_in_replay(source, known, now) if replay else _complete(source, known, catches_up)
            for department in source.departments:
                departments[department] = min(complete, departments.get(department, complete))
        clock = Clock(now, departments, NEVER if replay else state.live_since)
        return clock if not replay or self._as_of is None else _closed(clock, marks, self._as_of)


def lateness(state: TimeState) -> dict[str, int]:
    """Topic -> how far behind its most advanced partition the least advanced one is, microseconds: for people who watch."""
    return {
        topic: max(mark.now for mark in marks.values()) - min(mark.now for mark in marks.values())
        for topic, marks in state.marks.items()
        if marks
    }


def _marked(state: TimeState, report: SourceReport) -> TimeState:
    """A mark never goes back: a partition that was just assigned to another worker knows nothing yet."""
    known = state.marks.get(report.topic, {})
    old = known.get(report.partition, Mark())
    mark = Mark(
        max(old.now, report.now),
        max(old.arrived, report.arrived),
        max(old.newest, report.newest),
        report.ended,
        read=old.read or report.ended,
        since=old.since or report.now,
    )
    return replace(
        state,
        marks={**state.marks, report.topic: {**known, report.partition: mark}},
        partitions={**state.partitions, report.topic: report.partitions},
    )


def _heard(marks: list[Mark]) -> int:
    return max(mark.arrived for mark in marks) or min(mark.since for mark in marks)


def _is_alive(source: Watched, marks: list[Mark]) -> bool:
    return min(mark.now for mark in marks) - _heard(marks) <= source.quiet


def _delivered(marks: list[Mark]) -> int:
    """Up to where all partitions have delivered: what has been read of one says nothing about another that lags."""
    return min((mark.newest for mark in marks if not mark.ended), default=max(mark.newest for mark in marks))


def _complete(source: Watched, marks: list[Mark], catches_up: bool) -> int:
    now = min(mark.now for mark in marks)
    if catches_up:
        return max(min(_delivered(marks), now) - source.lateness, 0)
    return complete_up_to(now, _heard(marks), lateness=source.lateness, quiet=source.quiet)


def complete_up_to(now: int, heard: int, *, lateness: int, quiet: int) -> int:
    """Of a source that has been listened to up to `now` and was heard last then."""
    alive = now - heard <= quiet
    return max((now if alive else heard) - lateness, 0)


def _replayed(marks: dict[str, list[Mark]]) -> int:
    return _delivered([mark for known in marks.values() for mark in known])


def _closed(clock: Clock, marks: Mapping[str, list[Mark]], as_of: int) -> Clock:
    """Not past `as_of` while the replay goes on, and exactly there once everything has ended."""
    if all(mark.ended for known in marks.values() for mark in known):
        return Clock(as_of, dict.fromkeys(clock.departments, as_of), clock.live_since)
    return Clock(min(clock.now, as_of), {name: min(at, as_of) for name, at in clock.departments.items()}, clock.live_since)


def _complete_in_replay(source: Watched, marks: list[Mark], now: int) -> int:
    behind = [mark.newest for mark in marks if not mark.ended]
    return max(min(behind) - source.lateness, 0) if behind else now
