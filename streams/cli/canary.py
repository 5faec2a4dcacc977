"""`redthread canary`: a synthetic customer has a bad time in every source; does the alert come?"""

import signal
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from msgspec import structs

from schemas.strict import InvalidConfiguration
from sinks.clickhouse import Reader, ServerError, parse
from sinks.clickhouse.errors import GONE, sentence
from streams.canary.plan import Left, Planned, Planner
from streams.canary.watch import Installation, Position, Verdict, Waiting, wait
from streams.cli.kafka import Servers, security_of, settings_of, topics_of
from streams.cli.options import CompanyFile, Json, examples
from streams.cli.output import complain, instant, out, print_json
from streams.cli.sink import LOCALHOST, Server
from streams.config import Loaded, load
from streams.core.calendar import duration
from streams.engine.admin import TopicAdmin
from streams.engine.edges import delivered
from streams.settings import Settings

EVENTS = """
SELECT DISTINCT toString(event_id) FROM timeline
WHERE event_id IN {ids:Array(UUID)} AND occurred_at >= {oldest:DateTime64(6, 'UTC')}
"""
ALERTS = "SELECT toString(alert_id), argMax(status, version) FROM alert_changes WHERE alert_id IN {ids:Array(UUID)} GROUP BY alert_id"
LETTERS = "SELECT message FROM dead_letters WHERE topic = {topic:String} AND (partition, offset) IN {places:Array(Tuple(UInt32, UInt64))}"

log = structlog.get_logger("redthread.canary")


def register(app: typer.Typer) -> None:
    app.command(
        "canary",
        epilog=examples(
            "redthread canary --clickhouse clickhouse://redthread@clickhouse:9000/redthread",
            "redthread canary --source desk --source shop --within 2m --json",
            "redthread canary --every 15m   # for ever, with metrics on 127.0.0.1:9111",
        ),
    )(canary)


class Tables:
    """See `streams.canary.watch.Tables`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def events(self, event_ids: Collection[str], oldest: int) -> set[str]:
        start = instant(oldest).strftime("%Y-%m-%d %H:%M:%S.%f")
        return {row[0] for row in self._rows(EVENTS, ids=list(event_ids), oldest=start)}

    def alerts(self, alert_ids: Collection[str]) -> Mapping[str, str]:
        return {row[0]: row[1] for row in self._rows(ALERTS, ids=list(alert_ids)) if row[1] != "withdrawn"}

    def letters(self, positions: Collection[Position]) -> Sequence[str]:
        topic = next(iter(positions))[0]
        return [row[0] for row in self._rows(LETTERS, topic=topic, places=[position[1:] for position in positions])]

    def _rows(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        return self._reader.query(sql, values).rows


class Metrics:
    """What the canary tells Prometheus."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge

        self.registry, each = CollectorRegistry(), ["source", "story"]
        self._success = Gauge("redthread_canary_last_success_timestamp_seconds", "When it last arrived", each, registry=self.registry)
        self._delay = Gauge("redthread_canary_delay_seconds", "Until it was there", [*each, "hop"], registry=self.registry)
        self._failures = Counter("redthread_canary_failures", "Times that it did not arrive in time", each, registry=self.registry)
        self._troubles = Counter("redthread_canary_troubles", "Rounds in which a server could not be reached", registry=self.registry)

    def heard(self, verdict: Verdict) -> None:
        labels = verdict.source, verdict.story
        failures = self._failures.labels(*labels)
        if verdict.arrived:
            self._success.labels(*labels).set_to_current_time()
            for hop, seconds in verdict.seconds.items():
                self._delay.labels(*labels, hop).set(seconds)
        else:
            failures.inc()

    def troubled(self, error: Exception) -> None:
        self._troubles.inc()
        log.error("server cannot be reached", error=str(error))


