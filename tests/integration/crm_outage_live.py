"""The story of the outage, told: records come in, every partition reports, the keeper of the time ticks, the engine judges and writes to
ClickHouse, and rules across customers are asked of the tables on their schedules, but no more often than the tables are written to.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from schemas.alert import Alert
from schemas.clock import SourceReport
from schemas.dead_letter import DeadLetter
from schemas.touchpoint import Origin
from sinks.clickhouse import Address, ClickHouseSink, Reader
from streams.across.evaluate import Evaluator, Verdict
from streams.across.schedule import Schedule
from streams.bootstrap import customer_stage
from streams.config import load
from streams.core.identity import IdentityRules
from streams.demo.workdays import MINUTE
from streams.engine.embedded import EmbeddedEngine
from streams.engine.faust.metrics import Metrics
from streams.engine.store import MemoryStore
from streams.engine.watermarks import Timekeeper, TimeState, watched
from streams.sources.record import Record
from streams.stages.ingest import Ingest
from tests.integration.crm_outage import LOOK, US, Story, write_company

ASK = 30 * MINUTE  # the tables are written to and asked so often: each time costs more than all of the judging since the last


class Said(NamedTuple):
    """A change of an alert, and when it was published."""

    at: int
    alert: Alert


class Live:
    """The whole company. `said` are the alerts of customers, `across` those of rules across customers."""

    def __init__(self, folder: Path, address: Address) -> None:
        loaded = load(write_company(folder))
        company = loaded.company
        self._sources = {source.input.topic: source for source in company.sources}
        self._ingest = Ingest(company, b"secret")
        self._sink = ClickHouseSink(address)
        self._reader = Reader(address)
        self._engine = EmbeddedEngine(IdentityRules.of(company), customer_stage(company, loaded.court), MemoryStore(), self, partitions=1)
        self._keeper = Timekeeper(watched(company), 1)
        self._state = TimeState()
        self._evaluator, self._schedule = Evaluator(company, self._reader, self._publish), Schedule(company.across)
        self._arrived = dict.fromkeys(self._sources, 0)
        self._newest = dict.fromkeys(self._sources, 0)
        self._now = self._logged = 0
        self.said: list[Said] = []
        self.across: list[Said] = []
        self._unwritten: list[Any] = []
        self.problems: list[Verdict] = []
        self.sales: dict[int, int] = {}  # the wall -> up to when sales is complete, seconds
        self.metrics = Metrics()

    def tell(self, story: Story) -> None:
        """From its beginning to its end."""
        arrivals = iter(story.arrivals())
        waiting = next(arrivals, None)
        for now in range(story.begins + LOOK, story.end + LOOK, LOOK):
            while waiting is not None and waiting.at <= now:
                self._receive(waiting.topic, waiting.at, waiting.raw)
                waiting = next(arrivals, None)
            self._look(now)

    def write(self, _token: str, outputs: Sequence[Any]) -> Sequence[DeadLetter]:
        """What the engine publishes."""
        self.metrics.outputs("customer", outputs)
        self.said += [Said(self._now, output) for output in outputs if isinstance(output, Alert)]
        self._unwritten += outputs
        return []

    def close(self) -> None:
        self._engine.close()
        self._reader.close()
        self._sink.close()

    def _receive(self, topic: str, at: int, raw: bytes) -> None:
        self._logged += 1
        record = Record(Origin(topic, 0, self._logged), raw, recorded_at=at * US, received_at=at * US, logged=self._logged)
        outputs = self._ingest.ingest(self._sources[topic], record)
        self._arrived[topic] = at
        self._newest[topic] = max(self._newest[topic], *(output.message.touchpoint.at for output in outputs))
        self._engine.accept(outputs)

    def _look(self, now: int) -> None:
        """The wall says `now`."""
        self._now = now
        for topic, arrived in self._arrived.items():
            report = SourceReport(topic, 0, 1, now * US, arrived * US, self._newest[topic], True)
            self._state, ticks = self._keeper.hear(self._state, report)
            for tick in ticks:
                self.sales[now] = tick.clock.departments["sales"] // US
                self._engine.tick(tick.clock, commit=self._commit)
        self._commit()
        self._engine.flush()
        if now % ASK == 0:
            self._ask(now)

    def _ask(self, now: int) -> None:
        self._sink.write(str(now), self._unwritten)
        self._unwritten = []
        due = self._schedule.due(now * US)
        verdicts = self._evaluator.evaluate(now * US, due)
        self._schedule.asked(due, now * US)
        self.problems += [verdict for verdict in verdicts if verdict.problem]

    def _publish(self, token: str, changes: Sequence[Alert]) -> None:
        self.across += [Said(self._now, change) for change in changes]
        self._sink.write(token, changes)

    def _commit(self) -> None:
        self._engine.commit("", b"")
