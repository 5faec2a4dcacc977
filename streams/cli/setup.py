"""Commands for setting up and diagnosis: check, schema export, doctor, clickhouse."""

import typer

from streams.cli import check, clickhouse, doctor, schema


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for module in (check, schema, doctor, clickhouse):
        module.register(app)
