"""What the tests of journeys are told: touchpoints of one customer, and the rows that they make."""

from importlib.resources import files

from msgspec.structs import replace

from schemas.clock import Clock
from schemas.company import JourneySpec
from schemas.ids import journey_id
from schemas.journey import Journey
from schemas.strict import load_yaml
from schemas.touchpoint import Touchpoint
from streams.core.journeys import JourneyBook

HOUR = 3_600_000_000
DAY = 24 * HOUR
MATTER = ("order", "ticket", "lead", "deal", "quote", "return")
SHIPPED = {
    kind: JourneySpec.model_validate(spec)
    for kind, spec in load_yaml(files("streams.rulepack").joinpath("journeys.yaml").read_text("utf-8"), "journeys.yaml")["journeys"].items()
}
DIRECTIONS = {"contact.inbound": "inbound", "ticket.opened": "inbound", "order.placed": "inbound", "contact.outbound": "outbound"}


def book(specs=None, **words):
    return JourneyBook(SHIPPED if specs is None else specs, words=words, matter=MATTER)


def at(hours, type, event_id="", *, ticket="9", department="service", **rest):
    refs = rest.pop("refs", {"ticket": (ticket,)})
    return Touchpoint(
        event_id=event_id or f"{type}@{hours}", type=type, at=int(hours * HOUR), source=rest.pop("source", "desk"),
        department=department, ids=("crm_id:1",), refs=refs, direction=rest.pop("direction", DIRECTIONS.get(type, "internal")), **rest,
    )  # fmt: skip


def rows(*touchpoints, matter=("ticket", "9"), clock=0, findings=(), journeys=None):
    """The rows by kind and ref, when all touchpoints belong to one matter."""
    mine = {t.event_id: t for t in touchpoints}
    found = (journeys or book()).journeys("anna", mine, dict.fromkeys(mine, matter), Clock(int(clock * HOUR)), findings)
    assert all(name == row.journey_id for name, row in found.items())
    return {f"{row.kind} {row.ref}": row for row in found.values()}


def ticket(opener, **columns):
    plain = Journey(
        journey_id=journey_id("ticket", opener), kind="ticket", customer_id="anna", matter="ticket:9", ref="ticket:9", status="open",
        opened_at=0, ended_at=None, last_at=0, departments=("service",), waits_for="service",
    )  # fmt: skip
    return replace(plain, **columns)
