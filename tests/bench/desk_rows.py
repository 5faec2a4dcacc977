"""Rows of a service desk, about 200 bytes each, for benchmarks that write or read a long timeline."""

from schemas.ids import customer_id, event_id
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Origin, Touchpoint

BEGUN = 1_767_225_600_000_000  # when the first was recorded
SPREAD = 2_654_435_761  # a number times this is spread like a hash


def desk_entry(number: int, customer: str, *, type: str, at: int, ticket: str, team: str) -> TimelineEntry:
    """What a service desk reports; `number` tells it apart from every other."""
    touchpoint = Touchpoint(
        event_id=event_id("desk", str(number)),
        type=type,
        at=at,
        source="desk",
        department="service",
        ids=(customer,),
        refs={"ticket": (ticket,)},
        channel="desk",
        direction="internal",
        team=team,
        agent=f"agent {number % 1000}",
        attributes={"status": "Accepted", "impact": "Medium", "product": f"PROD{number % 300}", "hours": 1.5},
        source_event_id=str(number),
        recorded_at=BEGUN + number,
        digest=number * SPREAD & (1 << 64) - 1,
        origin=Origin("events.csv", 0, number),
    )
    return TimelineEntry(touchpoint, 0, customer_id(customer))
