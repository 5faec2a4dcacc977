"""`redthread identity shared A`: say that an identifier is shared by too many to identify anybody, and see first what that would change."""

import typer
from rich.text import Text

from schemas.command import SHARED, Command
from schemas.ids import identifier_id
from streams.cli.identity_commands import One, Yes, identifier
from streams.cli.opened import Opened, opened
from streams.cli.options import DATA_FOLDER, Company, Data, Json, Server, examples
from streams.cli.output import Format, print_rows, say
from streams.cli.say import By, Note, Place, To, microseconds, noted, now, speaker

# Touchpoints go on to their next identifier; those without one are nobody's.
TOUCHED = """
SELECT toString(customer_id), count() AS touchpoints, countIf(identifiers[-1] != {identifier:String}) AS moving, touchpoints - moving
FROM timeline WHERE attributed_id = {id:UUID} GROUP BY customer_id ORDER BY customer_id
"""
COLUMNS = ("customer_id", "touchpoints", "to_their_next_identifier", "to_nobody")
EPILOG = examples("redthread identity shared monitoring@example.org --note 'opens a ticket per alarm'")


def register(identity: typer.Typer) -> None:
    """Add the command."""
    identity.command("shared", epilog=EPILOG)(shared)


def shared(
    a: One,
    note: Note = "",
    by: By = None,
    yes: Yes = False,
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    kafka: To = None,
    json: Json = False,
) -> None:
    """Say that an identifier identifies nobody: a machine or many people have it. Shows first what that changes, and asks; it is for ever."""
    who, at = speaker(by), now()
    with opened(data, clickhouse, company) as look:
        one = identifier(look, a)
        if not json:
            _show(look, one)
        if not yes and not typer.confirm("Say that it identifies nobody? This cannot be taken back.", err=True):
            raise typer.Exit(1)
        command = Command(SHARED, who, microseconds(at), (one,), attributes=noted(note))
        Place(data, clickhouse, kafka).say(look, [command], json=json)


def _show(look: Opened, one: str) -> None:
    say(Text(f"{one} identifies nobody", style="bold"))
    print_rows(COLUMNS, look.rows(TOUCHED, identifier=one, id=identifier_id(one)), Format.table)
