"""Commands for production on Kafka: topics, worker, ingest, tail."""

import typer

from streams.cli import ingest, tail, topics, worker


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for module in (topics, worker, ingest, tail):
        module.register(app)
