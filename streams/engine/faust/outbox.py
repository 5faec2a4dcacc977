"""What waits to be sent to one partition: everything that chunks have for it meanwhile goes in one batch.

Broker and client work per batch and per request, hardly per record. A partition has one batch on its way at a time, so sends of eight
chunks on their own would also wait for one another, a round trip each.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

Item = tuple[bytes | None, bytes | None]  # key, value
Headers = list[tuple[str, bytes]]


class RecordTooLarge(ValueError):
    """One record alone exceeds what a batch may hold; the message names its key, never its value."""


class Parcel(NamedTuple):
    """What one chunk sends; `sent` becomes the offset of its last record once all of it is acknowledged."""

    items: Iterable[Item]
    headers: Headers
    sent: asyncio.Future[int]


class Outbox:
    """Parcels leave in the order in which they were put."""

    def __init__(self, batch: Callable[[], Any], ship: Callable[[Any], Awaitable[int]]) -> None:
        """`batch` makes an empty one; `ship` sends it and waits for its acknowledgement: the offset of its first record."""
        self._batch, self._ship = batch, ship
        self._waiting: list[Parcel] = []
        self._sending: asyncio.Task[None] | None = None

    def put(self, items: Iterable[Item], headers: Headers) -> asyncio.Future[int]:
        """Send them soon."""
        sent = asyncio.get_running_loop().create_future()
        self._waiting.append(Parcel(items, headers, sent))
        if self._sending is None:
            self._sending = asyncio.create_task(self._run())
        return sent

    async def _run(self) -> None:
        while self._waiting:
            parcels, self._waiting = self._waiting, []
            try:
                await self._send(parcels)
            except Exception as error:  # noqa: BLE001 - whoever put them decides
                for parcel in parcels:
                    if not parcel.sent.done():
                        parcel.sent.set_exception(error)
        self._sending = None

    async def _send(self, parcels: list[Parcel]) -> None:
        batch, ends = self._batch(), list[tuple[Parcel, int]]()
        for parcel in parcels:
            for key, value in parcel.items:
                if batch.append(timestamp=None, key=key, value=value, headers=parcel.headers) is not None:
                    continue
                await self._close(batch, ends)
                batch, ends = self._batch(), []
                if batch.append(timestamp=None, key=key, value=value, headers=parcel.headers) is None:
                    raise RecordTooLarge(f"the record of key {key!r} is larger than a batch may be")
            ends.append((parcel, batch.record_count() - 1))
        await self._close(batch, ends)

    async def _close(self, batch: Any, ends: list[tuple[Parcel, int]]) -> None:
        if not batch.record_count():
            raise RecordTooLarge("a record is larger than a batch may be")
        first = await self._ship(batch)
        for parcel, place in ends:
            if not parcel.sent.done():  # whoever waited may have been cancelled
                parcel.sent.set_result(first + place)
