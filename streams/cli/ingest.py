"""`redthread ingest`: files to Kafka, one message per record, as the worker reads them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from schemas.codec import encode_json
from schemas.dead_letter import DeadLetter
from schemas.envelope import HEADERS, seal
from schemas.strict import InvalidConfiguration
from streams.bootstrap import inputs_of
from streams.cli.kafka import Servers, security_of, settings_of, topics_of
from streams.cli.options import CompanyFile, examples
from streams.cli.output import err
from streams.cli.run import Paths, name_unmatched
from streams.config import load
from streams.core.calendar import US
from streams.engine.edges import sender
from streams.sources.readers import read
from streams.sources.record import Record

EPILOG = examples("redthread ingest exports/", "redthread ingest tickets.csv.gz --to desk.tickets.v1")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ingest", epilog=EPILOG)(ingest)


def ingest(
    paths: Paths,
    company: CompanyFile = Path("redthread.yaml"),
    to: Annotated[str | None, typer.Option("--to", metavar="TOPIC", help="Left out: the topic that the file's source names.")] = None,
    kafka: Servers = None,
) -> None:
    """Send every record of the files to the topic of its source. Safe to repeat: the same record is the same event."""
    loaded, settings = load(company), settings_of(kafka)
    inputs, unmatched = inputs_of(loaded.company, paths)
    name_unmatched(unmatched)
    if not inputs:
        raise InvalidConfiguration([f"{path}: matches the files of no source in {loaded.path}" for path in paths])
    targets = [(given, to or given.source.input.topic) for given in inputs]
    for given, topic in targets:
        if not topic:
            raise InvalidConfiguration([f"{given.path}: its source {given.source.source} names no topic; say where with --to"])
    broken = topics_of(settings).named("ingest.dead-letters")
    received = int(datetime.now(UTC).timestamp() * US)
    with sender(settings.kafka, security_of(settings)) as send:
        for given, topic in targets:
            sent, dead = 0, 0
            for record in read(given.path, given.source, longest=loaded.company.max_record, received_at=received):
                if isinstance(record, DeadLetter):
                    key, value = seal(record)
                    send(broken, key=key, value=value, headers=list(HEADERS))
                    dead += 1
                else:
                    send(topic, value=value_of(record))
                    sent += 1
            err.print(f"{given.path.name}: {sent:,} records to {topic}" + (f", {dead:,} dead letters" if dead else ""), markup=False)


def value_of(record: Record) -> bytes:
    """JSON: as it stood in the file, or the row of a table as an object."""
    return record.raw if record.value is None else encode_json(record.value)
