"""`redthread journeys`: the lives of orders, tickets, leads and complaints, newest first."""

from typing import Annotated

import typer

from streams.cli.filters import Where, choice
from streams.cli.opened import opened
from streams.cli.options import DATA_FOLDER, Company, Data, Json, Limit, Server, Shape, Since, examples, shape
from streams.cli.output import Format, err, print_rows
from streams.cli.times import since as instant_of
from streams.cli.who import the_one

COLUMNS = (
    "opened_at", "kind", "ref", "status", "turn", "departments", "handoffs", "bounces", "touches_in", "touches_out", "findings",
    "ended_at", "last_at", "matter", "teams", "repeats", "promises", "reopened", "waits_for", "waiting_seconds", "customer_id", "journey_id",
)  # fmt: skip
ON_A_TERMINAL = 11  # of the columns above; the others are for programs
STATUSES = ("open", "completed", "canceled", "abandoned")
EPILOG = examples(
    "redthread journeys --status open",
    "redthread journeys --kind ticket --since 30d --format csv",
    "redthread journeys --customer crm_id:C-17",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("journeys", epilog=EPILOG)(journeys)


def journeys(
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="order, ticket, lead, complaint, or one of the company's own.")] = None,
    status: Annotated[list[str] | None, typer.Option("--status", help=f"{', '.join(STATUSES)}.")] = None,
    who: Annotated[str | None, typer.Option("--who", "--customer", metavar="WHO", help="Of one customer, named as for `timeline`.")] = None,
    broken: Annotated[bool, typer.Option("--broken", help="Only those on which a rule was broken.")] = False,
    since: Since = None,
    limit: Limit = 50,
    format: Shape = Format.table,
    json: Json = False,
) -> None:
    """The lives of orders, tickets, leads and complaints: where they went, who has the turn, what broke."""
    with opened(data, clickhouse, company) as look:
        where = Where()
        where.add("kind IN {kind:Array(String)}", kind=kind)
        where.add("status IN {status:Array(String)}", status=choice(status, STATUSES, "--status"))
        where.add("customer_id = {customer:UUID}", customer=the_one(look, who).customer_id if who else None)
        where.add("opened_at >= {since:DateTime64(6, 'UTC')}", since=instant_of(since, look.zone, look.newest()) if since else None)
        where.add("notEmpty(findings) = {broken:Bool}", broken=True if broken else None)
        columns = ", ".join(f"toString({name})" if name.endswith("_id") else name for name in COLUMNS)
        rows = look.rows(f"SELECT {columns} FROM journeys{where} ORDER BY opened_at DESC, journey_id LIMIT {limit + 1}", **where.values)
    number = ON_A_TERMINAL if shape(format, json) is Format.table else len(COLUMNS)
    print_rows(COLUMNS[:number], [row[:number] for row in rows[:limit]], shape(format, json))
    if len(rows) > limit:
        err.print(f"there are more than {limit}; --limit shows more", style="dim")
