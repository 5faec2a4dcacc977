"""`redthread sql`: any read-only query over the views; the server itself refuses everything that writes."""

import sys
from typing import Annotated

import typer

from streams.cli.opened import opened_server
from streams.cli.options import DATA_FOLDER, Data, Json, Server, Shape, examples, shape
from streams.cli.output import Format, print_rows

EPILOG = examples(
    "redthread sql \"SELECT rule, count() FROM alerts WHERE status != 'withdrawn' GROUP BY rule ORDER BY 2 DESC\"",
    'redthread sql "SELECT * FROM journeys WHERE kind = {kind:String}" --param kind=order --format csv',
    "redthread sql --json < report.sql",
    "redthread sql \"SELECT name, comment FROM system.tables WHERE database = currentDatabase() AND engine = 'View'\"",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sql", epilog=EPILOG)(sql)


def sql(
    query: Annotated[
        str | None, typer.Argument(metavar="[QUERY]", help="Left out or -: read from standard input.", show_default=False)
    ] = None,
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="NAME=VALUE", help="The value of {NAME:Type} in the query; may be given more than once."),
    ] = None,
    format: Shape = Format.table,
    json: Json = False,
) -> None:
    """Ask the tables: timeline, customers, journeys, alerts, identifiers and the other views. Read only."""
    text = sys.stdin.read() if query is None or query == "-" else query
    if not text.strip():
        raise typer.BadParameter("there is no query: give one as an argument or on standard input", param_hint="QUERY")
    values = dict(_parameter(given) for given in param or ())
    with opened_server(data, clickhouse) as reader:
        answer = reader.query(text, values)
        print_rows([column.name for column in answer.columns], answer.rows, shape(format, json))


def _parameter(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals or not name.isidentifier():
        raise typer.BadParameter(f"{given!r} is not NAME=VALUE", param_hint="--param")
    return name, value
