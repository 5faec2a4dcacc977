"""The truth: the embedded engine over the very records that are on the topics, undisturbed, into a database beside the other one."""

import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from schemas.clock import Clock
from schemas.source import Source
from sinks.clickhouse import Address, ClickHouseSink, connect, migrate
from streams.bootstrap import customer_stage
from streams.config import Loaded
from streams.core.identity import IdentityRules
from streams.engine.edges import messages
from streams.engine.embedded import EmbeddedEngine
from streams.engine.faust.records import record_of
from streams.engine.store import MemoryStore
from streams.stages.ingest import Ingest

EPOCH = 10_000  # records


def judge(loaded: Loaded, sources: Mapping[str, Source], servers: str, address: Address, secret: str) -> int:
    """Fill the database of `address`; how many records there were."""
    company = loaded.company
    client = connect(address)
    migrate(client, address.database)
    client.disconnect()
    sink, ingest = ClickHouseSink(address), Ingest(company, secret.encode())
    engine = EmbeddedEngine(IdentityRules.of(company), customer_stage(company, loaded.court), MemoryStore(), sink)
    records = 0
    for number, epoch in enumerate(_epochs(_all(sources, servers))):
        for source, message in epoch:
            record = record_of(source, message, company.max_record)
            if record is not None:
                engine.accept(ingest.ingest(source, record))
        engine.settle()
        engine.commit(f"oracle:{number}", b"")
        records += len(epoch)
    engine.tick(Clock(time.time_ns() // 1000), commit=lambda: engine.commit(f"oracle:{time.time_ns()}", b""))
    engine.commit("oracle:end", b"")
    engine.close()
    sink.refresh()
    sink.close()
    return records


def _all(sources: Mapping[str, Source], servers: str) -> Iterator[tuple[Source, Any]]:
    for topic, source in sources.items():
        for message in messages(servers, topic, beginning=True):
            yield source, message


def _epochs(found: Iterable[tuple[Source, Any]]) -> Iterator[list[tuple[Source, Any]]]:
    rest = iter(found)
    while epoch := list(islice(rest, EPOCH)):
        yield epoch
