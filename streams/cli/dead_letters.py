"""`redthread dead-letters list`: input that could not be used, with the reason; its bytes only on request, because they may be personal."""

from typing import Annotated, get_args

import typer

from schemas.dead_letter import Reason
from streams.cli.filters import Where, choice
from streams.cli.opened import opened
from streams.cli.options import DATA_FOLDER, Data, Json, Limit, Server, Shape, examples, shape
from streams.cli.output import Format, err, print_rows

COLUMNS = ("received_at", "reason", "field", "message", "source", "topic", "partition", "offset")
REASONS: tuple[str, ...] = get_args(Reason)
EPILOG = examples(
    "redthread dead-letters list",
    "redthread dead-letters list --reason bad_time --source shop-orders",
    "redthread dead-letters list --show-payload --format json",
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    letters = typer.Typer(help="Input that could not be used.", no_args_is_help=True)
    letters.callback()(lambda: None)
    letters.command("list", epilog=EPILOG)(listing)
    app.add_typer(letters, name="dead-letters")


def listing(
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    reason: Annotated[list[str] | None, typer.Option("--reason", help=f"{', '.join(REASONS)}.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Of this source.")] = None,
    show_payload: Annotated[bool, typer.Option("--show-payload", help="Also the original bytes; they may be personal data.")] = False,
    limit: Limit = 50,
    format: Shape = Format.table,
    json: Json = False,
) -> None:
    """Input that could not be used, newest first: which record, which field, and why."""
    columns = (*COLUMNS, "payload") if show_payload else COLUMNS
    with opened(data, clickhouse) as look:
        where = Where()
        where.add("reason IN {reason:Array(String)}", reason=choice(reason, REASONS, "--reason"))
        where.add("source = {source:String}", source=source)
        order = "ORDER BY received_at DESC, topic, partition, offset"
        rows = look.rows(f"SELECT {', '.join(columns)} FROM dead_letters{where} {order} LIMIT {limit + 1}", **where.values)
    print_rows(columns, rows[:limit], shape(format, json))
    if len(rows) > limit:
        err.print(f"there are more than {limit}; --limit shows more", style="dim")
