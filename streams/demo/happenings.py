"""What happens, before any system has written it down, and which system will.

A `Happening` names what the *system* knows about the customer, which is never everything: the carrier knows an order number, engineering
a ticket number, the service desk the address that was written from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streams.demo.people import CALL_CENTRE, Person

SHOP, WEB, TILL, LOGISTICS, CRM, CONTACTS, DESK, MAIL, FEEDBACK, TRACKER = SYSTEMS = (
    *("shop", "web", "till", "logistics", "crm", "crm-contacts", "desk", "mail", "feedback", "tracker"),
)
OF_TYPE: Mapping[str, tuple[str, str]] = {  # the first part of the type -> system, department
    "page": (WEB, "online"),
    "cart": (WEB, "online"),
    "order": (SHOP, "online"),
    "payment": (SHOP, "online"),
    "parcel": (LOGISTICS, "offline"),
    "return": (LOGISTICS, "offline"),
    "store": (TILL, "offline"),
    "purchase": (TILL, "offline"),
    "lead": (CRM, "sales"),
    "quote": (CRM, "sales"),
    "deal": (CRM, "sales"),
    "contract": (CRM, "sales"),
    "call": (CRM, "sales"),
    "claim": (CRM, "sales"),
    "promise": (CRM, "sales"),
    "ticket": (DESK, "service"),
    "complaint": (DESK, "service"),
    "contact": (DESK, "service"),
    "escalation": (DESK, "service"),
    "campaign": (MAIL, "marketing"),
    "survey": (MAIL, "marketing"),
    "consent": (MAIL, "marketing"),
    "review": (FEEDBACK, "service"),
}
EXCEPT: Mapping[str, tuple[str, str]] = {
    "escalation.answered": (TRACKER, "engineering"),
    "survey.answered": (FEEDBACK, "service"),
    "lead.created": (MAIL, "marketing"),
    "lead.qualified": (MAIL, "marketing"),
}
TALKS_IN = {"service": DESK, "sales": CRM, "online": WEB, "offline": TILL, "marketing": MAIL}
CHANNELS = {"service": "mail", "sales": "phone", "online": "chat", "offline": "store", "marketing": "mail"}


@dataclass(frozen=True, slots=True, eq=False)
class Happening:
    """Instants are seconds; `known` are the identifiers by which the system knows the customer, normalised."""

    type: str
    at: int
    system: str
    department: str
    person: Person | None
    known: Mapping[str, str]
    refs: Mapping[str, str]
    channel: str = ""
    team: str = ""
    facts: tuple[str, ...] = ()
    due_at: int | None = None
    delay: int | None = None  # seconds until it is known; None: as the network pleases
    attributes: Mapping[str, Any] | None = None


def where(type: str, department: str | None) -> tuple[str, str]:
    """The system that records this, and the department that it is recorded for."""
    system, usual = EXCEPT.get(type) or OF_TYPE[type.partition(".")[0]]
    department = department or usual
    talks = type.startswith("contact.") or (type.startswith("promise.") and department == "service")
    if talks or (type == "quote.sent" and department == "offline"):
        system = TALKS_IN[department]
    return system, department


def known_to(system: str, person: Person, refs: Mapping[str, str], channel: str) -> dict[str, str]:
    """By which identifiers a system knows the person."""
    if system == SHOP:
        known = {"user": person.user, "email": person.email, "order": refs.get("order", "")}
    elif system == WEB:
        known = {"user": person.user, "cookie": person.cookies[0]}
    elif system == TILL:
        known = {"loyalty": person.loyalty}
    elif system == CRM:
        known = {"crm_id": person.crm_id}
    elif system == DESK:
        known = _at_the_desk(person, refs, channel)
    elif system in (LOGISTICS, TRACKER):
        known = {"order": refs.get("order", "")} if system == LOGISTICS else {"ticket": refs.get("ticket", "")}
    elif system == FEEDBACK and "order" in refs:
        known = {"order": refs["order"]}
    else:
        known = {"email": person.email}
    return {kind: value for kind, value in known.items() if value}


def _at_the_desk(person: Person, refs: Mapping[str, str], channel: str) -> dict[str, str]:
    """The form asks for the address; who calls is known by the number that is shown."""
    ticket = refs.get("ticket", "")
    if person.through_call_centre:
        return {"email": "" if ticket and channel != "form" else person.email, "phone": CALL_CENTRE, "ticket": ticket}
    by_phone = channel == "phone" and bool(person.crm_id or ticket)
    return {"email": "" if by_phone else person.email, "phone": person.phone if by_phone or channel == "form" else "", "ticket": ticket}
