"""The stages as one Faust app: an agent for every topic of a source, one for each keyed stage, and one that keeps the time."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import faust
from faust.types import TP

from schemas.clock import SourceReport
from schemas.command import WALL
from schemas.source import Source
from schemas.topics import TABLES
from streams.core.brake import Watch
from streams.core.identity import IdentityRules
from streams.engine.faust.configuration import Worker
from streams.engine.faust.effects import Fold
from streams.engine.faust.ingest import IngestRunner, Reached
from streams.engine.faust.install import install
from streams.engine.faust.lanes import Lanes
from streams.engine.faust.logic import CustomerLogic, IdentifyLogic, TimeLogic
from streams.engine.faust.metrics import Metrics
from streams.engine.faust.outbox import Item
from streams.engine.faust.reporter import AnyReport, Reporter
from streams.engine.faust.router import Place, Router
from streams.engine.faust.stage import Logic, StageRunner
from streams.engine.faust.table import options
from streams.engine.faust.watchdog import Watchdog
from streams.engine.watermarks import Timekeeper, Watched
from streams.stages.customer import CustomerStage
from streams.stages.ingest import Ingest

RECOVERED_AT_ONCE = 4  # chunks of a changelog that are applied together


class WorkerApp:
    """Everything that runs in one worker. Made once per process: Faust's services cannot be started twice."""

    def __init__(
        self,
        worker: Worker,
        *,
        ingest: Ingest,
        sources: Sequence[Source],
        identity: IdentityRules,
        customers: CustomerStage,
        longest: int,
        watch: Watch | None = None,
    ) -> None:
        self.worker, self.metrics = worker, Metrics()
        self._sources = _by_topic(sources)
        topics = worker.topics
        inputs = {topics.identify: "identify", topics.customer: "customer", topics.time: "time"}
        self.faust = faust.App(topics.app, **worker.faust())
        self.fence = install(self.faust, self._sources, [*inputs, *(topics.changelog(table) for table in TABLES)], worker.chunk)
        self._router = Router(topics)
        self._headers = self._router.headers
        self.reporter = Reporter(self._send)
        self.customer = CustomerLogic(customers, replay=worker.replay)
        timed = [Watched.of(source) for source in sources if source.input.topic and source.department != WALL]
        self._timed = frozenset(watched.topic for watched in timed)
        keeper = Timekeeper(timed, topics.partitions, replay=worker.replay, as_of=worker.as_of)
        self._ingest = IngestRunner(ingest, self._sources, self._router, self.metrics.outputs, longest, watch)
        self._stages: dict[str, StageRunner] = {}
        logics: tuple[Logic, ...] = (IdentifyLogic(identity), self.customer, TimeLogic(keeper))
        for (topic, _), logic in zip(inputs.items(), logics, strict=True):
            self._add_stage(topic, logic)
        for topic in self._sources:
            self._add_agent(topic, "ingest", lambda tp, records: self._ingest.fold(tp.topic, tp.partition, records))
        self.watchdog = Watchdog(self.faust)
        self.beat = time.monotonic()  # when the event loop last came round
        self.settled = False  # as of the last round, for other threads: the first who asks Faust for its consumer makes it
        self.owned = 0  # partitions of inputs
        self.faust.on_partitions_revoked.connect(self._revoked, weak=False)

    def _add_stage(self, topic: str, logic: Logic) -> None:
        partitions = 1 if TABLES[logic.name] else self.worker.topics.partitions
        table = self.faust.Table(
            logic.name,
            key_type=bytes,
            value_type=bytes,
            partitions=partitions,
            recovery_buffer_size=RECOVERED_AT_ONCE,
            standby_buffer_size=RECOVERED_AT_ONCE,
            options=options(),
        )
        runner = StageRunner(
            logic,
            table,
            self._router,
            self.reporter.put,
            self.metrics.outputs,
            lambda number: self.faust.consumer.highwater(TP(topic, number)),
        )
        self._stages[logic.name] = runner
        self._add_agent(topic, logic.name, lambda tp, records: runner.fold(tp.partition, records))

    def _add_agent(self, topic: str, stage: str, fold: Fold) -> None:
        channel = self.faust.topic(topic, key_type=bytes, value_type=bytes)
        lanes = Lanes(stage, fold, self._put, self.metrics.chunk, self.worker.chunk)
        self.faust.agent(channel, name=f"{stage}.{topic}")(lanes.run)

    def _put(self, routed: Mapping[Place, list[Item]]) -> Sequence[asyncio.Future[int]]:
        put, headers = self.faust.producer.put_many, self._headers
        return [put(topic, partition, items, headers.get(topic, [])) for (topic, partition), items in routed.items()]

    async def _send(self, reports: Sequence[AnyReport]) -> None:
        for sent in self._put(self._router.reports(reports)):
            await sent

    async def _revoked(self, *_: Any, **__: Any) -> None:
        self._ingest.forget()
        for runner in self._stages.values():
            runner.forget()

    @property
    def is_settled(self) -> bool:
        """Neither rebalancing nor recovering: the worker does its work."""
        app = self.faust
        return bool(app.consumer.is_connected and app.consumer.assignment() and not app.rebalancing and not app.in_recovery)

    def look(self) -> None:
        """Watch over the engine, and measure it."""
        app, consumer, metrics = self.faust, self.faust.consumer, self.metrics
        if not consumer.is_connected:
            return
        self.watchdog.look()
        metrics.ready.set(self.is_settled)
        metrics.rebalances.set(app.rebalancing_count)
        metrics.recovery.set(app.tables.recovery.active_remaining_total() if app.in_recovery else 0)
        metrics.waiting.set(self.customer.waiting())
        owned = [tp for tp in consumer.assignment() if app.topics.acks_enabled_for(tp.topic)] if self.is_settled else []
        self.owned = len(owned)
        metrics.assigned.set(self.owned)
        metrics.partitions((tp, consumer.lag(tp)) for tp in owned)
        metrics.clocks(self._reports() if self.is_settled else (), time.time_ns() // 1000)

    def report(self) -> None:
        """Say how far the partitions of the sources have come; silent while anything is unsure."""
        if self.is_settled and self.fence.is_safe:
            self.reporter.put(self._reports())

    def _reports(self) -> list[SourceReport]:
        consumer, known = self.faust.consumer, self._ingest.reached
        return [
            (known.get((tp.topic, tp.partition)) or Reached()).report(
                tp.topic, tp.partition, consumer.topic_partitions(tp.topic) or 1, consumer.place(tp)
            )
            for tp in sorted(consumer.assignment())
            if tp.topic in self._timed
        ]


def _by_topic(sources: Sequence[Source]) -> dict[str, list[Source]]:
    found: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sources:
        if source.input.topic:
            found[source.input.topic].append(source)
    return dict(found)
