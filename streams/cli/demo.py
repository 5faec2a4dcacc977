"""`redthread demo`: a simulated company whose journeys break in known ways, through the embedded pipeline, and what was found of it."""

import typer


def register(app: typer.Typer) -> None:
    """Nothing yet."""
