"""A link that was refused is a finding too: two customers share something that only one of them can own.

Nothing is silent: somebody mistyped a loyalty number, a family shares a phone, or two records of one person want merging.
"""

from collections.abc import Mapping

from schemas.alert import Alert
from streams.core.identity import IdentityRules, Refusal, ends
from streams.core.identity_alert import Kind, identity_alert

SHARED_IDENTIFIER = "shared_identifier"  # the name of the rule
SHARED = Kind(SHARED_IDENTIFIER, "1", "info", "Shared identifier")
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
        summary = f"{identifiers[0]} and {identifiers[1]} were seen together, but {WHY[why]}."
        alert = identity_alert(SHARED, identifiers, customers[identifiers[0]], links[key][0], summary)
        alerts[alert.alert_id] = alert
    return alerts
