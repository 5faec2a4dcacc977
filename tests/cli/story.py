"""A small story as the stages publish it: Anna, whose parcel is late and who asks twice; Jonas, who is content; and a shared telephone."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from schemas.alert import Alert, Evidence
from schemas.company import Company
from schemas.contact import ContactHold, ContactPolicy
from schemas.dead_letter import DeadLetter, Reason
from schemas.identity import IdentityChange
from schemas.ids import alert_id, customer_id, event_id, journey_id
from schemas.journey import Journey, JourneyStatus
from schemas.plain import Published
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Origin, Touchpoint
from streams.sources.normalise import Identifiers

SECRET = "a key for tests"
COMPANY = """\
company: Test
timezone: Europe/Berlin
sources:
  - source: shop
    department: online
    input: {format: csv, files: "*orders*.csv"}
    events: [{type: order.placed, time: at, identifiers: {email: email}, refs: {order: order}}]
  - source: desk
    department: service
    input: {format: jsonl, files: "*tickets*.jsonl"}
    events: [{type: {from: what, map: {asked: contact.inbound, fixed: ticket.fixed}}, time: at, identifiers: {email: email}}]
  - source: till
    department: offline
    input: {format: csv, files: "*till*.csv"}
    events: [{type: purchase.made, time: at, identifiers: {loyalty: card}}]
"""
_IDENTIFIERS = Identifiers(Company(company="Test", timezone="Europe/Berlin"), SECRET.encode())


def token(kind: str, value: str) -> str:
    """The identifier as ingest makes it."""
    found = _IDENTIFIERS.identifier(kind, value)
    assert found is not None
    return found


ANNA, ANNAS_PHONE, CARD = token("email", "anna@example.org"), token("phone", "+49 151 23456789"), "loyalty:17"
JONAS, HOTLINE = token("email", "jonas@example.org"), token("phone", "+49 30 1234567")
ANNAS_ID, JONAS_ID = customer_id(ANNA), customer_id(JONAS)
LATE, SILENT, TOO_EARLY = (alert_id(rule, (), rule) for rule in ("late_delivery", "silence", "survey_too_early"))
SHARED = alert_id("shared_identifier", (JONAS, ANNA), "")


def at(text: str) -> int:
    """Microseconds of a UTC time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def published() -> Iterator[Published]:
    """Everything that the run has written."""
    yield from _timeline()
    yield from _identity()
    yield from _alerts()
    yield from _policies()
    yield _journey("1002", "open", ("late_delivery",))
    yield _journey("1001", "completed", ())
    reasons: tuple[Reason, ...] = ("bad_time", "no_identifier")
    for number, reason in enumerate(reasons):
        yield DeadLetter(
            reason=reason, field="at", message=f"orders.csv, record {number}: at: it is no time", source="shop", origin=Origin("orders.csv", 0, number),
            payload=b"1003;mehmet@example.org;gestern", received_at=at(f"2026-03-02 0{number}:00"),
        )  # fmt: skip


def _touch(name: str, when: str, type_: str, department: str, ids: tuple[str, ...], owner: str = ANNA, **said: object) -> TimelineEntry:
    source = {"online": "shop", "offline": "shop", "service": "desk"}[department]
    known = {
        "event_id": event_id(source, name), "type": type_, "at": at(when), "source": source, "department": department, "ids": ids, "source_event_id": name,
        "recorded_at": at(when), "digest": 1, "origin": Origin(f"{source}.csv", 0, int(name)),
    }  # fmt: skip
    return TimelineEntry(Touchpoint(**(known | said)), 0, customer_id(owner))


def _timeline() -> Iterator[TimelineEntry]:
    order, ticket = {"order": ("1002",)}, {"order": ("1002",), "ticket": ("T-7",)}
    yield _touch(
        "10",
        "2026-03-02 18:30",
        "order.placed",
        "online",
        (CARD, ANNA),
        refs=order,
        direction="inbound",
        channel="web",
        due_at=at("2026-03-05 23:00"),
    )
    yield _touch(
        "11",
        "2026-03-09 08:12",
        "contact.inbound",
        "service",
        (ANNA, ANNAS_PHONE),
        refs=ticket,
        direction="inbound",
        team="hotline",
        facts=("address",),
    )
    yield _touch(
        "12", "2026-03-09 08:20", "ticket.assinged", "service", (ANNA,), refs={"ticket": ("T-7",)}, direction="internal", team="shipping"
    )
    yield _touch(
        "13",
        "2026-03-11 09:30",
        "contact.outbound",
        "service",
        (ANNA, HOTLINE),
        refs={"ticket": ("T-7",)},
        direction="outbound",
        team="hotline",
    )
    yield _touch("20", "2026-03-02 09:15", "order.placed", "online", (JONAS,), JONAS, refs={"order": ("1001",)}, direction="inbound")
    yield _touch("21", "2026-03-05 12:40", "parcel.delivered", "offline", (JONAS,), JONAS, refs={"order": ("1001",)}, direction="outbound")
    yield _touch("22", "2026-03-05 12:41", "contact.inbound", "service", (JONAS,), JONAS, refs={"ticket": ("1002",)}, direction="inbound")


