"""Every partition has a lane of its own: in series a worker would spend most of its time waiting for acknowledgements.

In a lane chunks are worked on as they come, and their outputs leave at once. Once these are acknowledged what was held leaves (families
that are handed over), and then clocks are passed on. What has been worked on meanwhile becomes durable together, in this order: outputs
acknowledged, states saved, chunks acknowledged. So a chunk waits for nobody's acknowledgement, time for nobody's state, and
acknowledgements, batches and saved states, which cost the same for six records as for 500, are few. Whoever does a chunk again after a
crash does it from the state before it and publishes the same.

Crash only: an unexpected error ends the process before anything is acknowledged, and whoever starts next does the chunk again. Faust
itself would acknowledge the chunk, restart the agent and go on with the next one.
"""

import asyncio
import os
import time
import traceback
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from streams.core.brake import BrakePulled
from streams.engine.faust.consumer import Chunk
from streams.engine.faust.effects import Effects, Fold
from streams.engine.faust.outbox import Item, RecordTooLarge
from streams.engine.faust.router import Place
from streams.engine.watermarks import WentLive

EXIT_BUG, EXIT_BRAKE = 1, 73
GATHERED = 0.5  # seconds: a family that an event has changed is judged soon, and then its state is saved once; nobody waits for that
PRESSED = 8  # times as many (ordinary) records as are worked on at once: from then on nothing is waited for
IN_FLIGHT = 32  # times as many records as are worked on at once may be here, waiting, worked on, or not durable yet

SAYS_NO_VALUES = (KafkaError, OSError, RecordTooLarge, WentLive)  # their messages are about servers and sizes

Put = Callable[[Mapping[Place, list[Item]]], Sequence[asyncio.Future[int]]]
Observe = Callable[[str, Any, int, float], None]  # stage, topic and partition, records, seconds until they were durable

log = structlog.get_logger("redthread.worker")


def spoken(error: BaseException) -> str:
    """The error for a log: a message that may hold what was in a record is left out."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, SAYS_NO_VALUES) else name


@dataclass(slots=True)
class Piece:
    """Of what has been worked on; the last one of its chunks has them with it."""

    sent: Sequence["asyncio.Future[int]"] = ()
    effects: Effects | None = None
    put: Put | None = None  # sends what is held
    events: Sequence[Any] = ()
    since: float = 0.0
    waves: int = 0  # of what is held: how many have been sent
    is_gone: bool = False

    async def leave(self) -> None:
        """Until its outputs are acknowledged, which is said once, whoever waits for it first."""
        held = () if self.effects is None else self.effects.held
        while True:
            sent = self.sent
            await _all(sent)
            if sent is not self.sent:  # somebody who waits too has sent the next of what is held
                continue
            if self.put is None or self.waves == len(held):
                break
            self.sent = self.put(held[self.waves])
            self.waves += 1
        if self.effects is not None and not self.is_gone:
            self.is_gone = True
            self.effects.gone()


async def _all(sent: Sequence["asyncio.Future[int]"]) -> None:
    for one in sent:
        await one


class Lanes:
    """Reads the stream of one agent and gives every partition a lane of its own."""

    def __init__(self, name: str, fold: Fold, put: Put, observe: Observe, at_once: int, end: Callable[[int], object] = os._exit) -> None:
        """`at_once`: no chunk is added to those that are worked on together once they weigh as much as so many records."""
        self.name, self.fold, self.put, self.observe, self.at_once, self._end = name, fold, put, observe, at_once, end
        self._lanes: dict[Any, Lane] = {}
        self._here = 0  # the weight of all chunks
        self._room, self._pressed = asyncio.Event(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, stream: Any) -> None:
        """The body of the agent."""
        stream.enable_acks = False
        async for event in stream.events():
            while self._here >= IN_FLIGHT * self.at_once:
                self._room.clear()
                await self._room.wait()
            self._here += event.message.weight
            if self._here >= PRESSED * self.at_once:
                self._pressed.set()
            tp = event.message.tp
            if tp not in self._lanes:
                self._lanes[tp] = Lane(self, stream, tp)
            self._lanes[tp].take(event)

    def left(self, events: Sequence[Any]) -> None:
        """These are not here any more."""
        self._here -= sum(event.message.weight for event in events)
        self._room.set()
        if self._here < PRESSED * self.at_once:
            self._pressed.clear()

    async def gather(self) -> None:
        """Wait for what else is to be saved, unless much is here already."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._pressed.wait(), GATHERED)

    def start(self, work: Coroutine[Any, Any, None], chunk: Chunk) -> None:
        """Do it beside everything else; an error ends the process. `chunk` is named in the log."""
        task = asyncio.create_task(self._guarded(work, chunk))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None], chunk: Chunk) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except BrakePulled as brake:  # nothing of the chunk was published
            log.critical("the brake on dead letters was pulled", **brake.pulled._asdict(), says=str(brake))
            self._end(EXIT_BRAKE)
        except BaseException as error:  # noqa: BLE001 - see the module's rule
            place = {"topic": chunk.topic, "partition": chunk.partition, "offset": chunk.offset}
            log.critical("chunk failed", stage=self.name, **place, error=spoken(error), at=traceback.format_tb(error.__traceback__))
            self._end(EXIT_BUG)


