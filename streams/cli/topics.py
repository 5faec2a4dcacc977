"""`redthread topics`: create the topics of an installation, and check them before anything runs."""

from typing import Annotated

import typer

from schemas.strict import InvalidConfiguration
from schemas.topics import Topics
from streams.cli.kafka import Servers, security_of, settings_of, topics_of
from streams.cli.options import Json, examples
from streams.cli.output import Format, err, print_json, print_rows
from streams.engine.admin import Fault, TopicAdmin, faults

EPILOG = examples("redthread topics create --kafka localhost:9092", "redthread topics check", "redthread topics list")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    topics = typer.Typer(help="The topics of an installation.", no_args_is_help=True)
    topics.command("create", epilog=EPILOG)(create)
    topics.command("check", epilog=EPILOG)(check)
    topics.command("list", epilog=EPILOG)(listing)
    app.add_typer(topics, name="topics")


def create(kafka: Servers = None) -> None:
    """Create the topics that do not exist yet; an existing one is never changed. Safe to repeat."""
    settings = settings_of(kafka)
    topics = topics_of(settings)
    with TopicAdmin(settings.kafka, security_of(settings)) as admin:
        fatal = [fault for fault in _faults(admin, topics) if fault.fatal and fault.problem != "does not exist"]
        if fatal:
            raise InvalidConfiguration(_line(fault) for fault in fatal)
        created = admin.create(topics.all(), topics.replication)
    err.print(f"{len(created)} topics created" if created else "every topic is there already")
    for name in created:
        err.print(f"  {name}", markup=False)


def check(kafka: Servers = None, json: Json = False) -> None:
    """Are all topics there, with the right number of partitions and the right configuration? Exit code 1: a worker must not run."""
    settings = settings_of(kafka)
    with TopicAdmin(settings.kafka, security_of(settings)) as admin:
        found = _faults(admin, topics_of(settings))
    if json:
        print_json({"faults": [fault._asdict() for fault in found]})
    else:
        for fault in found:
            err.print(_line(fault), style="red" if fault.fatal else "yellow", markup=False)
        if not found:
            err.print("every topic is as it should be")
    if any(fault.fatal for fault in found):
        raise typer.Exit(1)


def listing(json: Json = False, public: Annotated[bool, typer.Option("--public", help="Only those that others may read.")] = False) -> None:
    """Every topic: name, partitions, configuration, what it holds. Asks no broker."""
    rows = [topic for topic in topics_of(settings_of(None)).all() if topic.public or not public]
    print_rows(
        ("topic", "partitions", "policy", "holds"),
        [(topic.name, topic.partitions, topic.config["cleanup.policy"], topic.holds) for topic in rows],
        Format.json if json else Format.table,
    )


def _faults(admin: TopicAdmin, topics: Topics) -> list[Fault]:
    wanted = list(topics.all())
    return faults(wanted, admin.found(topic.name for topic in wanted))


def _line(fault: Fault) -> str:
    return f"{fault.topic}: {fault.problem}"
