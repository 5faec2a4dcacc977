"""Messages as the stages publish them, with defaults that a test does not care about."""

from typing import Any

from schemas.alert import Alert, Evidence
from schemas.contact import ContactHold, ContactPolicy
from schemas.dead_letter import DeadLetter
from schemas.identity import IdentityChange
from schemas.ids import alert_id, customer_id, event_id, journey_id
from schemas.journey import Journey
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Origin, Touchpoint

DAY = 86_400_000_000
MARCH = 1_772_323_200_000_000  # 2026-03-01


def eid(name: str) -> str:
    return event_id("shop", name)


def entry(name: str, *, skip: int = 0, customer: str | None = "", offset: int = 0, **fields: Any) -> TimelineEntry:
    """`customer` is the identifier that the customer is named after: "" for the first one on the event, None for nobody."""
    known: dict[str, Any] = {
        "event_id": eid(name),
        "type": "order.placed",
        "at": MARCH,
        "source": "shop",
        "department": "online",
        "ids": ("email:anna",),
        "source_event_id": name,
        "recorded_at": MARCH,
        "digest": 1,
        "origin": Origin("orders.csv", 0, offset),
    }
    touchpoint = Touchpoint(**known | fields)
    named = touchpoint.ids[skip] if customer == "" else customer
    return TimelineEntry(touchpoint, skip, customer_id(named) if named else None)


def change(identifier: str, customer: str | None, version: int = 1, first_seen: int = MARCH) -> IdentityChange:
    return IdentityChange(
        identifier=identifier, customer_id=customer_id(customer) if customer else None, first_seen=first_seen, version=version
    )


def alert(name: str = "one", **fields: Any) -> Alert:
    known: dict[str, Any] = {
        "alert_id": alert_id("late_delivery", (name,), eid(name)),
        "rule": "late_delivery",
        "rule_version": "v1",
        "status": "open",
        "level": "broken",
        "severity": "high",
        "customer_id": customer_id("email:anna"),
        "matter": "order:4711",
        "journey": "order",
        "key": (name,),
        "anchor": eid(name),
        "responsible": "offline",
        "departments": ("online", "offline"),
        "starts_at": MARCH,
        "title": "Late delivery",
        "summary": "The parcel is late.",
        "identifiers": ("email:anna",),
        "evidence": (Evidence(eid(name), MARCH, "order.placed", "online"), Evidence(eid("b"), MARCH + 1, "parcel.delivered", "offline")),
        "changed_at": MARCH + DAY,
        "version": 1,
    }
    return Alert(**known | fields)


def journey(name: str = "one", **fields: Any) -> Journey:
    known: dict[str, Any] = {
        "journey_id": journey_id("order", eid(name)),
        "kind": "order",
        "customer_id": customer_id("email:anna"),
        "matter": "order:4711",
        "ref": "order:4711",
        "status": "open",
        "opened_at": MARCH,
        "ended_at": None,
        "last_at": MARCH + DAY,
        "departments": ("online", "offline"),
        "teams": ("shop", "store"),
        "handoffs": 1,
        "waiting": {"offline": 1_500_000},
        "findings": ("late_delivery",),
        "version": 1,
    }
    return Journey(**known | fields)


def policy(**fields: Any) -> ContactPolicy:
    hold = ContactHold(
        rule="survey_too_early", purposes=("survey", "promo"), channel="mail", about=("order:4711",), until=MARCH + DAY,
        ends_with=("parcel.delivered",), why="Not there.", because=(eid("one"),),
    )  # fmt: skip
    known: dict[str, Any] = {"customer_id": customer_id("email:anna"), "holds": (hold,), "changed_at": MARCH, "version": 1}
    return ContactPolicy(**known | fields)


def letter(offset: int = 0, **fields: Any) -> DeadLetter:
    known: dict[str, Any] = {
        "reason": "not_json",
        "field": "",
        "message": "orders.csv, record 0: not JSON",
        "source": "shop",
        "origin": Origin("orders.csv", 0, offset),
        "payload": b"\x00\xff{",
        "received_at": MARCH,
    }
    return DeadLetter(**known | fields)
