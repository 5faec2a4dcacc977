"""A worker that was paused longer than its session timeout must not write any more.

Its successor has taken over the partitions; a late changelog record of the old owner would win compaction and turn the state back. Kafka
does not fence at-least-once producers, so the worker fences itself: every produce first looks at the monotonic clock.
"""

import os
import time
from collections.abc import Callable

EXIT_FENCED = 72
SAFE_PART = 0.8  # of the session timeout: the broker's own count started a little before ours


class Fence:
    """`beat` proves that the event loop ran; `check` ends the process when the last proof is too old."""

    def __init__(self, session_timeout: float, clock: Callable[[], float] = time.monotonic, end: Callable[[int], object] = os._exit) -> None:
        self._limit, self._clock, self._end = session_timeout * SAFE_PART, clock, end
        self._last = clock()

    def beat(self) -> None:
        """Called often by the watchdog; a gap that is already too long ends the process as well."""
        self.check()
        self._last = self._clock()

    def check(self) -> None:
        """Called before anything is produced."""
        if self._clock() - self._last > self._limit:
            self._end(EXIT_FENCED)
