"""`redthread tail`: look at a topic, as JSON, one message a line."""

import sys
from itertools import islice
from typing import Annotated, Any

import msgspec
import typer

from schemas.codec import encode_json
from schemas.topics import KINDS, TABLES, Topics
from streams.cli.kafka import Servers, security_of, settings_of, topics_of
from streams.cli.options import examples
from streams.engine.edges import messages

EPILOG = examples(
    "redthread tail alerts.changes --follow",
    "redthread tail timeline.entries --beginning --limit 10",
    "redthread tail desk.tickets.v1 --beginning",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tail", epilog=EPILOG)(tail)


def tail(
    topic: Annotated[
        str, typer.Argument(metavar="TOPIC", help="A topic of any name, or one of ours without prefix and version: alerts.changes.")
    ],
    kafka: Servers = None,
    beginning: Annotated[bool, typer.Option("--beginning", "-b", help="From the first message on.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until Ctrl-C.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Stop after so many.")] = None,
) -> None:
    """Print messages of a topic with their positions; the internal ones decoded."""
    settings = settings_of(kafka)
    name = name_of(topic, topics_of(settings))
    found = messages(settings.kafka, name, security_of(settings), beginning=beginning, follow=follow or not beginning)
    for message in islice(found, limit):
        sys.stdout.write(line(message).decode() + "\n")
        sys.stdout.flush()


def name_of(topic: str, topics: Topics) -> str:
    """The full name of a topic of ours; any other name is its own."""
    if topic in KINDS:
        return topics.named(topic)
    if topic in TABLES:
        return topics.changelog(topic)
    return topic


def line(message: Any) -> bytes:
    """The message as JSON."""
    key = None if message.key is None else message.key.decode("utf-8", "replace")
    return encode_json(
        {
            "partition": message.partition,
            "offset": message.offset,
            "timestamp": message.timestamp,
            "key": key,
            "value": _value(message.value),
        }
    )


def _value(value: bytes | None) -> Any:
    """JSON as it is, MessagePack decoded, anything else as text."""
    if value is None:
        return None
    try:
        return msgspec.Raw(value) if msgspec.json.decode(value) is not None else None
    except msgspec.DecodeError:
        pass
    try:
        return msgspec.msgpack.decode(value, strict=False)
    except msgspec.DecodeError:
        return value.decode("utf-8", "replace")
