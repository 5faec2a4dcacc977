"""Reports to whoever keeps the time, gathered for a moment: partitions answer a tick together, and one batch costs what one report did.

A report that is lost with the process is no harm: the next tick is reported again, with a later clock.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from schemas.clock import Report, SourceReport

GATHERED = 0.004  # seconds; three levels of ticks wait for it between an event and its alert

AnyReport = Report | SourceReport


class Reporter:
    """`put` by whoever has everything before the report acknowledged; `run` sends."""

    def __init__(self, send: Callable[[list[AnyReport]], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: list[AnyReport] = []
        self._some = asyncio.Event()

    def put(self, reports: Iterable[AnyReport]) -> None:
        """To be sent soon."""
        self._waiting.extend(reports)
        if self._waiting:
            self._some.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._some.wait()
            await asyncio.sleep(GATHERED)
            self._some.clear()
            reports, self._waiting = self._waiting, []
            await self._send(reports)
