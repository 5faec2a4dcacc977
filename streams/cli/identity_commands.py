"""`redthread identity what-if | link | unlink | distinct A B`: say who is who, and see first whom that would touch."""

from typing import Annotated, Literal

import typer
from rich.text import Text

from schemas.command import DISTINCT, LINKED, UNLINKED, Command
from streams.cli.opened import Opened, opened
from streams.cli.options import DATA_FOLDER, Company, Data, Json, Server, examples
from streams.cli.output import Format, complain, err, out, print_json, print_rows, say
from streams.cli.say import By, Note, Place, To, microseconds, noted, now, speaker
from streams.cli.what_if import Radius, document, radius
from streams.core.shared_identifier import WHY

One = Annotated[str, typer.Argument(metavar="A", help="An identifier: crm_id:C-17, anna@example.org, a hash as the timeline shows it.")]
Other = Annotated[str, typer.Argument(metavar="B", help="Another one.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Statement = Literal["link", "unlink", "distinct"]

TYPES: dict[Statement, str] = {"link": LINKED, "unlink": UNLINKED, "distinct": DISTINCT}
MEANS: dict[Statement, str] = {
    "link": "are one customer",
    "unlink": "were wrongly linked: what linked them up to now does not count",
    "distinct": "are never one customer, whatever links them",
}
UNFELT: dict[Statement, str] = {
    "link": "they are one already",
    "unlink": "nothing but this link is taken back, and it does not hold them together",
    "distinct": "they are apart already",
}
KNOWN = "SELECT identifier, shared FROM identifiers WHERE identifier IN {identifiers:Array(String)} ORDER BY identifier"


def register(identity: typer.Typer) -> None:
    """Add the commands."""
    identity.command("what-if", epilog=examples("redthread identity what-if link crm_id:C-17 anna@example.org"))(what_if)
    for statement in TYPES:
        _register(identity, statement)


def _register(identity: typer.Typer, statement: Statement) -> None:
    def state(
        a: One,
        b: Other,
        note: Note = "",
        by: By = None,
        yes: Yes = False,
        data: Data = DATA_FOLDER,
        clickhouse: Server = None,
        company: Company = None,
        kafka: To = None,
        json: Json = False,
    ) -> None:
        who, at = speaker(by), now()
        with opened(data, clickhouse, company) as look:
            one, other = _two(look, a, b)
            found = radius(look, TYPES[statement], one, other, microseconds(at))
            if not json:
                _show(statement, one, other, found)
            if not yes and not typer.confirm(f"Say that they {MEANS[statement]}?", err=True):
                raise typer.Exit(1)
            command = Command(TYPES[statement], who, microseconds(at), (one, other), attributes=noted(note))
            Place(data, clickhouse, kafka).say(look, [command], json=json)

    state.__doc__ = f"Say that two identifiers {MEANS[statement]}. Shows first whom that touches, and asks."
    identity.command(statement, epilog=examples(f"redthread identity {statement} crm_id:C-17 anna@example.org"))(state)


def what_if(
    statement: Annotated[Statement, typer.Argument(metavar="link|unlink|distinct")],
    a: One,
    b: Other,
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    json: Json = False,
) -> None:
    """Whom a statement about two identifiers would touch; nothing is said."""
    with opened(data, clickhouse, company) as look:
        one, other = _two(look, a, b)
        found = radius(look, TYPES[statement], one, other, microseconds(now()))
    print_json(document(found)) if json else _show(statement, one, other, found)


def _two(look: Opened, a: str, b: str) -> tuple[str, str]:
    one, other = identifier(look, a), identifier(look, b)
    if one == other:
        raise typer.BadParameter(f"{a!r} and {b!r} are the same identifier")
    return one, other


def identifier(look: Opened, text: str) -> str:
    """The identifier that was typed; ends the command (exit code 1) unless it is one that links can hold."""
    rows = look.rows(KNOWN, identifiers=list(dict.fromkeys([text.strip(), *look.identifiers.lookups(text.strip())])))
    if len(rows) == 1 and not rows[0][1]:
        return str(rows[0][0])
    if not rows:
        complain(f"no identifier is known as {text!r}")
    elif len(rows) > 1:
        complain(f"{text!r} may be {' or '.join(row[0] for row in rows)}; write it with its kind")
    else:
        complain(f"{rows[0][0]} is shared by too many to identify anybody: no link holds it")
    raise typer.Exit(1)


def _show(statement: Statement, one: str, other: str, found: Radius) -> None:
    say(Text(f"{one} and {other} {MEANS[statement]}", style="bold"))
    columns = ("", "customer_id", "identifiers", "touchpoints", "open_alerts")
    rows = [(when, *part) for when, parts in (("before", found.before), ("after", found.after)) for part in parts]
    print_rows(columns, rows, Format.table)
    if found.refused is not None:
        err.print(f"the link would be refused: {WHY[found.refused]}", style="yellow", markup=False)
    elif not found.is_felt:
        out.print(f"no customer changes: {UNFELT[statement]}")