def _policies() -> Iterator[ContactPolicy]:
    late = at("2026-03-02 18:30")
    yield ContactPolicy(
        customer_id=ANNAS_ID,
        holds=(
            ContactHold(rule="campaign_into_complaint", purposes=("promo",), ends_with=("complaint.closed",), why="She complained.",
                because=(event_id("desk", "11"),)),
            ContactHold(rule="contact_after_opt_out", purposes=("promo",), channel="mail", ends_with=("consent.granted",), why="She opted out."),
            ContactHold(rule="survey_too_early", purposes=("survey",), about=("order:1002",), ends_with=("parcel.delivered",), why="It is not there."),
            ContactHold(rule="too_many_contacts", purposes=("promo", "sales"), until=at("2286-01-01 08:00"), why="Too many."),
            ContactHold(rule="duplicate_outreach", purposes=("service",), until=at("2001-01-01 00:00"), why="Long over."),
        ),
        changed_at=late,
        version=2,
    )  # fmt: skip
    yield ContactPolicy(customer_id=JONAS_ID, version=1, changed_at=late)


def _identity() -> Iterator[IdentityChange]:
    for identifier, owner, seen in (
        (ANNA, ANNA, "2026-03-02 18:30"),
        (CARD, ANNA, "2026-03-02 18:30"),
        (ANNAS_PHONE, ANNA, "2026-03-09 08:12"),
        (JONAS, JONAS, "2026-03-02 09:15"),
        (HOTLINE, None, "2026-03-11 09:30"),
    ):
        yield IdentityChange(identifier=identifier, customer_id=customer_id(owner) if owner else None, first_seen=at(seen), version=1)


def _alerts() -> Iterator[Alert]:
    ordered = Evidence(event_id("shop", "10"), at("2026-03-02 18:30"), "order.placed", "online")
    asked = Evidence(event_id("desk", "11"), at("2026-03-09 08:12"), "contact.inbound", "service")
    late = {
        "alert_id": LATE, "rule": "late_delivery", "title": "Not delivered by the promised day", "matter": "order:1002", "journey": "order",
        "responsible": "offline", "severity": "high", "evidence": (ordered,), "identifiers": (ANNA,), "departments": ("online",),
    }  # fmt: skip
    yield _alert(
        late,
        status="open",
        level="at_risk",
        change="opened",
        version=1,
        changed_at=at("2026-03-05 00:00"),
        starts_at=at("2026-03-05 23:00"),
    )
    yield _alert(late, status="open", change="updated", version=2, changed_at=at("2026-03-06 23:00"), starts_at=at("2026-03-06 23:00"),
        summary="Order 1002 was promised until Fri 6 Mar and has not been delivered.")  # fmt: skip
    silent = {
        "alert_id": SILENT, "rule": "silence", "title": "Customer asked, nobody answered", "matter": "order:1002", "journey": "ticket",
        "responsible": "service", "severity": "high", "evidence": (asked,), "departments": ("service",), "starts_at": at("2026-03-09 16:12"),
    }  # fmt: skip
    yield _alert(silent, status="resolved", change="resolved", version=1, changed_at=at("2026-03-11 09:31"), ends_at=at("2026-03-11 09:30"),
        summary="Nobody answered within 8 working hours.")  # fmt: skip
    early = {"alert_id": TOO_EARLY, "rule": "survey_too_early", "title": "Asked for an opinion before the delivery", "matter": "order:1002"}
    yield _alert(early, status="withdrawn", change="withdrawn", cause="late_event", version=1, severity="info", changed_at=at("2026-03-03 00:00"),
        starts_at=at("2026-03-02 18:31"), because=event_id("shop", "10"), summary="The parcel had been there.")  # fmt: skip
    yield _alert({"alert_id": SHARED, "rule": "shared_identifier", "title": "Shared identifier", "matter": "", "key": (JONAS, ANNA)},
        status="open", severity="info", customer_id=customer_id(JONAS), version=1, changed_at=at("2026-03-04 10:00"), starts_at=at("2026-03-04 10:00"),
        summary="Somebody said that these are two customers.")  # fmt: skip


def _alert(known: Mapping[str, object], **said: object) -> Alert:
    left_out = {"rule_version": "v1", "level": "broken", "customer_id": customer_id(ANNA), "journey": "", "anchor": event_id("shop", "10")}
    return Alert(**(left_out | dict(known) | said))


def _journey(order: str, status: JourneyStatus, findings: tuple[str, ...]) -> Journey:
    owner, name, opened, ended = (
        (ANNA, "10", "2026-03-02 18:30", None) if order == "1002" else (JONAS, "20", "2026-03-02 09:15", at("2026-03-05 12:40"))
    )
    return Journey(
        journey_id=journey_id("order", event_id("shop", name)), kind="order", customer_id=customer_id(owner), matter=f"order:{order}", ref=f"order:{order}",
        status=status, opened_at=at(opened), ended_at=ended, last_at=ended or at("2026-03-11 09:30"), departments=("online", "service"), handoffs=1,
        touches_in=2, touches_out=1, turn="us", findings=findings, version=1,
    )  # fmt: skip
