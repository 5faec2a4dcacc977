"""`redthread doctor`: is everything here that a pipeline needs, and does what came in look right?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from streams.cli.diagnosis import Check, machine_checks
from streams.cli.diagnosis_data import data_checks
from streams.cli.options import COMPANY_FILE, DATA_FOLDER, Json, Server, examples
from streams.cli.output import print_json, say
from streams.folder import DataFolder

MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}
EPILOG = examples(
    "redthread doctor",
    "redthread doctor --company deploy/examples/minimal --data .redthread data/*.csv",
    "redthread doctor --json | jq 'select(.level != \"ok\")'",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", epilog=EPILOG)(doctor)


def doctor(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH…]", help="Input files or folders: which source reads each of them?", show_default=False),
    ] = None,
    company: Annotated[
        Path | None,
        typer.Option("--company", "-c", metavar="FILE", help="The company file; left out: the data folder's, or ./redthread.yaml."),
    ] = None,
    data: Annotated[Path, typer.Option("--data", "-d", metavar="DIR", help="Folder that `demo` or `run` has filled.")] = DATA_FOLDER,
    clickhouse: Server = None,
    json: Json = False,
) -> None:
    """Check the machine, the company file, the data and what came in; every line says what to do. Exit code 1 when something fails."""
    folder = DataFolder(data)
    path = company or (folder.company() if folder.exists else COMPANY_FILE)
    checks = [*machine_checks(folder, path), *data_checks(folder, clickhouse, path, files or [])]
    if json:
        print_json([check._asdict() for check in checks])
    else:
        _print(checks)
    if any(check.level == "fail" for check in checks):
        raise typer.Exit(1)


def _print(checks: list[Check]) -> None:
    lines = Table.grid(padding=(0, 2))
    for check in checks:
        mark, style = MARKS[check.level]
        lines.add_row(Text(mark, style=style), Text(check.name, style="bold"), Text(check.message))
        if check.remedy:
            lines.add_row("", "", Text(f"→ {check.remedy}", style=style))
    say(lines)