class Canary:
    """One company on one installation; a round at a time."""

    def __init__(self, loaded: Loaded, settings: Settings, clickhouse: str, names: Sequence[str], within: float) -> None:
        secret = settings.identifier_secret()
        if secret is None:
            raise InvalidConfiguration(["REDTHREAD_SECRET: is not set; it must be the key that the workers hash identifiers with"])
        self._sources = [source for source in loaded.company.sources if source.input.topic and source.source in (names or [source.source])]
        unknown = [name for name in names if name not in {source.source for source in self._sources}]
        if unknown or not self._sources:
            raise InvalidConfiguration([f"{loaded.path}: no source {name or ''!r} has a topic" for name in unknown or [""]])
        self._planner = Planner(loaded.company, secret)
        self._settings, self._security, self._topics = settings, security_of(settings), topics_of(settings)
        self._clickhouse, self._within = parse(clickhouse, password=settings.password()), within

    def round(self) -> tuple[list[Verdict], list[Left]]:
        """Send, and wait. Raises `ConnectionError` where a server is away."""
        now = time.time_ns() // 1000
        plans = [self._planner.plan(source, now) for source in self._sources]
        planned = [one for plan in plans if not isinstance(plan, Left) for one in plan]
        with _told(), Reader(self._clickhouse) as reader:
            waiting = [Waiting(one, self._send(one), time.monotonic()) for one in planned]
            there = Installation(Tables(reader), self._committed, self._topics.app)
            return wait(waiting, there, self._within), [plan for plan in plans if isinstance(plan, Left)]

    def _send(self, one: Planned) -> list[Position]:
        records = [(one.topic, one.name.encode(), record) for record in one.records]
        return delivered(self._settings.kafka, records, self._security)

    def _committed(self) -> Mapping[tuple[str, int], int]:
        with TopicAdmin(self._settings.kafka, self._security) as admin:
            return admin.committed(self._topics.app)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (ServerError, *GONE) as error:
        raise ConnectionError(sentence(error)) from error


def canary(
    clickhouse: Server,
    company: CompanyFile = Path("redthread.yaml"),
    kafka: Servers = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="NAME", help="Only this one; may be given more than once.")
    ] = None,
    within: Annotated[str, typer.Option("--within", metavar="DURATION", help="So soon everything must be there.")] = "5m",
    every: Annotated[str | None, typer.Option("--every", metavar="DURATION", help="Again and again, until SIGTERM; with metrics.")] = None,
    json: Json = False,
    metrics_port: Annotated[int, typer.Option("--metrics-port", help="With --every, on localhost; 0: not at all.")] = 9111,
    metrics_host: Annotated[str, typer.Option("--metrics-host", help="Serve the metrics on this address instead.")] = LOCALHOST,
) -> None:
    """Send a ping-pong and an unanswered question through every source's topic, and wait for their alerts in ClickHouse.

    The customers are synthetic: identifiers and ids begin with canary-, touchpoints have the attribute `canary`, alerts are of severity info
    and their titles begin with Canary. Exit codes: 0 everything has arrived, 1 something has not (which, and how far it got), 3 no server.
    """
    settings, loaded = settings_of(kafka), load(company)
    made = Canary(loaded, settings, clickhouse, source or [], _seconds("--within", within))
    if every is not None:
        _go_on(made, _seconds("--every", every), metrics_port, metrics_host)
        return
    verdicts, left = made.round()
    if json:
        print_json({"arrived": [structs.asdict(v) for v in verdicts], "left_out": [one._asdict() for one in left]})
    else:
        _show(verdicts, left)
    if not all(verdict.arrived for verdict in verdicts):
        raise typer.Exit(1)


def _show(verdicts: Sequence[Verdict], left: Sequence[Left]) -> None:
    for verdict in verdicts:
        hops = ", ".join(f"{hop} {seconds} s" for hop, seconds in verdict.seconds.items())
        if verdict.arrived:
            alerts = ", ".join(f"{rule} ({status})" for rule, status in verdict.alerts.items()) or "breaks no rule by itself: timeline only"
            out.print(f"✓ {verdict.source}: {verdict.story}: {hops}: {alerts}", markup=False, soft_wrap=True)
        else:
            complain(f"✗ {verdict.source}: {verdict.story} ({verdict.name}): {verdict.why}")
    for one in left:
        out.print(f"- {one.source}: left out: {one.why}", markup=False, soft_wrap=True)


def _go_on(made: Canary, every: float, port: int, host: str) -> None:
    from prometheus_client import start_http_server

    metrics, stop = Metrics(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if port:
        start_http_server(port, addr=host, registry=metrics.registry)
    while not stop.is_set():
        started = time.monotonic()
        try:
            verdicts, _ = made.round()
        except ConnectionError as error:
            metrics.troubled(error)
            verdicts = []
        for verdict in verdicts:
            metrics.heard(verdict)
            (log.info if verdict.arrived else log.error)("arrived" if verdict.arrived else "missing", **structs.asdict(verdict))
        stop.wait(max(every - (time.monotonic() - started), 0))


def _seconds(option: str, text: str) -> float:
    try:
        return duration(text) / 1e6
    except ValueError:
        raise InvalidConfiguration([f"{option}: {text!r} is no duration such as 90s, 5m or 2h"]) from None
