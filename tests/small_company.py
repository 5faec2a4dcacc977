"""A small company for tests of the stages: three rules, one journey and one purpose of contacts, judged by the real court."""

from schemas.company import ContactRules, JourneySpec
from schemas.rule import Rule
from streams.core.alerts import AlertBook
from streams.core.contacts import ContactBook
from streams.core.identity import IdentityRules
from streams.core.journeys import JourneyBook
from streams.core.rules.court import Court
from streams.stages.customer import CustomerStage
from streams.stages.handover import PART_BYTES

DEPARTMENTS = ("service", "sales", "online", "offline")
MATTER = ("ticket",)
RULES = {
    "ping_pong": Rule.model_validate(
        {
            "title": "Handed back and forth",
            "who": "service",
            "per": "ref.ticket",
            "pingpong": {"what": "ticket.assigned", "holder": "team", "within": "4d"},
        }
    ),
    "silence": Rule.model_validate(
        {
            "title": "Customer asked, nobody answered",
            "who": "service",
            "per": "matter",
            "severity": "high",
            "expect": {"after": "contact.inbound", "then": "contact.outbound", "within": "24h"},
        }
    ),
    "untimely": Rule.model_validate(
        {
            "title": "Advertising while the customer waits",
            "who": "marketing",
            "per": "customer",
            "forbid": {"what": "campaign.sent", "after": "ticket.assigned", "until": "contact.outbound"},
        }
    ),
}
JOURNEYS = {"ticket": JourneySpec.model_validate({"opens": "ticket.assigned", "completes": "contact.outbound", "abandoned": "5d"})}
TYPES = {
    "contact.inbound": DEPARTMENTS,
    "contact.outbound": ("service", "sales"),
    "ticket.assigned": ("service",),
    "page.viewed": ("online",),
    "campaign.sent": ("marketing",),
}
POLICY = ContactRules.model_validate({"purposes": {"promo": {"type": "campaign.sent", "department": "marketing"}}})
COURT = Court(RULES, words={}, types=TYPES, calendars={}, matter=MATTER, timezone="UTC", contact_policy=POLICY)
ALERTS = AlertBook(RULES, JOURNEYS, timezone="UTC", named={})
CONTACTS = ContactBook(COURT, timezone="UTC")
JOURNEY_BOOK = JourneyBook(JOURNEYS, words={}, matter=MATTER)


def customer_stage(identity: IdentityRules, part_bytes: int = PART_BYTES) -> CustomerStage:
    """The stage with this company's rules."""
    return CustomerStage(identity, COURT, ALERTS, JOURNEY_BOOK, CONTACTS, part_bytes=part_bytes)
