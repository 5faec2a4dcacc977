"""Commands for production on Kafka: topics, worker, ingest, tail, sink, watch."""

import typer

from streams.cli import ingest, sink, tail, topics, watch, worker


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for module in (topics, worker, ingest, tail, sink, watch):
        module.register(app)
