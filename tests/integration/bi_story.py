"""Six weeks of a small company, made by hand: what docs/views.md asks has answers here that one can count on one's fingers."""

from typing import Any

from schemas.alert import Alert
from schemas.contact import ContactHold, ContactPolicy
from schemas.ids import customer_id
from schemas.journey import Journey
from schemas.plain import Published
from schemas.timeline import TimelineEntry
from tests.integration.published import DAY, MARCH, alert, change, entry, journey, policy

HOUR = DAY // 24
PEOPLE = ("anna", "bea", "carl", "dora", "emil", "fay", "gus")


def touch(who: str, type: str, hours: float, department: str, **fields: Any) -> TimelineEntry:
    name = f"{who} {type} {hours} {sorted(fields.get('refs', {}).items())}"
    at = MARCH + int(hours * HOUR)
    return entry(name, type=type, at=at, recorded_at=at, department=department, ids=(f"email:{who}",), **fields)


TICKET_1 = {"refs": {"ticket": ("1",)}}
TICKET_2 = {"refs": {"ticket": ("2",)}}
HANDED_OVER = (
    touch("anna", "ticket.opened", 0, "service", team="desk", direction="inbound", channel="phone", facts=("serial",), **TICKET_1),
    touch("anna", "ticket.assigned", 1, "service", team="repair", direction="internal", **TICKET_1),
    touch("anna", "ticket.accepted", 3, "service", team="repair", direction="internal", **TICKET_1),
    touch("anna", "contact.inbound", 4, "service", direction="inbound", channel="mail", facts=("serial", "colour"), **TICKET_1),
    touch("anna", "ticket.assigned", 5, "service", team="desk", direction="internal", **TICKET_1),
    touch("anna", "ticket.accepted", 6, "service", team="desk", direction="internal", **TICKET_1),
    touch("anna", "ticket.resolved", 7, "service", direction="outbound", **TICKET_1),
    touch("anna", "survey.sent", 8, "marketing", direction="outbound", **TICKET_1),
    touch("anna", "ticket.reopened", 120, "service", direction="inbound", **TICKET_1),
    touch("anna", "ticket.closed", 121, "service", direction="internal", **TICKET_1),
    touch("gus", "ticket.opened", 0, "service", team="desk", direction="inbound", channel="phone", **TICKET_2),
    touch("gus", "ticket.assigned", 2, "service", team="repair", direction="internal", **TICKET_2),
    touch("gus", "ticket.assigned", 6, "service", team="fitters", direction="internal", **TICKET_2),
    touch("gus", "contact.outbound", 9, "sales", direction="outbound", **TICKET_2),
)
DELIVERED = (
    touch("bea", "parcel.delivered", 24, "offline", direction="outbound", refs={"order": ("o1",)}),
    touch("bea", "review.received", 72, "service", direction="inbound", attributes={"score": 1}, refs={"order": ("o1",)}),
    touch("carl", "parcel.delivered", 24, "offline", direction="outbound", refs={"order": ("o2",)}),
    touch("carl", "survey.answered", 72, "service", direction="inbound", attributes={"score": 5}),
    touch("dora", "parcel.delivered", 24, "offline", direction="outbound", refs={"order": ("o3",)}),
    touch("dora", "complaint.opened", 24 + 15 * 24, "service", direction="inbound", refs={"ticket": ("3",)}),
)


def promise(name: str, type: str, hours: float, department: str, due: float | None = None) -> TimelineEntry:
    due_at = None if due is None else MARCH + int(due * HOUR)
    return touch("bea", type, hours, department, due_at=due_at, direction="outbound", refs={"promise": (name,)})


