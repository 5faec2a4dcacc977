"""Commands that look and change nothing: timeline, alerts, journeys, contact, identity, sql, dead-letters."""

import typer

from streams.cli import alerts, contact, dead_letters, identity, journeys, sql, timeline


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for module in (timeline, alerts, journeys, contact, identity, sql, dead_letters):
        module.register(app)
