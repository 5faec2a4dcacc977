"""The consumer itself lives in a thread of its own, so that heartbeats go on while the event loop computes. What we ask of it beyond Faust."""

import asyncio
from typing import Any, ClassVar, NamedTuple

from aiokafka.errors import IllegalGenerationError, NoError, RebalanceInProgressError, UnknownMemberIdError
from aiokafka.protocol.group import HeartbeatRequest, SyncGroupRequest
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.engine.faust.fence import PULSE, Fence

# A fetch stays open until there is so much, in all partitions together, or so long: broker and worker work per fetch and per chunk, so a
# fetch that returns with a handful of records costs as much as one with hundreds. Three of them lie between an event and its alert.
FETCH_BYTES, FETCH_WAIT = 200_000, 50  # bytes, milliseconds (Faust: 1, 1,500)

FENCED_INSTANCE_ID = 82  # Kafka's code for a member whose name another process has taken; aiokafka has no word for it
CONFIRMING = (HeartbeatRequest, SyncGroupRequest)  # whose answer says that the coordinator counts us in
MEMBER = (NoError.errno, RebalanceInProgressError.errno)
STRANGER = (UnknownMemberIdError.errno, IllegalGenerationError.errno, FENCED_INSTANCE_ID)


class Place(NamedTuple):
    """Where the consumer stood in a partition when it last asked: everything below `position` had been delivered to us."""

    position: int
    end: int
    asked_at: int  # milliseconds


class ConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Tells the fence what the group's coordinator has confirmed, and that the process runs."""

    fence: ClassVar[Fence | None] = None

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms, consumer._fetch_min_bytes = FETCH_WAIT, FETCH_BYTES
        return consumer

    async def on_start(self) -> None:
        await super().on_start()
        fence = self.fence
        if fence is None:
            return
        loop, coordinator = asyncio.get_running_loop(), self._consumer._coordinator
        send = coordinator._send_req

        async def confirmed(request: Any) -> Any:
            asked = fence.now()
            answer = await send(request)
            if isinstance(request, CONFIRMING):
                if answer.error_code in MEMBER:
                    fence.beat(asked)
                elif answer.error_code in STRANGER:
                    fence.lose()
            return answer

        def pulse() -> None:
            fence.pulse()
            loop.call_later(PULSE, pulse)

        coordinator._send_req = confirmed
        pulse()

    async def _commit(self, offsets: Any) -> bool:
        """Faust leaves out what is not assigned any more, and says that it was committed."""
        return offsets.keys() <= self.assignment() and bool(await super()._commit(offsets))

    def place(self, tp: TP) -> Place | None:
        """What the fetcher knows of a partition. Read in this order, an answer that comes in between only makes us look further behind."""
        assignment = self._consumer._subscription.subscription.assignment
        state = assignment.state_value(driver._TopicPartition(tp.topic, tp.partition)) if assignment else None
        if state is None or not state.has_valid_position:
            return None
        asked_at, end, position = state.timestamp, state.highwater, state.position
        return None if asked_at is None or end is None else Place(position, end, asked_at)
