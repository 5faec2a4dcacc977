"""Look at the engine from outside and end the process when it is stuck; the supervisor starts it again.

Faust's own livelock detectors only log. A worker that waits for ever is up, says OK and consumes nothing.
"""

import os
import time
from collections.abc import Callable
from typing import Any

import structlog

EXIT_STUCK, EXIT_BROKEN_CHAIN = 70, 71
STUCK_AFTER = 300.0  # seconds in one rebalance or recovery without any progress
CHAIN_AFTER = 30.0  # seconds with a chunk that was dropped inside the process
LOOK_EVERY = 1.0

log = structlog.get_logger("redthread.worker")


class Watchdog:
    """A restart reads again from the commit, so ending the process is always safe."""

    def __init__(self, app: Any, clock: Callable[[], float] = time.monotonic, end: Callable[[int], object] = os._exit) -> None:
        self._app, self._clock, self._end = app, clock, end
        self._broken: dict[Any, float] = {}
        self._mark: Any = None
        self._since = clock()

    def look(self) -> None:
        """Called every `LOOK_EVERY` seconds by the event loop."""
        now = self._clock()
        self._look_at_chains(now)
        self._look_at_progress(now)

    @property
    def stuck_for(self) -> float:
        """Seconds since anything moved, while a rebalance or recovery goes on; 0 when there is none."""
        busy = self._mark is not None and self._mark[0]
        return self._clock() - self._since if busy else 0.0

    def _look_at_chains(self, now: float) -> None:
        self._broken = {tp: self._broken.get(tp, now) for tp in self._app.consumer.broken_chains()}
        if any(now - since > CHAIN_AFTER for since in self._broken.values()):
            log.critical("ended itself: a chunk was lost inside the process", partitions=sorted(map(str, self._broken)))
            self._end(EXIT_BROKEN_CHAIN)

    def _look_at_progress(self, now: float) -> None:
        app = self._app
        busy = bool(app.rebalancing or app.in_recovery)
        remaining = app.tables.recovery.active_remaining_total() if app.in_recovery else None
        mark = (busy, app.rebalancing_count, remaining)
        if not busy or mark != self._mark:
            self._mark, self._since = mark, now
        elif now - self._since > STUCK_AFTER:
            log.critical("ended itself: a rebalance or recovery stands still", seconds=round(now - self._since, 1), left=remaining)
            self._end(EXIT_STUCK)
