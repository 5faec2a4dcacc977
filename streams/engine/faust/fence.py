"""A worker that has lost its place in the group must not write any more.

Once the session timeout is over, a successor owns its partitions; a late changelog record of the old owner would win compaction and turn
the state back. Kafka does not fence at-least-once producers, so the worker fences itself: nothing is produced unless the broker has
confirmed the membership recently. That covers a paused process, a machine that slept, and a network that lost only the coordinator.

A confirmation counts from when it was *asked for*: its answer may lie in a buffer while the process is paused. And a process that was
paused for so long ends as soon as it wakes up, whether it has something to write or not: it joins the group as a new process, without states.
"""

import os
import time
from collections.abc import Callable
from math import inf

import structlog

EXIT_FENCED = 72
SAFE_PART = 0.8  # of the session timeout: the broker's own count may have started a little before ours
PULSE = 0.25  # seconds between two looks at whether the process still runs

log = structlog.get_logger("redthread.worker")


class Fence:
    """`beat` when the broker has confirmed the membership, `check` before anything is produced, `pulse` all the time."""

    def __init__(
        self, session_timeout: float, clock: Callable[[], float] = time.monotonic, end: Callable[[int], object] = os._exit
    ) -> None:
        self._limit, self._clock, self._end = session_timeout * SAFE_PART, clock, end
        self._last: float | None = None
        self._ran: float | None = None
        self._lost = -inf

    def now(self) -> float:
        """For `beat`: the instant before the broker is asked."""
        return self._clock()

    def beat(self, asked: float) -> None:
        """The broker has answered a heartbeat, or taken us into the group. Called by the consumer's thread."""
        if asked >= self._lost:
            self._last = asked if self._last is None else max(asked, self._last)

    def lose(self) -> None:
        """The broker does not know us any more: nothing may be written until it has taken us in again."""
        self._lost, self._last = self._clock(), -inf

    def pulse(self) -> None:
        """Ends the process when it was paused for so long that its place may be gone."""
        now = self._clock()
        paused = 0.0 if self._ran is None else now - self._ran
        self._ran = now
        if paused > self._limit:
            log.critical("ended itself: it was paused for so long that its place in the group may be gone", seconds=round(paused, 1))
            self._end(EXIT_FENCED)

    @property
    def is_safe(self) -> bool:
        """Nobody else can own our partitions. Before the first join we own none."""
        return self._last is None or self._clock() - self._last <= self._limit

    def check(self) -> None:
        """Ends the process when the membership may be gone; what was not committed is done again by whoever owns it now."""
        if not self.is_safe:
            log.critical("ended itself before it wrote: its place in the group was taken away or not confirmed lately")
            self._end(EXIT_FENCED)
