"""`redthread worker`: the stages on Kafka, until they are told to stop."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from schemas.strict import InvalidConfiguration
from schemas.topics import Topics
from streams.cli.kafka import Servers, security_of, settings_of, topics_of
from streams.cli.options import CompanyFile, examples
from streams.cli.run import NoBrake, moment
from streams.config import Loaded, load
from streams.engine.admin import TopicAdmin, faults
from streams.engine.security import Security

EPILOG = examples(
    "redthread worker --company redthread.yaml --data /var/lib/redthread",
    "REDTHREAD_WORKER=worker-1 redthread worker --kafka kafka-0:9092,kafka-1:9092 --data /data",
    "redthread worker --replay   # history: time is event time, alerts are stored and not delivered",
)
Data = Annotated[
    Path, typer.Option("--data", "-d", metavar="DIR", help="States of this worker; they can be lost, and take a while to be read again.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker", epilog=EPILOG)(worker)


def worker(
    company: CompanyFile = Path("redthread.yaml"),
    kafka: Servers = None,
    data: Data = Path(".redthread-worker"),
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Of this worker; left out: REDTHREAD_WORKER.")] = None,
    replay: Annotated[
        bool,
        typer.Option("--replay", help="Work through history: time is event time, alerts are historical. Without it, go live after that."),
    ] = False,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="TIME", help="Of a replay: close the clocks then: end (the newest event), now, or a time.")
    ] = "end",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of /healthz and /metrics on 127.0.0.1; 0: a free one.")] = 6066,
    host: Annotated[str, typer.Option("--host", help="Where /healthz and /metrics listen.")] = "127.0.0.1",
    chunk: Annotated[int, typer.Option("--chunk", min=1, help="Records worked on at once.")] = 500,
    session: Annotated[float, typer.Option("--session-timeout", min=6, help="Seconds after which a silent worker is replaced.")] = 60.0,
    standbys: Annotated[int, typer.Option("--standbys", min=0, help="Further copies of every state, on other workers.")] = 0,
    no_brake: NoBrake = False,
) -> None:
    """Read the company's topics, keep its customers' states, publish timeline, identity, journeys and alerts.

    SIGTERM ends it in order. Exit codes: 0 stopped, 2 wrong configuration, 3 Kafka does not answer or refuses us, 70 to 72 ended
    itself because it was stuck or had lost its place, 73 too many records became dead letters: nothing of the last ones was acknowledged.
    """
    from streams.app import create_app  # Faust takes half a second to import; no other command needs it
    from streams.engine.faust.configuration import Worker
    from streams.engine.faust.health import serve
    from streams.engine.faust.logs import configure
    from streams.engine.faust.run import run

    settings, loaded = settings_of(kafka), load(company)
    topics = topics_of(settings)
    configure()
    security = security_of(settings)
    preflight(settings.kafka, security, topics, loaded)
    heartbeat = min(3.0, session / 5)
    made = create_app(
        settings,
        loaded,
        Worker(
            servers=settings.kafka,
            security=security,
            topics=topics,
            name=name or settings.worker,
            data=data,
            chunk=chunk,
            replay=replay,
            as_of=moment(as_of, loaded.company) if replay else None,
            standbys=standbys,
            session=session,
            heartbeat=heartbeat,
            rebalance=max(2 * session, 30.0),
        ),
        brake=not no_brake,
    )
    with serve(made, host, port):
        raise typer.Exit(asyncio.run(run(made)))


def preflight(servers: str, security: Security, topics: Topics, loaded: Loaded) -> None:
    """Refuse to start where topics are missing or have another number of partitions."""
    wanted = list(topics.all())
    sources = sorted({source.input.topic for source in loaded.company.sources if source.input.topic})
    with TopicAdmin(servers, security) as admin:
        found = admin.found([*(topic.name for topic in wanted), *sources])
    problems = [f"{fault.topic}: {fault.problem}" for fault in faults(wanted, found) if fault.fatal]
    problems += [f"{name}: the topic of a source does not exist" for name in sources if name not in found]
    if problems:
        raise InvalidConfiguration([*problems, "create them with:  redthread topics create"])
