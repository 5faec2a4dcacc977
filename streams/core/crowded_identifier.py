"""An identifier of which far more is said than of any customer is a finding: who is it, a person or a machine?

Everything that rules and journeys need of a customer is kept for as long as the customer stays. A monitoring address that opens a thousand
tickets a day, or a number that every till sends, costs more with every event, and what rules say of it means nothing.
"""

from collections.abc import Mapping

from schemas.alert import Alert
from schemas.ids import alert_id
from schemas.state import Held
from streams.core.identity import IdentityRules

CROWDED_IDENTIFIER = "crowded_identifier"  # the name of the rule
VERSION = "1"  # counts up when the content below changes


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
            alert = _alert(identifier, customers[identifier], rules.crowded, sorted(said)[rules.crowded])
            alerts[alert.alert_id] = alert
    return alerts


def _alert(identifier: str, customer: str | None, limit: int, since: int) -> Alert:
    return Alert(
        alert_id=alert_id(CROWDED_IDENTIFIER, (identifier,), ""),
        rule=CROWDED_IDENTIFIER,
        rule_version=VERSION,
        status="open",
        level="broken",
        severity="warning",
        customer_id=customer,
        matter="",
        journey="",
        key=(identifier,),
        starts_at=since,
        title="Crowded identifier",
        summary=f"More than {limit:,} touchpoints that matter to rules or journeys say {identifier}: a machine or many people, not one customer?",
        identifiers=(identifier,),
    )
