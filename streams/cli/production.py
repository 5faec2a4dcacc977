"""Commands for production on Kafka: topics, worker, ingest, tail, sink, watch, canary."""

import typer

from streams.cli import canary, ingest, sink, tail, topics, watch, worker


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for module in (topics, worker, ingest, tail, sink, watch, canary):
        module.register(app)
