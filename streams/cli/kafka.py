"""What the commands that talk to Kafka share: where it is, and how its topics are called."""

from typing import Annotated

import typer

from schemas.topics import Topics
from streams.settings import Settings

Servers = Annotated[
    str | None, typer.Option("--kafka", metavar="HOST:PORT", help="Bootstrap servers, with commas; left out: REDTHREAD_KAFKA.")
]


def settings_of(kafka: str | None) -> Settings:
    """The settings, with the servers that the command line names."""
    settings = Settings()
    return settings if kafka is None else settings.model_copy(update={"kafka": kafka})


def topics_of(settings: Settings) -> Topics:
    """The topics of this installation."""
    return Topics(settings.kafka_prefix, settings.kafka_partitions, settings.kafka_replication)