class Lane:
    """One partition: what waits to be worked on, and what has been and is not durable yet."""

    def __init__(self, lanes: Lanes, stream: Any, tp: Any) -> None:
        self._lanes, self._stream, self._tp = lanes, stream, tp
        self._waiting: deque[Any] = deque()  # events
        self._leaving: list[Piece] = []  # outputs that may not be acknowledged yet
        self._unsaved: list[Piece] = []
        self._is_working = self._is_following = self._is_settling = False

    def take(self, event: Any) -> None:
        """Work on it soon."""
        self._waiting.append(event)
        if not self._is_working:
            self._is_working = True
            self._lanes.start(self._work(), event.message)

    async def _work(self) -> None:
        """Until nothing waits. Between two pieces the others have their turn."""
        while self._waiting:
            events = self._next()
            current = [event for event in events if not self._is_overtaken(event.message)]
            for event in events:
                if event not in current:
                    self._stream.app.consumer.drop(event.message)
                    self._lanes.left([event])
            if current:
                records = current[0].value if len(current) == 1 else list(chain.from_iterable(event.value for event in current))
                since = time.monotonic()
                for effects in self._lanes.fold(self._tp, records):
                    self._settle_soon(Piece(self._lanes.put(effects.routed), effects, self._lanes.put), events[0].message)
                    await asyncio.sleep(0)
                self._settle_soon(Piece(events=current, since=since), events[0].message)
        self._is_working = False

    def _next(self) -> list[Any]:
        waiting = self._waiting
        events = [waiting.popleft()]
        weight = events[0].message.weight
        while waiting and weight + waiting[0].message.weight <= self._lanes.at_once:
            events.append(waiting.popleft())
            weight += events[-1].message.weight
        return events

    def _settle_soon(self, piece: Piece, chunk: Chunk) -> None:
        self._unsaved.append(piece)
        if not self._is_settling:
            self._is_settling = True
            self._lanes.start(self._settle(), chunk)
        if piece.effects is not None:
            self._leaving.append(piece)
            if not self._is_following:
                self._is_following = True
                self._lanes.start(self._follow(), chunk)

    async def _follow(self) -> None:
        """See the outputs out, one piece after the other, until all have left: no clock waits for states."""
        while self._leaving:
            leaving, self._leaving = self._leaving, []
            for piece in leaving:
                await piece.leave()
        self._is_following = False

    async def _settle(self) -> None:
        """Make durable what has been worked on, all of it together, until nothing is left."""
        while self._unsaved:
            if any(piece.effects is not None and piece.effects.is_to_be_saved for piece in self._unsaved):
                await self._lanes.gather()
            pieces, self._unsaved = self._unsaved, []
            states = dict.fromkeys(piece.effects.states for piece in pieces if piece.effects is not None)
            changes = [(one, one.take_changes()) for one in states if one is not None]  # nothing that comes later
            for piece in pieces:
                await piece.leave()
            for one, changed in changes:
                await one.save(changed)
            await self._acknowledge(pieces)
        self._is_settling = False

    async def _acknowledge(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            for event in piece.events:
                self._stream.app.consumer.handled(event.message)
                await self._stream.ack(event)
            if piece.events:
                seconds = time.monotonic() - piece.since
                self._lanes.observe(self._lanes.name, self._tp, sum(len(event.value) for event in piece.events), seconds)
                self._lanes.left(piece.events)

    def _is_overtaken(self, chunk: Chunk) -> bool:
        """A rebalance has begun since the chunk was delivered: it will be delivered again, here or elsewhere."""
        app = self._stream.app
        return not app.flow_control.is_active() or chunk.epoch != app.consumer.epoch
