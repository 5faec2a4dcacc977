"""Time as a message. A department's clock says "complete up to": every touchpoint up to and including that instant has arrived.

The core never reads a clock; a `Tick` in the log brings the time, so that a replay sees the time that the first run saw.
"""

from collections.abc import Iterable

from msgspec import Struct


class Clock(Struct, frozen=True, array_like=True):
    """What is known of time: `now`, and per department with at least one source, "complete up to" (microseconds UTC)."""

    now: int
    departments: dict[str, int] = {}
    live_since: int = (
        0  # what broke up to then is history, and nobody is told of it; `NEVER` in a backfill or replay, 0 where there was none
    )

    def of(self, departments: Iterable[str]) -> int:
        """The lowest clock of those departments; one without a source has nothing more to say and is complete up to `now`.

        `*` stands for every department.
        """
        names = self.departments if "*" in departments else departments
        return min([self.departments.get(name, self.now) for name in names], default=self.now)


class Tick(Struct, frozen=True, array_like=True, tag="tick"):
    """Broadcast by the aggregator to every partition of the stage of that level: identify, identify, customer, customer."""

    level: int
    clock: Clock


class Report(Struct, frozen=True, array_like=True, tag="report"):
    """A partition has had all outputs before the tick acknowledged (level > 0), or an ingest partition knows its sources (level 0)."""

    level: int
    partition: int
    clock: Clock


class SourceReport(Struct, frozen=True, array_like=True, tag="source"):
    """How far one partition of a source's topic has been handed on, every output acknowledged. 0 where nothing is known (yet)."""

    topic: str
    partition: int
    partitions: int  # of the topic
    now: int  # whatever was recorded up to this instant has been handed on
    arrived: int  # when the newest record was recorded
    newest: int  # when the latest event occurred
    ended: bool  # there was nothing more in the log
