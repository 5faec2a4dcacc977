"""`redthread alerts`: what is broken, newest first; `redthread alerts show ID`: one alert with its evidence and history."""

from collections.abc import Sequence
from typing import Annotated, Any, get_args

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from schemas.alert import Severity, Status
from streams.cli import alert_commands
from streams.cli.filters import Where, choice
from streams.cli.opened import Opened, opened
from streams.cli.options import DATA_FOLDER, Company, Data, Json, Lang, Limit, Server, Shape, Since, examples, shape
from streams.cli.output import Format, complain, err, print_json, print_rows, say, shown
from streams.cli.thread import Break, broken, evidence_of
from streams.cli.times import since as instant_of
from streams.cli.who import the_one

COLUMNS = (
    "starts_at",
    "severity",
    "status",
    "level",
    "rule",
    "summary",
    "matter",
    "responsible",
    "occurrences",
    "ends_at",
    "customer_id",
    "alert_id",
    "said_by",
    "said_until",
)
SHOWN = ("starts_at", "severity", "status", "rule", "responsible", "alert_id", "summary")  # the others are for programs
ID_SHOWN = 8  # characters of an id in a table: enough for `alerts show`
STATUSES: tuple[str, ...] = get_args(Status)
SEVERITIES: tuple[str, ...] = get_args(Severity)
ONE = """
SELECT starts_at, toString(alert_id), rule, title, status, level, severity, responsible, matter, occurrences, ends_at, summary, cause, evidence,
    toString(customer_id), journey, departments, identifiers, key, historical, rule_version, if(empty(successor), '', toString(successor)),
    said_by, said_until
FROM alerts WHERE startsWith(toString(alert_id), {id:String}) ORDER BY alert_id LIMIT 2
"""
FIELDS = (
    *Break._fields[:-1],
    "customer_id",
    "journey",
    "departments",
    "identifiers",
    "key",
    "historical",
    "rule_version",
    "successor",
    "said_by",
    "said_until",
)
HISTORY = """
SELECT version, changed_at, change, status, level, severity, occurrences, cause, if(empty(because), '', toString(because)), summary
FROM alert_changes WHERE alert_id = {id:UUID} ORDER BY version
"""
HISTORY_COLUMNS = ("version", "changed_at", "change", "status", "level", "severity", "occurrences", "cause", "because", "summary")
EPILOG = examples(
    "redthread alerts",
    "redthread alerts --rule silence --severity high --since 7d",
    "redthread alerts --who anna@example.org --format json",
    "redthread alerts show 7f3c2a10",
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    alerts = typer.Typer(help="What is broken, newest first; `alerts show ID` tells the whole story of one.", invoke_without_command=True)
    alerts.callback(epilog=EPILOG)(listing)
    alerts.command("show", epilog=examples("redthread alerts show 7f3c2a10", "redthread alerts show 7f3c2a10 --json"))(show)
    alert_commands.register(alerts)
    app.add_typer(alerts, name="alerts")


def listing(
    context: typer.Context,
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="NAME", help="Of this rule; may be given more than once.")] = None,
    status: Annotated[list[str] | None, typer.Option("--status", help=f"{', '.join(STATUSES)}; left out: all but withdrawn.")] = None,
    severity: Annotated[list[str] | None, typer.Option("--severity", help=f"{', '.join(SEVERITIES)}.")] = None,
    department: Annotated[str | None, typer.Option("--department", help="That has to act.")] = None,
    who: Annotated[str | None, typer.Option("--who", "--customer", metavar="WHO", help="Of one customer, named as for `timeline`.")] = None,
    since: Since = None,
    limit: Limit = 50,
    format: Shape = Format.table,
    json: Json = False,
) -> None:
    """What is broken, newest first."""
    if context.invoked_subcommand is not None:
        return
    with opened(data, clickhouse, company) as look:
        where = Where()
        where.add("rule IN {rule:Array(String)}", rule=rule)
        where.add(
            "status IN {status:Array(String)}", status=choice(status, STATUSES, "--status") or [s for s in STATUSES if s != "withdrawn"]
        )
        where.add("severity IN {severity:Array(String)}", severity=choice(severity, SEVERITIES, "--severity"))
        where.add("responsible = {department:String}", department=department)
        where.add("customer_id = {customer:UUID}", customer=the_one(look, who).customer_id if who else None)
        where.add("starts_at >= {since:DateTime64(6, 'UTC')}", since=instant_of(since, look.zone, look.newest()) if since else None)
        rows = look.rows(f"SELECT {_columns()} FROM alerts{where} ORDER BY starts_at DESC, alert_id LIMIT {limit + 1}", **where.values)
    if shape(format, json) is Format.table:
        print_rows(SHOWN, [_shown(dict(zip(COLUMNS, row, strict=True))) for row in rows[:limit]], Format.table)
    else:
        print_rows(COLUMNS, rows[:limit], shape(format, json))
    if len(rows) > limit:
        err.print(f"there are more than {limit}; --limit shows more", style="dim")


