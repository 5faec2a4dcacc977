"""Look at the engine from outside and end the process when it is stuck; the supervisor starts it again.

Faust's own livelock detectors only log. A worker that waits for ever is up, says OK and consumes nothing.
"""

import os
import time
from typing import Any

from mode import Service

EXIT_STUCK, EXIT_BROKEN_CHAIN = 70, 71
STUCK_AFTER = 300.0  # seconds in one rebalance or recovery without any progress
CHAIN_AFTER = 30.0  # seconds with a chunk that was dropped inside the process
LOOK_EVERY = 1.0


class Watchdog(Service):
    """A restart re-reads from the commit, so ending the process is always safe."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self._app = app
        self._broken: dict[Any, float] = {}
        self._mark: Any = None
        self._since = time.monotonic()

    @Service.task
    async def _look(self) -> None:
        while not self.should_stop:
            await self.sleep(LOOK_EVERY)
            now = time.monotonic()
            if self._app.producer.fence is not None:
                self._app.producer.fence.beat()
            self._look_at_chains(now)
            self._look_at_progress(now)

    def _look_at_chains(self, now: float) -> None:
        self._broken = {tp: self._broken.get(tp, now) for tp in self._app.consumer.broken_chains()}
        if any(now - since > CHAIN_AFTER for since in self._broken.values()):
            os._exit(EXIT_BROKEN_CHAIN)

    def _look_at_progress(self, now: float) -> None:
        app = self._app
        busy = app.rebalancing or app.in_recovery
        remaining = app.tables.recovery.active_remaining_total() if app.in_recovery else None
        mark = (busy, app.rebalancing_count, remaining)
        if not busy or mark != self._mark:
            self._mark, self._since = mark, now
        elif now - self._since > STUCK_AFTER:
            os._exit(EXIT_STUCK)
