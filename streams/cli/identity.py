"""`redthread identity show WHO`: which identifiers are one customer, since when, and which links were not believed."""

from typing import Annotated, Any

import typer
from rich.text import Text

from sinks.clickhouse.rows import NOBODY
from streams.cli import identity_commands, identity_shared
from streams.cli.opened import Opened, opened
from streams.cli.options import DATA_FOLDER, Company, Data, Json, Server, examples
from streams.cli.output import Format, print_json, print_rows, say
from streams.cli.who import WHO, the_one
from streams.core.shared_identifier import SHARED_IDENTIFIER

MEMBERS = """
SELECT identifier, first_seen, changes FROM identifiers WHERE customer_id = {customer:UUID} ORDER BY first_seen, identifier
"""
# Identifiers that stand on one event with a member and belong elsewhere all the same: links that were refused or taken back, and toxic ones.
BESIDE = """
SELECT other.identifier, toString(other.customer_id), other.shared, count(), min(occurred_at), max(occurred_at)
FROM
(
    SELECT arrayJoin(identifiers) AS identifier, occurred_at
    FROM customer_timeline(customer = {customer:UUID}, since = toDateTime64('1900-01-01 00:00:00', 6, 'UTC'))
) AS event
INNER JOIN identifiers AS other ON other.identifier = event.identifier
WHERE other.customer_id != {customer:UUID}
GROUP BY other.identifier, other.customer_id, other.shared
ORDER BY other.identifier
"""
REFUSED = """
SELECT key[1], key[2], starts_at, summary FROM alerts
WHERE rule = {rule:String} AND status NOT IN ('resolved', 'withdrawn') AND hasAny(key, {members:Array(String)})
ORDER BY starts_at, alert_id
"""
CHANGES = """
SELECT identifier, version, toString(customer_id), written_at FROM identity_changes
WHERE identifier_id IN (SELECT identifier_id FROM identity_members WHERE customer_id = {customer:UUID})
ORDER BY written_at, identifier, version
"""
EPILOG = examples("redthread identity show crm_id:C-17", "redthread identity show anna@example.org --json")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    identity = typer.Typer(help="Who is who: identifiers, customers, links.", no_args_is_help=True)
    identity.callback()(lambda: None)
    identity.command("show", epilog=EPILOG)(show)
    identity_commands.register(identity)
    identity_shared.register(identity)
    app.add_typer(identity, name="identity")


def show(
    who: Annotated[str, WHO],
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    json: Json = False,
) -> None:
    """The identifiers of one customer, those beside it that are not part of it and why, and how it came together."""
    with opened(data, clickhouse, company) as look:
        document = read(look, the_one(look, who).customer_id)
    if json:
        print_json(document)
        return
    say(Text(f"Customer {document['customer_id']}", style="bold"))
    _section("Identifiers", document["identifiers"])
    _section("Links that were not believed", document["refused"])
    _section("On the same events, but not this customer", document["beside"])
    _section("Changes", document["changes"])


def read(look: Opened, customer: str) -> dict[str, Any]:
    """What is known of the customer's identity."""
    members = ("identifier", "first_seen", "changes")
    known = look.rows(MEMBERS, customer=customer)
    refused = look.rows(REFUSED, rule=SHARED_IDENTIFIER, members=[row[0] for row in known])
    changes = ("identifier", "version", "customer_id", "written_at")
    return {
        "customer_id": customer,
        "identifiers": [dict(zip(members, row, strict=True)) for row in known],
        "refused": [dict(zip(("identifier", "other", "since", "why"), row, strict=True)) for row in refused],
        "beside": [
            {
                "identifier": name,
                "why": why(shared),
                "customer_id": None if other == NOBODY else other,
                "events": events,
                "first_at": first,
                "last_at": last,
            }
            for name, other, shared, events, first, last in look.rows(BESIDE, customer=customer)
        ],
        "changes": [
            dict(zip(changes, (*row[:2], None if row[2] == NOBODY else row[2], row[3]), strict=True))
            for row in look.rows(CHANGES, customer=customer)
        ],
    }


def why(shared: bool) -> str:
    """Why an identifier on the customer's own events is not part of it."""
    return "shared by too many to identify anybody" if shared else "the link was refused or taken back"


def _section(title: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        say(Text(f"\n{title}", style="bold"))
        print_rows(tuple(rows[0]), [tuple(row.values()) for row in rows], Format.table)
