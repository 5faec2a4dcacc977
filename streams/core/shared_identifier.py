"""A link that was refused is a finding too: two customers share something that only one of them can own.

Nothing is silent: somebody mistyped a loyalty number, a family shares a phone, or two records of one person want merging.
"""

from collections.abc import Mapping

from schemas.alert import Alert
from schemas.ids import alert_id
from streams.core.identity import IdentityRules, Refusal, ends

SHARED_IDENTIFIER = "shared_identifier"  # the name of the rule
VERSION = "1"  # counts up when the content below changes
WHY: dict[Refusal, str] = {
    "unique": "each belongs to another identifier of a kind that a customer has only one of",
    "distinct": "somebody said that these are two customers",
    "size": "together they would have more identifiers than one customer can have",
}


def shared_identifiers(
    rules: IdentityRules,
    customers: Mapping[str, str | None],
    refused: Mapping[str, Refusal],
    links: Mapping[str, tuple[int, int]],
) -> dict[str, Alert]:
    """One alert per refused link, for the customer of its stronger end."""
    alerts = {}
    for key, why in refused.items():
        identifiers = rules.order_ids(ends(key))
        alert = _alert(identifiers, customers[identifiers[0]], why, links[key][0])
        alerts[alert.alert_id] = alert
    return alerts


def _alert(identifiers: tuple[str, ...], customer: str | None, why: Refusal, first_seen: int) -> Alert:
    return Alert(
        alert_id=alert_id(SHARED_IDENTIFIER, identifiers, ""),
        rule=SHARED_IDENTIFIER,
        rule_version=VERSION,
        status="open",
        level="broken",
        severity="info",
        customer_id=customer,
        matter="",
        journey="",
        key=identifiers,
        starts_at=first_seen,
        title="Shared identifier",
        summary=f"{identifiers[0]} and {identifiers[1]} were seen together, but {WHY[why]}.",
        identifiers=identifiers,
    )
