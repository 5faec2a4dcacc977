"""`redthread sink`: the public topics into ClickHouse, for ever; several processes share the partitions."""

import signal
import socket
import threading
from collections.abc import Iterable
from typing import Annotated

import structlog
import typer

from sinks.clickhouse import Retry
from streams.cli.kafka import Servers, security_of, settings_of, topics_of
from streams.cli.options import examples

SESSION = 45_000  # milliseconds until the group gives the partitions of a process that died to another
FOR_EVER = 86_400_000  # milliseconds between two polls: ClickHouse may be away for longer than the client thinks right; heartbeats go on
MESSAGES_AT_ONCE = 5_000
FETCH_BYTES = 200_000
FETCH_WAIT = 100  # milliseconds until a fetch returns with less: a broker works per fetch
QUIET = 4  # a row waits for no more than a quarter of its time if nothing else comes
URGENT = 20  # an alert waits a twentieth of the time that a row of the timeline may wait for company
LOCALHOST = "127.0.0.1"

log = structlog.get_logger("redthread.sink")

Server = Annotated[
    str, typer.Option("--clickhouse", metavar="URL", envvar="REDTHREAD_CLICKHOUSE", help="clickhouse://user@host:9000/redthread")
]
Instance = Annotated[
    str,
    typer.Option("--instance", metavar="NAME", help="Name of this process among its like: it gets its partitions back after a restart."),
]
Port = Annotated[int, typer.Option("--metrics-port", help="Prometheus metrics are served here, on localhost; 0: not at all.")]
Host = Annotated[str, typer.Option("--metrics-host", help="Serve the metrics on this address instead; they hold no personal data.")]
Linger = Annotated[
    float,
    typer.Option(
        "--linger",
        min=0.05,
        help="Write at the latest so many seconds after a message was read, and after a quarter of that if no other comes; alerts after a twentieth.",
    ),
]


def register(app: typer.Typer) -> None:
    app.command(
        "sink",
        epilog=examples(
            "redthread sink --kafka kafka:9092 --clickhouse clickhouse://redthread@clickhouse:9000/redthread",
            "REDTHREAD_CLICKHOUSE_PASSWORD_FILE=/run/secrets/clickhouse redthread sink --instance sink-1",
        ),
    )(sink)


class Metrics:
    """What the sink tells Prometheus."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        self._tries = 0  # since a batch was taken
        self._written = Counter("redthread_sink_messages", "Messages written", ["topic"], registry=self.registry)
        self._rejected = Counter("redthread_sink_rejected", "Messages that became dead letters", ["topic"], registry=self.registry)
        self._lag = Gauge("redthread_sink_lag", "Messages that wait in Kafka", ["topic", "partition"], registry=self.registry)
        self._troubles = Counter("redthread_sink_kafka_troubles", "Times that Kafka did not answer", registry=self.registry)
        self._seconds = Histogram("redthread_sink_insert_seconds", "Time until a batch was in", ["topic"], registry=self.registry)
        self._waiting = Gauge(
            "redthread_sink_waiting", "Tries since ClickHouse last took a batch; 0: it takes them", registry=self.registry
        )

    def wrote(self, topic: str, messages: int, rejected: int, seconds: float) -> None:
        self._written.labels(topic).inc(messages)
        self._rejected.labels(topic).inc(rejected)
        self._seconds.labels(topic).observe(seconds)
        self._waiting.set(0)
        if self._tries:
            log.info("clickhouse takes batches again", tries=self._tries)
            self._tries = 0

    def behind(self, topic: str, partition: int, messages: int) -> None:
        self._lag.labels(topic, str(partition)).set(messages)

    def troubled(self, error: Exception) -> None:
        """The broker does not answer; nothing is lost, what was not committed is read again."""
        self._troubles.inc()
        log.warning("kafka does not answer", error=str(error))

    def waiting(self, retry: Retry) -> None:
        """ClickHouse does not take the batch; the state is visible until it does."""
        self._waiting.set(retry.attempt)
        self._tries = retry.attempt
        log.warning("clickhouse does not take the batch", attempt=retry.attempt, again_in=round(retry.wait, 1), error=retry.error)


def sink(
    server: Server,
    kafka: Servers = None,
    instance: Instance = "",
    linger: Linger = 2.0,
    metrics_port: Port = 9109,
    metrics_host: Host = LOCALHOST,
) -> None:
    """Write timeline, identity, journeys, alerts and dead letters from Kafka to ClickHouse, each message once in effect.

    What is pending is kept beside the committed offset, so it may be killed at any moment. While ClickHouse is away it waits and says so.
    """
    from kafka.coordinator.assignors.roundrobin import (
        RoundRobinPartitionAssignor,
    )  # the client takes a while to import; only some commands need it
    from prometheus_client import start_http_server

    from sinks.clickhouse import ClickHouseSink, Target, connect, migrate, parse
    from sinks.feed import Feed, Limits, Member, run_together
    from streams.engine import collector
    from streams.engine.connecting import connected
    from streams.engine.faust.logs import configure

    configure()
    settings, metrics = settings_of(kafka), Metrics()
    topics = topics_of(settings)
    address = parse(server, password=settings.password())
    target = Target(database=address.database, user=address.user, password=address.password)
    ClickHouseSink(address, on_retry=metrics.waiting).insist(lambda: migrate(connect(address), target=target))

    def feed(group: str, names: Iterable[str], limits: Limits, fetch: int) -> Feed:
        """One consumer, with a connection of its own."""
        consumer = connected(
            Member,
            settings.kafka,
            security_of(settings),
            group_id=group,
            group_instance_id=instance or f"sink-{socket.gethostname()}",
            partition_assignment_strategy=[RoundRobinPartitionAssignor],  # whole topics are shared too: most have few partitions
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION,
            max_poll_interval_ms=FOR_EVER,
            max_poll_records=MESSAGES_AT_ONCE,
            fetch_min_bytes=fetch,
            fetch_max_wait_ms=FETCH_WAIT,
        )

        def waiting(retry: Retry) -> None:
            metrics.waiting(retry)
            made.measure()

        made = Feed(consumer, ClickHouseSink(address, on_retry=waiting), metrics, limits=limits)
        made.subscribe(names)
        return made

    (others, rows), (alerts, urgent) = topics.sinks.items()
    feeds = (
        feed(others, rows, Limits(seconds=linger, quiet=linger / QUIET), FETCH_BYTES),
        feed(alerts, urgent, Limits(seconds=linger / URGENT), 1),  # an alert does not wait until rows of the timeline are in
    )
    if metrics_port:
        start_http_server(metrics_port, addr=metrics_host, registry=metrics.registry)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("started", topics=sorted(topics.public.values()), clickhouse=address.url)
    with collector.seldom():
        run_together(feeds, stop)
    log.info("stopped")
