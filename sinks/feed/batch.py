"""What has been read of one partition and not been written yet."""

from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple

from sinks.feed.pending import Pending


class Limits(NamedTuple):
    """When a batch is written: so many messages, so many bytes, so many seconds after its first message was read, or after its last one."""

    messages: int = 20_000
    size: int = 16 << 20
    seconds: float = 1.0  # ClickHouse takes at least 13 ms for an insert, however small
    quiet: float = inf  # the end of a rush does not wait for company that does not come


@dataclass
class Batch:
    """Messages of one partition in the order of their offsets. `redo` is the range that a predecessor may have written already."""

    redo: Pending | None = None
    records: list[Any] = field(default_factory=list)
    size: int = 0
    since: float = 0.0  # the first was read
    last: float = 0.0

    def add(self, records: list[Any], now: float) -> None:
        """Take in what was polled."""
        if not self.records:
            self.since = now
        self.last = now
        self.records += records
        self.size += sum(len(record.value or b"") for record in records)

    def is_full(self, limits: Limits, now: float) -> bool:
        """Is there something to write, and is it time?"""
        if not self.records:
            return False
        if self.redo is not None:
            return bool(self.records[-1].offset >= self.redo.last)
        return len(self.records) >= limits.messages or self.size >= limits.size or now >= self._until(limits)

    def due(self, limits: Limits, now: float) -> float:
        """Seconds until its messages have waited for long enough; for ever where something else must come first."""
        return max(self._until(limits) - now, 0.0) if self.records and self.redo is None else inf

    def _until(self, limits: Limits) -> float:
        return min(self.since + limits.seconds, self.last + limits.quiet)

    def take(self, now: float) -> tuple[Pending, list[Any]]:
        """The range to write now, and its messages: after a crash exactly the range that was pending."""
        if self.redo is None:
            pending, taken = Pending(self.records[0].offset, self.records[-1].offset), self.records
        else:
            pending, taken = self.redo, [record for record in self.records if record.offset <= self.redo.last]
        self.records = self.records[len(taken) :]
        self.size = sum(len(record.value or b"") for record in self.records)
        self.redo, self.since = None, now
        return pending, taken
