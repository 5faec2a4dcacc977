"""`redthread canary`: a synthetic customer has a bad time in every source; does the alert come?"""

import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import structlog
import typer
from msgspec import structs

from schemas.source import Source
from schemas.strict import InvalidConfiguration
from sinks.clickhouse import parse
from streams.canary.plan import Left, Planner
from streams.canary.watch import Verdict, Waiting, wait
from streams.canary.ways import Embedded, OnKafka, Way
from streams.cli.kafka import Servers, security_of, settings_of, topics_of
from streams.cli.options import DATA_FOLDER, CompanyFile, Json, examples
from streams.cli.output import complain, out, print_json
from streams.cli.sink import LOCALHOST
from streams.config import Loaded, load
from streams.core.calendar import duration
from streams.folder import DataFolder
from streams.sources.backwards import Unfit

log = structlog.get_logger("redthread.canary")


def register(app: typer.Typer) -> None:
    app.command(
        "canary",
        epilog=examples(
            "redthread canary --clickhouse clickhouse://redthread@clickhouse:9000/redthread",
            "redthread canary --source desk --source shop --within 2m --json",
            "redthread canary --into exports/ --data .redthread",
            "redthread canary --every 15m   # for ever, with metrics on 127.0.0.1:9111",
        ),
    )(canary)


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
    """One company and a way to go; a round at a time."""

    def __init__(self, loaded: Loaded, secret: bytes, way: Way, names: Sequence[str], within: float) -> None:
        self._way, self._within, able = way, within, way.sources(loaded.company)
        self._sources = [source for source in able if not names or source.source in names]
        unknown = [name for name in names if name not in {source.source for source in able}]
        if unknown or not able:
            who = [f"its source {name} has" for name in unknown] or ["each of its sources has"]
            raise InvalidConfiguration([f"{loaded.path}: {one} no topic to send to (with --into: no files)" for one in who])
        self._planner = Planner(loaded.company, secret)

    def round(self) -> tuple[list[Verdict], list[Left]]:
        """Send, and wait. Raises `ConnectionError` where a server is away."""
        now = time.time_ns() // 1000
        with self._way.opened() as there:
            sent = [self._send(source, now) for source in self._sources]
            waiting = [one for some in sent if not isinstance(some, Left) for one in some]
            return wait(waiting, there, self._within), [one for one in sent if isinstance(one, Left)]

    def _send(self, source: Source, now: int) -> list[Waiting] | Left:
        plan = self._planner.plan(source, now)
        if isinstance(plan, Left):
            return plan
        try:
            return [Waiting(one, self._way.send(one, source), time.monotonic()) for one in plan]
        except Unfit as problem:
            return Left(source.source, str(problem))


def way_of(kafka: str | None, clickhouse: str | None, into: Path | None, data: Path) -> tuple[Way, bytes]:
    """The way that the options name, and the key of the identifier hashes there."""
    settings = settings_of(kafka)
    if into is not None:
        if not into.is_dir():
            raise InvalidConfiguration([f"--into: {into}: there is no such folder"])
        folder = DataFolder(data)
        folder.company()
        return Embedded(into, folder), folder.secret(settings)
    secret = settings.identifier_secret()
    if clickhouse is None:
        raise InvalidConfiguration(["--clickhouse: is missing: where do the alerts arrive? (--into DIR for redthread run --follow)"])
    if secret is None:
        raise InvalidConfiguration(["REDTHREAD_SECRET: is not set; it must be the key that the workers hash identifiers with"])
    return OnKafka(settings.kafka, security_of(settings), topics_of(settings), parse(clickhouse, password=settings.password())), secret


def canary(
    clickhouse: Annotated[
        str | None, typer.Option("--clickhouse", metavar="URL", envvar="REDTHREAD_CLICKHOUSE", help="clickhouse://user@host:9000/redthread")
    ] = None,
    company: CompanyFile = Path("redthread.yaml"),
    kafka: Servers = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="NAME", help="Only this one; may be given more than once.")
    ] = None,
    within: Annotated[str, typer.Option("--within", metavar="DURATION", help="So soon everything must be there.")] = "5m",
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="DIR", help="Not to topics, but as files into this folder, which `redthread run --follow` reads."),
    ] = None,
    data: Annotated[Path, typer.Option("--data", "-d", metavar="DIR", help="With --into: the data folder of that run.")] = DATA_FOLDER,
    every: Annotated[str | None, typer.Option("--every", metavar="DURATION", help="Again and again, until SIGTERM; with metrics.")] = None,
    json: Json = False,
    metrics_port: Annotated[int, typer.Option("--metrics-port", help="With --every, on localhost; 0: not at all.")] = 9111,
    metrics_host: Annotated[str, typer.Option("--metrics-host", help="Serve the metrics on this address instead.")] = LOCALHOST,
) -> None:
    """Send a ping-pong and an unanswered question through every source, and wait for their alerts in ClickHouse.

    The customers are synthetic: identifiers and ids begin with canary-, touchpoints have the attribute `canary`, alerts are of severity info
    and their titles begin with Canary. Exit codes: 0 everything has arrived, 1 something has not (which, and how far it got), 3 no server.
    """
    loaded = load(company)
    way, secret = way_of(kafka, clickhouse, into, data)
    made = Canary(loaded, secret, way, source or [], _seconds("--within", within))
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
