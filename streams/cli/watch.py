"""`redthread watch`: rules across customers, asked of ClickHouse on their schedules."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import structlog
import typer

from schemas.alert import Alert
from schemas.company import Company
from schemas.envelope import HEADERS, seal
from schemas.strict import InvalidConfiguration
from streams.cli.kafka import security_of, settings_of, topics_of
from streams.cli.options import CompanyFile, Json, examples
from streams.cli.output import Format, err, print_json, print_rows
from streams.cli.run import moment
from streams.cli.sink import Server
from streams.config import load
from streams.core.calendar import US, instant
from streams.settings import Settings

if TYPE_CHECKING:
    from sinks.clickhouse import Address
    from streams.across.evaluate import Publish, Verdict

LONGEST = 60.0  # seconds of one sleep
COLUMNS = ("rule", "findings", "opened", "updated", "resolved", "withdrawn", "opened_in_30_days", "budget", "problem")

log = structlog.get_logger("redthread.watch")

Kafka = Annotated[
    str | None,
    typer.Option("--kafka", metavar="HOST:PORT", help="Publish to the alerts topic there; left out: write to ClickHouse directly."),
]
Until = Callable[[], bool]
Wait = Callable[[Until], bool]  # until the tables hold what has arrived by now


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "watch",
        epilog=examples(
            "redthread watch --kafka kafka:9092 --clickhouse clickhouse://redthread@clickhouse:9000/redthread",
            "redthread watch --once --clickhouse clickhouse://redthread@localhost:9000/redthread",
            "redthread watch --once --as-of 2026-04-05 --json",
        ),
    )(watch)


def watch(
    server: Server,
    company: CompanyFile = Path("redthread.yaml"),
    kafka: Kafka = None,
    once: Annotated[bool, typer.Option("--once", help="Ask every rule once, and end.")] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            help="With --once: ask as of then: end (the newest event), now, or a time; its alerts are historical.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Ask the rules across customers (`across:` in the company file) on their schedules, and publish alerts whenever an answer changes.

    Safe to kill and to run twice: ids and versions are made of what the tables say. With --kafka it asks only when workers and sinks
    have caught up, so that our own delay is not taken for the silence of a source. --once ends with 1 when a rule could not be asked.
    """
    found, settings = load(company).company, Settings()
    if as_of is not None and not once:
        raise InvalidConfiguration(["--as-of: needs --once; for ever there is only now"])
    with _evaluator(found, settings, server, kafka) as (evaluate, wait, refresh):
        if once:
            now = _now()
            _ = wait(lambda: False)
            refresh()
            _show(evaluate(now if as_of is None else moment(as_of, found), None, as_of is not None), json)
        else:
            _for_ever(found, evaluate, wait)


Evaluate = Callable[[int | None, Sequence[str] | None, bool], "tuple[Verdict, ...]"]  # None: as of the newest event


@contextmanager
def _evaluator(company: Company, settings: Settings, server: str, kafka: str | None) -> Iterator[tuple[Evaluate, Wait, Callable[[], None]]]:
    from sinks.clickhouse import ClickHouseSink, Reader, parse
    from streams.across.ask import newest
    from streams.across.evaluate import Evaluator

    address = parse(server, password=settings.password())
    with ExitStack() as stack:
        publish, wait = stack.enter_context(_to_kafka(company, kafka)) if kafka is not None else (None, _at_once)
        sink = ClickHouseSink(address, on_retry=lambda retry: log.warning("clickhouse does not take alerts", error=retry.error))
        stack.callback(sink.close)
        reader = stack.enter_context(Reader(address))
        evaluator = Evaluator(company, reader, publish or sink.write)

        def evaluate(now: int | None, names: Sequence[str] | None, historical: bool) -> "tuple[Verdict, ...]":
            return evaluator.evaluate(newest(reader) if now is None else now, names, historical=historical)

        yield evaluate, wait, lambda: sink.insist(lambda: _refreshed(address))


def _refreshed(address: "Address") -> None:
    """Have the views computed that are as old as an hour else."""
    from sinks.clickhouse import connect, refresh_rollups

    client = connect(address)
    try:
        refresh_rollups(client, address.database)
    finally:
        client.disconnect()


def _at_once(_until: Until) -> bool:
    return True


@contextmanager
def _to_kafka(company: Company, servers: str) -> "Iterator[tuple[Publish, Wait]]":
    from streams.engine.edges import sender
    from streams.engine.reach import Reach

    settings = settings_of(servers)
    topics = topics_of(settings)
    alerts = topics.named("alerts.changes")

    def publish(_token: str, changes: Sequence[Alert]) -> None:
        with sender(settings.kafka, security_of(settings)) as send:  # few: each time a connection that ends when all of it is acknowledged
            for change in changes:
                key, value = seal(change)
                send(alerts, key=key, value=value, headers=list(HEADERS))

    sources = [source.input.topic for source in company.sources if source.input.topic]
    with Reach(settings.kafka, topics, sources, security_of(settings)) as reach:
        yield publish, lambda until: reach.wait(until, lambda why: log.debug("waiting", why=why))


def _for_ever(company: Company, evaluate: Evaluate, wait: Wait) -> None:
    from sinks.clickhouse.errors import UNANSWERED
    from streams.across.schedule import Schedule
    from streams.engine.faust.logs import configure

    configure()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    schedule = Schedule(company.across)
    log.info("started", rules=sorted(company.across))
    while not stop.is_set():
        now = _now()
        try:
            if wait(stop.is_set):
                due = schedule.due(now)
                _log(evaluate(now, due, False))
                schedule.asked(due, now)
        except (ConnectionError, *UNANSWERED) as error:
            log.warning("not asked", error=str(error))
        stop.wait(min((schedule.next(_now()) - _now()) / US, LONGEST))
    log.info("stopped")


def _log(verdicts: "Sequence[Verdict]") -> None:
    for verdict in verdicts:
        if verdict.problem:
            log.error("rule was not asked", rule=verdict.rule, problem=verdict.problem)
        for alert in verdict.changes:
            log.info("alert", rule=alert.rule, change=alert.change, key=list(alert.key), alert=alert.alert_id, version=alert.version)
        if not verdict.within_budget:
            log.warning("over its budget", rule=verdict.rule, opened=verdict.opened, budget=verdict.budget)


def _show(verdicts: "Sequence[Verdict]", json: bool) -> None:
    rows = [_row(verdict) for verdict in verdicts]
    if json:
        print_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    else:
        print_rows(COLUMNS[:-1], [row[:-1] for row in rows], Format.table)
        for verdict in verdicts:
            if verdict.problem:
                err.print(f"not asked: {verdict.rule}: {verdict.problem}", style="red", markup=False)
    if any(verdict.problem for verdict in verdicts):
        raise typer.Exit(1)


def _row(verdict: "Verdict") -> tuple[Any, ...]:
    changes = [sum(alert.change == change for alert in verdict.changes) for change in ("opened", "updated", "resolved", "withdrawn")]
    return (verdict.rule, verdict.findings, *changes, verdict.opened, verdict.budget, verdict.problem)


def _now() -> int:
    return instant(datetime.now(UTC))
