"""The workload on our engine: a small pure stage, run by what runs the stages of a worker (chunks, lanes, states, tracked sends)."""

import asyncio
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import faust
from msgspec import Struct, json

from schemas.codec import decoder
from schemas.topics import Topics
from streams.engine import collector
from streams.engine.faust.configuration import Worker
from streams.engine.faust.encoders import PlainEncoder
from streams.engine.faust.install import install
from streams.engine.faust.lanes import Lanes
from streams.engine.faust.outbox import Item
from streams.engine.faust.stage import StageRunner
from streams.engine.faust.table import options
from streams.stages.step import Step
from tests.bench.engines.kafka_side import Raised
from tests.bench.engines.workload import PARTITIONS

RUN, OUTPUT = os.environ["BENCH_RUN"], os.environ["BENCH_OUTPUT"]


class Event(Struct, gc=False):
    """What the stage needs of an event."""

    event_id: str
    customer_id: str
    team: str
    occurred_at: str
    seq: int


class Held(Struct, array_like=True, frozen=True, gc=False):
    """Who has the customer, since when, who had it before, and how many events there were."""

    before: str = ""
    team: str = ""
    since: str = ""
    count: int = 0


NOBODY = Held()
_encode = json.Encoder().encode


class PingPong:
    """The stage, as `StageRunner` wants it."""

    name = "held"
    hands_over = False

    def __init__(self) -> None:
        self._decode = json.Decoder(Event).decode
        self.state = decoder(Held).decode

    def message(self, record: Any) -> tuple[str, Any]:
        event = self._decode(record.value)
        return event.customer_id, event

    def process(self, state: Held | None, event: Event, position: int) -> Step[Held]:
        held = state or NOBODY
        if event.team == held.team:
            return Step(Held(held.before, held.team, held.since, held.count + 1))
        after = Held(held.team, event.team, event.occurred_at, held.count + 1)
        if event.team != held.before:
            return Step(after)
        return Step(after, (Raised(event.customer_id, event.seq, held.before, held.team, held.since, event.occurred_at, event.event_id),))

    def encoder(self) -> PlainEncoder:
        return PlainEncoder()

    def opened(self, number: int, saved: Any) -> None:
        pass

    def kept(self, number: int, key: str, state: Any) -> None:
        pass

    def wake(self, number: int, tick: Any) -> Sequence[str]:
        return ()

    def evaluate(self, key: str, state: Any, tick: Any, position: int, end: int | None) -> Step[Held]:
        return Step(state)


class AlertRouter:
    """Alerts stay in the partition of their customer."""

    def route(self, number: int, outputs: Iterable[Raised]) -> dict[tuple[str, int], list[Item]]:
        items: list[Item] = [(alert.customer_id.encode(), _encode(alert)) for alert in outputs]
        return {(OUTPUT, number): items} if items else {}

    def reports(self, reports: Iterable[Any]) -> dict[tuple[str, int], list[Item]]:
        return {}


def app_of(worker: Worker) -> Any:
    """The Faust app with the one stage."""
    app: Any = faust.App(RUN, **worker.faust())
    source = os.environ["BENCH_INPUT"]
    install(app, [source], [f"{RUN}-{PingPong.name}-changelog"], worker.chunk)

    def put(routed: Mapping[tuple[str, int], list[Item]]) -> Sequence[asyncio.Future[int]]:
        return [app.producer.put_many(topic, partition, items) for (topic, partition), items in routed.items()]

    table = app.Table(PingPong.name, key_type=bytes, value_type=bytes, partitions=PARTITIONS, options=options())
    runner = StageRunner(PingPong(), table, AlertRouter(), lambda _reports: None, lambda _stage, _outputs: None, lambda _number: None)
    lanes = Lanes(PingPong.name, lambda tp, records: runner.fold(tp.partition, records), put, lambda *_: None, worker.chunk)
    app.agent(app.topic(source, key_type=bytes, value_type=bytes), name=PingPong.name)(lanes.run)
    return app


async def main() -> None:
    topics = Topics(RUN, PARTITIONS, 1)
    chunk = int(os.environ.get("BENCH_CHUNK", Worker.chunk))
    app = app_of(
        Worker(
            os.environ["BENCH_SERVERS"],
            topics,
            RUN,
            Path(os.environ["BENCH_FOLDER"]),
            chunk=chunk,
            commit=float(os.environ["BENCH_COMMIT"]),
        )
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with collector.kept_away():  # as in a worker
        starting = asyncio.create_task(app.start())
        await stop.wait()
        await app.stop()
        await starting


if __name__ == "__main__":
    asyncio.run(main())
