"""A journey is the life of a matter as a row for BI: opened, handed over, waiting, completed, abandoned."""

from typing import Literal

from msgspec import Struct

JourneyStatus = Literal["open", "completed", "canceled", "abandoned"]
Turn = Literal["us", "customer", "third_party", "nobody"]


class Journey(Struct, frozen=True, array_like=True, tag="journey", kw_only=True):
    """Derived by the same evaluation as alerts, versioned in the same ledger. Durations are microseconds."""

    journey_id: str  # uuid5(kind, opening event id)
    kind: str  # order, ticket, lead, complaint: as the company declares them
    customer_id: str | None
    matter: str
    status: JourneyStatus
    opened_at: int
    ended_at: int | None
    last_at: int  # newest touchpoint
    departments: tuple[str, ...] = ()  # in order of visits, consecutive repeats once
    teams: tuple[str, ...] = ()
    handoffs: int = 0  # changes of department or, inside one department, of team
    bounces: int = 0  # A, B, A
    touches_in: int = 0
    touches_out: int = 0
    repeats: int = 0  # facts that the customer had to tell again
    promises: int = 0
    turn: Turn = "us"  # who has to act now
    waiting: dict[str, int] = {}  # department -> how long the customer waited for it; "customer" -> how long we waited for them
    findings: tuple[str, ...] = ()  # rules broken on this matter, sorted
    withdrawn: bool = False  # the journey never was: its opening event belongs to another matter
    version: int = 0
