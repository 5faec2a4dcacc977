"""A worker that has lost its place in the group must not write any more.

Once the session timeout is over, a successor owns its partitions; a late changelog record of the old owner would win compaction and turn
the state back. Kafka does not fence at-least-once producers, so the worker fences itself: nothing is produced unless the broker has
confirmed the membership recently. That covers a paused process, a machine that slept, and a network that lost only the coordinator.
"""

import os
import time
from collections.abc import Callable

EXIT_FENCED = 72
SAFE_PART = 0.8  # of the session timeout: the broker's own count may have started a little before ours


class Fence:
    """`beat` when the broker has confirmed the membership; `check` before anything is produced."""

    def __init__(
        self, session_timeout: float, clock: Callable[[], float] = time.monotonic, end: Callable[[int], object] = os._exit
    ) -> None:
        self._limit, self._clock, self._end = session_timeout * SAFE_PART, clock, end
        self._last: float | None = None

    def beat(self) -> None:
        """A heartbeat was answered, or the group was joined. Called by the consumer's thread."""
        self._last = self._clock()

    @property
    def is_safe(self) -> bool:
        """Nobody else can own our partitions. Before the first join we own none."""
        return self._last is None or self._clock() - self._last <= self._limit

    def check(self) -> None:
        """Ends the process when the membership may be gone; what was not committed is done again by whoever owns it now."""
        if not self.is_safe:
            self._end(EXIT_FENCED)
