"""An identifier of which far more is said than of any customer is a finding: who is it, a person or a machine?

Everything that rules and journeys need of a customer is kept for as long as the customer stays. A monitoring address that opens a thousand
tickets a day, or a number that every till sends, costs more with every event, and what rules say of it means nothing.
"""

from collections.abc import Mapping

from schemas.alert import Alert
from schemas.state import Held
from streams.core.identity import IdentityRules
from streams.core.identity_alert import Kind, identity_alert

CROWDED_IDENTIFIER = "crowded_identifier"  # the name of the rule
CROWDED = Kind(CROWDED_IDENTIFIER, "1", "warning", "Crowded identifier")


def crowded_identifiers(rules: IdentityRules, touchpoints: Mapping[str, Held], customers: Mapping[str, str | None]) -> dict[str, Alert]:
    """One alert per identifier that more than `rules.crowded` of the touchpoints of its family are attributed to."""
    if len(touchpoints) <= rules.crowded:
        return {}
    times: dict[str, list[int]] = {}
    for touchpoint, skip in touchpoints.values():
        times.setdefault(touchpoint.ids[skip], []).append(touchpoint.at)
    alerts = {}
    for identifier, said in times.items():
        if len(said) > rules.crowded:
            summary = (
                f"More than {rules.crowded:,} touchpoints that matter to rules or journeys say {identifier}: "
                "a machine or many people, not one customer?"
            )
            alert = identity_alert(CROWDED, (identifier,), customers[identifier], sorted(said)[rules.crowded], summary)
            alerts[alert.alert_id] = alert
    return alerts