PROMISED = (
    promise("kept", "promise.made", 0, "sales", due=10),
    promise("kept", "promise.kept", 8, "sales"),
    promise("moved too late", "promise.made", 0, "sales", due=2),
    promise("moved too late", "promise.moved", 6, "service", due=50),
    promise("moved too late", "promise.kept", 40, "offline"),
    promise("moved in time", "promise.made", 0, "service", due=5),
    promise("moved in time", "promise.moved", 4, "service", due=20),
    promise("moved in time", "promise.kept", 30, "service"),
    promise("broken", "promise.made", 0, "service", due=24),
    promise("not due yet", "promise.made", 0, "service", due=90 * 24),
    promise("released", "promise.made", 0, "service", due=24),
    promise("released", "promise.released", 20, "service"),
)
CLAIMED = (
    touch("anna", "claim.opened", 0, "sales", team="north"),
    touch("anna", "claim.opened", 2, "sales", team="south"),
    touch("anna", "claim.opened", 5, "service"),
    touch("anna", "claim.released", 10, "sales"),
    touch("anna", "claim.released", 20, "service"),
    touch("anna", "claim.opened", 30, "sales"),
)
LEAD_1 = {"refs": {"lead": ("1",)}}
LEAD_2 = {"refs": {"lead": ("2",)}}
INTERESTED = (
    touch("emil", "lead.created", 0, "marketing", attributes={"origin": "fair"}, **LEAD_1),
    touch("emil", "lead.handed_over", 1, "sales", agent="kim", **LEAD_1),
    touch("emil", "lead.accepted", 2, "sales", agent="lee", **LEAD_1),
    touch("emil", "contact.outbound", 3, "sales", direction="outbound", attributes={"automatic": True}),
    touch("emil", "call.made", 6, "sales", direction="outbound"),
    touch("emil", "campaign.sent", 7, "marketing", direction="outbound", channel="mail", attributes={"campaign": "spring"}),
    touch("emil", "deal.won", 50, "sales", direction="inbound", **LEAD_1),
    touch("fay", "lead.created", 0, "marketing", **LEAD_2),
    touch("fay", "lead.handed_over", 1, "sales", agent="kim", **LEAD_2),
    touch("fay", "lead.rejected", 30, "sales", agent="kim", **LEAD_2),
)
JOURNEYS: tuple[Journey, ...] = (
    journey("ticket 1", kind="ticket", matter="ticket:1", ref="ticket:1", touches_in=2, repeats=1,
            waiting={"service": 2 * HOUR, "customer": HOUR, "third_party": 3 * HOUR}),
    journey("ticket 2", kind="ticket", matter="ticket:2", ref="ticket:2", customer_id=customer_id("email:gus"), touches_in=1,
            waiting={"service": 6 * HOUR, "sales": 4 * HOUR}),
    journey("order 2", matter="order:o2", ref="order:o2", customer_id=customer_id("email:carl")),
)  # fmt: skip
LATE = alert("late", customer_id=customer_id("email:carl"), matter="order:o2", responsible="offline", starts_at=MARCH + 20 * HOUR)
USELESS = alert("b", rule="silence", status="resolved", change="resolved")
ALERTS: tuple[Alert, ...] = (
    LATE,
    alert("late", customer_id=customer_id("email:carl"), matter="order:o2", responsible="offline", starts_at=MARCH + 20 * HOUR,
          status="acknowledged", change="acknowledged", version=2),
    alert("a", rule="silence"),
    alert("a", rule="silence", status="withdrawn", change="withdrawn", cause="late_event", version=2),
    USELESS,
)  # fmt: skip
SAID = (
    touch("carl", "alert.acknowledged", 30, "wall", agent="kim", attributes={"useful": False}, refs={"alert": (LATE.alert_id,)}),
    touch("carl", "alert.acknowledged", 31, "wall", agent="kim", attributes={"useful": True}, refs={"alert": (LATE.alert_id,)}),
    touch("anna", "alert.acknowledged", 30, "wall", agent="kim", attributes={"useful": False}, refs={"alert": (USELESS.alert_id,)}),
    touch("carl", "alert.silenced", 40, "wall", agent="lee", refs={"order": ("o2",)}, due_at=MARCH + 90 * HOUR),
    touch("carl", "alert.silenced", 41, "wall", agent="lee", refs={"order": ("o2",)}, due_at=MARCH + 41 * HOUR),
    touch("carl", "identity.distinct", 41, "wall", agent="lee", attributes={"other": "email:anna"}),
)
POLICIES: tuple[ContactPolicy, ...] = (
    policy(
        holds=(
            ContactHold(rule="contact_after_opt_out", purposes=("promo",), channel="mail", ends_with=("consent.granted",)),
            ContactHold(rule="too_many_contacts", purposes=("promo", "sales"), until=5),  # long over
        )
    ),
)
KNOWN = tuple(change(f"email:{who}", f"email:{who}") for who in PEOPLE)
STORY: tuple[Published, ...] = (
    *HANDED_OVER, *DELIVERED, *PROMISED, *CLAIMED, *INTERESTED, *SAID, *KNOWN, *JOURNEYS, *ALERTS, *POLICIES,
)  # fmt: skip
