"""What a command about alerts is about: alerts by id, a customer, a matter, or a rule; and through which identifier it is said.

A command about one alert of a customer is said through the identifier that the alert's first event stands under, so that it stays with the alert
should the customer be split one day.
"""

from typing import NamedTuple

import typer

from schemas.command import ALERT
from schemas.nearest import nearest
from sinks.clickhouse.rows import NOBODY
from streams.cli.identity_findings import FINDINGS
from streams.cli.opened import Opened
from streams.cli.output import complain
from streams.cli.who import find, the_one

ONE = """
SELECT toString(alert_id), rule, status, summary, toString(customer_id), toString(anchor), key
FROM alerts WHERE startsWith(toString(alert_id), {id:String}) ORDER BY alert_id LIMIT 2
"""
ANCHOR = """
SELECT identifier FROM identifiers
WHERE customer_id = {customer:UUID} AND identifier_id IN (SELECT attributed_id FROM timeline WHERE event_id = {event:UUID})
"""
MEMBERS = "SELECT identifier FROM identifiers WHERE customer_id = {customer:UUID} ORDER BY first_seen, identifier"
RULES = "SELECT DISTINCT toString(rule) FROM alerts"


class Target(NamedTuple):
    """Whom a command names, and what of it."""

    known: tuple[str, ...]  # empty: it concerns everybody
    refs: tuple[tuple[str, str], ...] = ()
    shown: str = ""  # for people
    status: str = ""  # of the alert


def alert(look: Opened, name: str) -> Target:
    """The alert with this id, or with the only one that begins so; ends the command (exit code 1) when there is none or more than one."""
    rows = look.rows(ONE, id=name.strip().lower())
    if len(rows) != 1 or not name.strip():
        complain(f"{'no alert has' if not rows else 'more than one alert has'} an id that begins with {name!r}")
        raise typer.Exit(1)
    id, rule, status, summary, customer, anchor, key = rows[0]
    return Target(_through(look, rule, customer, anchor, key), ((ALERT, id),), f"{id[:8]} {rule}: {summary}", status)


def _through(look: Opened, rule: str, customer: str, anchor: str, key: list[str]) -> tuple[str, ...]:
    if customer == NOBODY:
        return ()
    if rule in FINDINGS:
        return (key[0],)
    if anchor == NOBODY:  # of a rule across customers, which hears what is said to everybody
        return ()
    found = [row[0] for row in look.rows(ANCHOR, customer=customer, event=anchor)]
    return (found[0],) if found else member(look, customer)


def member(look: Opened, customer: str) -> tuple[str, ...]:
    """The identifier through which a customer is spoken of: its strongest, of those the one that was seen first."""
    members = [row[0] for row in look.rows(MEMBERS, customer=customer)]
    strength = {kind: place for place, kind in enumerate(look.identifiers.by_strength(look.identifiers.kinds))}
    return (min(members, key=lambda identifier: strength.get(identifier.partition(":")[0], len(strength))),)


def customer(look: Opened, who: str) -> Target:
    """One customer, named as for `timeline`."""
    match = the_one(look, who)
    return Target(member(look, match.customer_id), (), f"customer {match.customer_id}")


def matters(look: Opened, matter: str, who: str | None) -> list[Target]:
    """The matter at every customer who has it, or at the one that is named."""
    kind, colon, ref = matter.partition(":")
    if not (colon and kind.strip() and ref.strip()) or kind in look.identifiers.kinds:
        raise typer.BadParameter(f"{matter!r} is no matter: write its kind and its ref, such as order:4711", param_hint="--matter")
    found = [the_one(look, who).customer_id] if who else [match.customer_id for match in find(look, matter)]
    if not found:
        complain(f"nobody has {matter} on the timeline")
        raise typer.Exit(1)
    name = (kind.strip(), ref.strip())
    return [Target(member(look, one), (name,), f"{':'.join(name)} of customer {one}") for one in found]


def rule(look: Opened, name: str | None) -> str | None:
    """A rule of the company, or one that has alerts; ends the command (exit code 2) for another."""
    if name is None:
        return None
    known = {*look.loaded.company.rules, *(row[0] for row in look.rows(RULES))}
    if name not in known:
        raise typer.BadParameter(f"there is no rule {name!r}{nearest(name, known)}", param_hint="--rule")
    return name