def _shown(alert: dict[str, Any]) -> list[Any]:
    at_risk = ", at risk" if alert["level"] == "at_risk" else ""
    by = f" by {alert['said_by']}" if alert["said_by"] else ""
    until = f" until {alert['said_until']:%Y-%m-%d %H:%M}Z" if alert["said_until"] else ""
    alert |= {"status": alert["status"] + by + until + at_risk, "alert_id": alert["alert_id"][:ID_SHOWN]}
    return [alert[name] for name in SHOWN]


def show(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="The alert's id, or its beginning.")],
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    lang: Lang = "en",
    json: Json = False,
) -> None:
    """One alert: what it rests on, who should do what first, and how it came to be as it is."""
    with opened(data, clickhouse, company) as look:
        rows = look.rows(ONE, id=alert_id.lower())
        if len(rows) != 1:
            complain(f"{'no alert has' if not rows else 'more than one alert has'} an id that begins with {alert_id!r}")
            raise typer.Exit(1)
        found = dict(zip(FIELDS, rows[0], strict=True))
        history = look.rows(HISTORY, id=found["alert_id"])
        found["first_step"] = look.first_step(found["rule"], lang)
        if json:
            print_json(_document(found, history))
        else:
            _print(found, history, look)


def _document(found: dict[str, Any], history: Sequence[Sequence[Any]]) -> dict[str, Any]:
    document = {"starts_at" if name == "at" else name: value for name, value in found.items()}
    return document | {
        "evidence": evidence_of(found["evidence"]),
        "history": [dict(zip(HISTORY_COLUMNS, change, strict=True)) for change in history],
    }


def _print(found: dict[str, Any], history: Sequence[Sequence[Any]], look: Opened) -> None:
    alert = Break(**{name: found[name] for name in Break._fields})
    local = alert.at.astimezone(look.zone)
    say(Text(f"{local:%a} {local.day} {local:%b %Y}", style="bold"))
    say(broken(alert, look.zone))
    about = Table.grid(padding=(0, 2))
    for name in (
        "alert_id",
        "rule",
        "customer_id",
        "matter",
        "journey",
        "departments",
        "identifiers",
        "successor",
        "said_by",
        "said_until",
    ):
        if found[name]:
            about.add_row(Text(name, style="dim"), shown(found[name]))
    say(Padding(about, (1, 0, 1, 2), expand=False))
    for version, changed_at, change, *_, cause, because, summary in history:
        when = changed_at.astimezone(look.zone)
        why = f" because of {cause.replace('_', ' ')}" if cause else ""
        trigger = f" (event {because[:8]})" if because else ""
        say(Text(f"  {version:>3}  {when:%Y-%m-%d %H:%M}  {change}{why}{trigger}: {summary}"))


def _columns() -> str:
    return ", ".join(f"toString({name})" if name.endswith("_id") else name for name in COLUMNS)
