"""Commands for production on Kafka: topics, worker, ingest, tail."""

import typer

from streams.cli import ingest, sink, tail, topics, worker


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for module in (topics, worker, ingest, tail, sink):
        module.register(app)
