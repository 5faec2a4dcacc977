"""A journey is the life of a matter as a row for BI: opened, handed over, waiting, completed, abandoned."""

from typing import Literal

from msgspec import Struct

JourneyStatus = Literal["open", "completed", "canceled", "abandoned"]
Turn = Literal["us", "customer", "third_party", "nobody"]


class Journey(Struct, frozen=True, array_like=True, tag="journey", kw_only=True):
    """Derived by the same evaluation as alerts, versioned in the same ledger. Durations are microseconds.

    Nothing in it grows with the clock alone, so that a quiet journey is not published again: what has been waited since `last_at` is
    `now - last_at`, and whoever reads it adds that to `waits_for`.
    """

    journey_id: str  # uuid5(kind, opening event id)
    kind: str  # order, ticket, lead, complaint: as the company declares them
    customer_id: str | None
    matter: str  # "order:4711": what alerts about the same thing carry
    ref: str = ""  # "ticket:9": the ref of this journey; a matter that ties an order to a ticket has a journey of each
    status: JourneyStatus
    opened_at: int
    ended_at: int | None  # None again when it is re-opened
    last_at: int  # newest touchpoint
    departments: tuple[str, ...] = ()  # in order of visits, consecutive repeats once
    teams: tuple[str, ...] = ()  # the same; touchpoints without a team are passed over
    handoffs: int = 0  # changes of department or, inside one department, of team
    bounces: int = 0  # A, B, A
    touches_in: int = 0
    touches_out: int = 0
    repeats: int = 0  # facts that the customer had to tell again
    promises: int = 0
    reopened: int = 0  # how often it was opened again after it had ended
    turn: Turn = "us"  # who has to act now
    waits_for: str = ""  # whom the time since `last_at` counts for: a department, "customer", "third_party"; "" when it has ended
    waiting: dict[
        str, int
    ] = {}  # up to `last_at`: department -> how long the customer waited for it; "customer" -> how long we waited for them
    findings: tuple[str, ...] = ()  # rules broken on this matter, sorted
    withdrawn: bool = False  # the journey never was: its opening event belongs to another matter, or an earlier one opens it
    version: int = 0
