"""What the tests of alerts are told: the rules of a company, touchpoints, findings, and the alerts that they make."""

from schemas.company import JourneySpec
from schemas.rule import Rule
from schemas.touchpoint import Touchpoint
from streams.core.alerts import AlertBook
from streams.core.rules.court import Judgement
from streams.core.rules.finding import Finding

MINUTE = 60_000_000
HOUR = 60 * MINUTE
MARCH_4 = 1_772_582_400_000_000  # 4 March 2026 00:00 UTC
ASKED = {"what": "contact.inbound", "at_most": 1}
RULES = {
    name: Rule.model_validate(rule)
    for name, rule in {
        "ping_pong": {
            "title": "Handed back and forth", "who": "service", "per": "ref.ticket",
            "pingpong": {"what": "ticket.assigned", "holder": "team", "times": 2},
        },
        "late": {
            "title": "Not delivered by the promised day", "severity": "high", "who": "offline", "per": "ref.order",
            "expect": {"after": "order.placed", "then": "parcel.delivered", "by": "due_at"},
        },
        "advertised": {
            "title": "Advertising into an open complaint", "who": "marketing", "per": "customer",
            "forbid": {"what": "campaign.sent", "after": "complaint.opened"},
        },
        "repeats": {"title": "Customer must say the same thing again", "per": ["matter", "facts"], "limit": ASKED | {"each": "team"}},
        "too_many": {"title": "Too many contacts", "per": ["customer", "channel"], "limit": ASKED},
        "churned": {
            "title": "Churn after a broken journey", "severity": "critical", "per": "customer",
            "forbid": {"what": "contract.canceled", "after": "alert.late.opened"},
        },
    }.items()
}  # fmt: skip
JOURNEYS = {
    "order": JourneySpec(opens="order.placed"),
    "ticket": JourneySpec(opens="ticket.opened"),
    "complaint": JourneySpec(ref="ticket", opens="complaint.opened"),
}


def book(rules=RULES, **named):
    return AlertBook(rules, JOURNEYS, timezone="Europe/Berlin", named=named)


def at(minutes, type, event_id="", **rest):
    return Touchpoint(
        event_id=event_id or f"{type}@{minutes}", type=type, at=MARCH_4 + minutes * MINUTE, source=rest.pop("source", "desk"),
        department=rest.pop("department", "service"), ids=rest.pop("ids", ("crm_id:1",)), **rest,
    )  # fmt: skip


def finding(rule, *evidence, hits=None, key=(), level="broken", since=None, until=None, size=1, anchor=None, behind=()):
    hits = evidence if hits is None else hits
    since = hits[0].at if since is None else since
    return Finding(
        rule=rule, key=key, anchor=anchor or hits[0].event_id, level=level, since=since, until=until,
        hits=tuple((t.event_id, t.at) for t in hits), evidence=frozenset([*(t.event_id for t in evidence), *behind]), size=size,
    )  # fmt: skip


def judged(*findings, held=(), **matters):
    return Judgement(findings=findings, wakes=(), held=held, matters=matters)


def alerts(judgement, *touchpoints, links=()):
    found = book().alerts("anna", {t.event_id: t for t in touchpoints}, judgement, links)
    assert all(name == alert.alert_id for name, alert in found.items())
    return list(found.values())


def summaries(*args, **more):
    return [alert.summary for alert in alerts(*args, **more)]


A = at(560, "ticket.assigned", "a", team="returns desk", refs={"ticket": ("9",)})
B = at(600, "ticket.assigned", "b", team="billing", department="finance", refs={"ticket": ("9",)})
C = at(660, "ticket.assigned", "c", team="returns desk", refs={"ticket": ("9",)})
PLACED = at(480, "order.placed", "o", department="online", refs={"order": ("17",)})
DUE = MARCH_4 + 23 * HOUR
