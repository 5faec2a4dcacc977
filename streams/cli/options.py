"""Options that several commands share, so that they read the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.output import Format
from streams.cli.rule_texts import Language

DATA_FOLDER = Path(".redthread")
COMPANY_FILE = Path("redthread.yaml")

Data = Annotated[Path, typer.Option("--data", "-d", metavar="DIR", help="Folder that `demo` or `run` has filled.")]
Server = Annotated[
    str | None,
    typer.Option(
        "--clickhouse", metavar="URL", help="A ClickHouse server instead of the folder's own: clickhouse://user@host:9000/redthread"
    ),
]
Shape = Annotated[Format, typer.Option("--format", "-f", help="How rows are printed; json is one object a line.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="From this day or time on, or for so long: 2026-03-01, 7d, 12h.")
]
CompanyFile = Annotated[Path, typer.Option("--company", "-c", metavar="FILE", help="The company file, or the folder that it is in.")]
Company = Annotated[
    Path | None, typer.Option("--company", "-c", metavar="FILE", help="The company file; left out: the one that the data were made with.")
]
Lang = Annotated[Language, typer.Option("--lang", help="Language of the sentences for people.")]


def shape(format: Format, json: bool) -> Format:
    """`--json` is short for `--format json`."""
    return Format.json if json else format


def examples(*lines: str) -> str:
    """The epilog of a command's help: what one would type."""
    return "\n".join(["[bold]Examples[/bold]", *(f"  {line.replace('[', chr(92) + '[')}" for line in lines)])
