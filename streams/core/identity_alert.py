"""What identity itself reports is an alert like any other, but it hangs on identifiers and not on an event."""

from typing import NamedTuple

from schemas.alert import Alert, Severity
from schemas.ids import alert_id


class Kind(NamedTuple):
    """One thing that identity reports; the version counts up when the content of its alerts changes."""

    rule: str
    version: str
    severity: Severity
    title: str


def identity_alert(kind: Kind, identifiers: tuple[str, ...], customer: str | None, since: int, summary: str) -> Alert:
    """One alert about these identifiers, for the customer of the first one."""
    return Alert(
        alert_id=alert_id(kind.rule, identifiers, ""),
        rule=kind.rule,
        rule_version=kind.version,
        status="open",
        level="broken",
        severity=kind.severity,
        customer_id=customer,
        matter="",
        journey="",
        key=identifiers,
        starts_at=since,
        title=kind.title,
        summary=summary,
        identifiers=identifiers,
    )
