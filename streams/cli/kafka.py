"""What the commands that talk to Kafka share: where it is, how it is spoken to, and how its topics are called."""

from typing import Annotated

import typer

from schemas.strict import InvalidConfiguration
from schemas.topics import Topics
from streams.engine.security import Security
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


def security_of(settings: Settings) -> Security:
    """How Kafka is spoken to. Raises `InvalidConfiguration` for certificates that cannot be used."""
    password, key_password = settings.kafka_passwords()
    found = Security(
        protocol=settings.kafka_security,
        mechanism=settings.kafka_mechanism,
        user=settings.kafka_user,
        password=password,
        authorities=settings.kafka_ca_file,
        certificate=settings.kafka_certificate_file,
        key=settings.kafka_key_file,
        key_password=key_password,
    )
    try:
        _ = found.context
    except OSError as error:
        raise InvalidConfiguration([f"REDTHREAD_KAFKA_CA_FILE, _CERTIFICATE_FILE, _KEY_FILE: {error}"]) from None
    return found
