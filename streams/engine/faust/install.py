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


def install(app: faust.App, sources: Iterable[str], others: Iterable[str], chunk_size: int) -> Fence:
    """All topics are read in chunks: those of the sources, whose progress is reported, and the others, changelogs too.

    Returns the fence of the app's producer.
    """
    assert_versions()
    keep_queued_records()
    placed = frozenset(sources)
    topics, fence = placed | frozenset(others), Fence(app.conf.broker_session_timeout)
    named = {"__module__": "faust.transport"}  # what Faust logs about them is Faust's
    settings = {"chunk_topics": topics, "placed_topics": placed, "chunk_size": chunk_size, "fence": fence}
    consumer = type("AppConsumer", (ChunkConsumer,), {**settings, **named})
    producer = type("AppProducer", (TrackedProducer,), {"fence": fence, **named})
    transport: Any = type("AppTransport", (driver.Transport,), {"Consumer": consumer, "Producer": producer})
    app.conf.Topic = _topic_class(topics)
    app.conf.Table = BulkTable
    app.transport = transport(app.conf.broker_consumer, app)
    app.producer_transport = transport(app.conf.broker_producer, app)
    return fence


def _topic_class(chunked: frozenset[str]) -> type[Any]:
    class ChunkTopic(faust.Topic):  # type: ignore[misc]
        """A topic whose events hold a list of raw records: nothing is decoded before the stage does."""

        def _compile_decode(self) -> None:
            if not (self.topics and self.topics[0] in chunked):
                super()._compile_decode()
                return

            async def decode(message: Any, **_: Any) -> Any:
                return self.app.create_event(None, message.value, None, message)

            self.decode = decode

    return ChunkTopic
