"""WHO: whatever a person has at hand (an order, an e-mail address, a customer id) leads to customers.

A plain value is normalised and hashed as ingest does it, so that the look-up needs no table of plain values.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import typer

from sinks.clickhouse.rows import NOBODY
from streams.cli.opened import Opened
from streams.cli.output import Format, complain, print_rows

WHO = typer.Argument(
    metavar="WHO",
    help="An order, ticket or lead (order:4711 or 4711), an e-mail address, a phone number, any identifier (crm_id:C-17), a customer id.",
)


class Match(NamedTuple):
    """A customer, and through what it was found."""

    customer_id: str
    through: str


BY_IDENTIFIER = "SELECT toString(customer_id), identifier FROM identifiers WHERE identifier IN {identifiers:Array(String)}"
BY_REF = """
SELECT DISTINCT toString(customer_id), concat(kind, ':', {ref:String})
FROM timeline ARRAY JOIN mapKeys(refs) AS kind, mapValues(refs) AS found
WHERE has(found, {ref:String}) AND (kind = {kind:String} OR {kind:String} = '')
"""
BY_ID = """
SELECT toString(customer_id), 'customer id' FROM identifiers WHERE customer_id = {id:UUID}
UNION DISTINCT SELECT toString(customer_id), 'customer id' FROM timeline WHERE customer_id = {id:UUID} OR event_id = {id:UUID}
UNION DISTINCT SELECT toString(customer_id), 'alert id' FROM alerts WHERE alert_id = {id:UUID}
"""
ABOUT = """
SELECT toString(customer_id), identifiers, touchpoints, open_alerts, last_seen FROM customers
WHERE customer_id IN {customers:Array(UUID)} ORDER BY last_seen DESC
"""


def find(opened: Opened, who: str) -> list[Match]:
    """Every customer that `who` may mean, once each; whoever is shared by too many is nobody."""
    who = who.strip()
    found = [Match(*row) for row in _rows(opened, who)]
    return [
        Match(customer, through)
        for customer, through in {match.customer_id: match.through for match in reversed(found)}.items()
        if customer != NOBODY
    ]


def the_one(opened: Opened, who: str) -> Match:
    """The customer that `who` means; ends the command (exit code 1) when there is none or more than one."""
    matches = find(opened, who)
    if len(matches) == 1:
        return matches[0]
    if not matches:
        kinds = ", ".join(opened.identifiers.by_strength(opened.identifiers.kinds))
        complain(f"nobody is known as {who!r}: it is no customer id, no identifier ({kinds}) and no ref on the timeline")
        if not opened.has_secret:
            complain("personal identifiers need the key that the data were made with: set REDTHREAD_SECRET or REDTHREAD_SECRET_FILE")
    else:
        complain(f"{who!r} leads to {len(matches)} customers; name one of them by its id")
        through = {match.customer_id: match.through for match in matches}
        rows = opened.rows(ABOUT, customers=list(through))
        print_rows(
            ("customer_id", "identifiers", "touchpoints", "open_alerts", "last_seen", "through"),
            [(*row, through[row[0]]) for row in rows],
            Format.table,
        )
    raise typer.Exit(1)


def _rows(opened: Opened, who: str) -> Sequence[Sequence[str]]:
    identifier = _uuid(who)
    if identifier is not None:
        rows = opened.rows(BY_ID, id=identifier)
        if rows:
            return rows
    kind, colon, ref = who.partition(":")
    rows = opened.rows(BY_IDENTIFIER, identifiers=list(opened.identifiers.lookups(who)))
    if colon and kind not in opened.identifiers.kinds:
        return [*rows, *opened.rows(BY_REF, kind=kind, ref=ref.strip())]
    return [*rows, *opened.rows(BY_REF, kind=kind if colon else "", ref=ref.strip() if colon else who)]


def _uuid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None
