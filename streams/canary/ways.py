"""The two ways that records can take: topics, workers and a sink; or a folder that `redthread run --follow` reads."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from schemas.company import Company
from schemas.source import Source
from schemas.topics import Topics
from sinks.clickhouse import Address, EmbeddedServer, Reader, ServerError
from sinks.clickhouse.errors import GONE, UnknownTable, sentence
from streams.canary.drop import drop
from streams.canary.plan import Planned
from streams.canary.watch import Installation, Position
from streams.engine.admin import TopicAdmin
from streams.engine.edges import delivered
from streams.engine.security import Security
from streams.folder import DataFolder

EVENTS = """
SELECT DISTINCT toString(event_id) FROM timeline
WHERE event_id IN {ids:Array(UUID)} AND occurred_at >= {oldest:DateTime64(6, 'UTC')}
"""
ALERTS = "SELECT toString(alert_id), argMax(status, version) FROM alert_changes WHERE alert_id IN {ids:Array(UUID)} GROUP BY alert_id"
LETTERS = "SELECT message FROM dead_letters WHERE topic = {topic:String} AND (partition, offset) IN {places:Array(Tuple(UInt32, UInt64))}"


class Tables:
    """See `streams.canary.watch.Tables`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def events(self, event_ids: Collection[str], oldest: int) -> set[str]:
        start = datetime.fromtimestamp(oldest // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        return {row[0] for row in self._rows(EVENTS, ids=list(event_ids), oldest=start)}

    def alerts(self, alert_ids: Collection[str]) -> Mapping[str, str]:
        return {row[0]: row[1] for row in self._rows(ALERTS, ids=list(alert_ids)) if row[1] != "withdrawn"}

    def letters(self, positions: Collection[Position]) -> Sequence[str]:
        topic = next(iter(positions))[0]
        return [row[0] for row in self._rows(LETTERS, topic=topic, places=[position[1:] for position in positions])]

    def _rows(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        try:
            return self._reader.query(sql, values).rows
        except UnknownTable:  # the first sink is still making them: nothing has arrived
            return iter(())


class Way(Protocol):
    """How records are sent, and where their alerts are looked for."""

    def sources(self, company: Company) -> tuple[Source, ...]:
        """Those that this way can be gone with."""

    def send(self, one: Planned, source: Source) -> list[Position]:
        """Where the records are now. Raises `ConnectionError`, and `Unfit` where they cannot be written."""

    def opened(self) -> Any:
        """A context with the `Installation`."""


class OnKafka(NamedTuple):
    """Through the topics of the sources."""

    servers: str
    security: Security
    topics: Topics
    clickhouse: Address

    def sources(self, company: Company) -> tuple[Source, ...]:
        return tuple(source for source in company.sources if source.input.topic)

    def send(self, one: Planned, source: Source) -> list[Position]:
        records = [(source.input.topic, one.name.encode(), record) for record in one.records]
        return delivered(self.servers, records, self.security)

    @contextmanager
    def opened(self) -> Iterator[Installation]:
        with _reading(self.clickhouse) as tables:
            yield Installation(tables, self._committed, self.topics.app)

    def _committed(self) -> Mapping[tuple[str, int], int]:
        with TopicAdmin(self.servers, self.security) as admin:
            return admin.committed(self.topics.app)


class Embedded(NamedTuple):
    """Into a folder that a `redthread run --follow` with this data folder reads."""

    into: Path
    data: DataFolder

    def sources(self, company: Company) -> tuple[Source, ...]:
        return tuple(source for source in company.sources if source.input.files)

    def send(self, one: Planned, source: Source) -> list[Position]:
        path = drop(source, self.into, one.name, one.records)
        return [(path.name, 0, number) for number in range(len(one.records))]

    @contextmanager
    def opened(self) -> Iterator[Installation]:
        with EmbeddedServer(self.data.clickhouse) as address, _reading(address) as tables:
            yield Installation(tables, dict, "")


@contextmanager
def _reading(address: Address) -> Iterator[Tables]:
    try:
        with Reader(address) as reader:
            yield Tables(reader)
    except (ServerError, *GONE) as error:
        raise ConnectionError(sentence(error)) from error
