"""Fit our transport, tables and topics into a Faust app, before it declares any."""

from collections.abc import Iterable
from typing import Any

import faust
from faust.transport.drivers import aiokafka as driver

from streams.engine.faust.consumer import ChunkConsumer
from streams.engine.faust.fence import Fence
from streams.engine.faust.flow import keep_queued_records
from streams.engine.faust.producer import TrackedProducer
from streams.engine.faust.table import BulkTable
from streams.engine.faust.versions import assert_versions
from streams.engine.faust.watchdog import Watchdog


def install(app: faust.App, inputs: Iterable[str], tables: Iterable[str], chunk_size: int) -> None:
    """`inputs` are the topics to be read in chunks, `tables` the names of the tables whose changelogs are."""
    assert_versions()
    keep_queued_records()
    chunked = frozenset(inputs) | {f"{app.conf.id}-{table}-changelog" for table in tables}
    consumer = type("AppConsumer", (ChunkConsumer,), {"chunk_topics": chunked, "chunk_size": chunk_size})
    producer = type("AppProducer", (TrackedProducer,), {"fence": Fence(app.conf.broker_session_timeout)})
    transport = type("AppTransport", (driver.Transport,), {"Consumer": consumer, "Producer": producer})
    app.conf.Topic = _topic_class(chunked)
    app.conf.Table = BulkTable
    app.transport = transport(app.conf.broker_consumer, app)
    app.service(_watchdog_of(app))


def _topic_class(chunked: frozenset[str]) -> type[faust.Topic]:
    class ChunkTopic(faust.Topic):
        """A topic whose events hold a list of raw records: nothing is decoded before the stage does."""

        def _compile_decode(self) -> None:
            if not (self.topics and self.topics[0] in chunked):
                super()._compile_decode()
                return

            async def decode(message: Any, *, propagate: bool = False) -> Any:
                return self.app.create_event(None, message.value, None, message)

            self.decode = decode

    return ChunkTopic


def _watchdog_of(app: faust.App) -> type[Watchdog]:
    class AppWatchdog(Watchdog):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(app)

    return AppWatchdog
