"""Steps that many stories and calm days share. Each keeps every rule: what is answered is answered in time, what is assigned is taken."""

from datetime import date, timedelta

from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import Affair

PICKED_UP, ANSWERED = 1.0, 1.5  # office hours; the rules warn after 3 and 6


def open_ticket(affair: Affair, at: int, team: str = "hotline") -> int:
    """Written down, given to a team, taken by it."""
    affair.add("ticket.opened", at)
    hand_over(affair, at + MINUTE, team)
    return at


def hand_over(affair: Affair, at: int, team: str, picked_up: float | None = PICKED_UP) -> int:
    """Given to a team, which takes it after so many office hours (None: never); returns when."""
    affair.add("ticket.assigned", at, team=team)
    return at if picked_up is None else affair.add("ticket.accepted", affair.office.after(at, picked_up), team=team)


def ask(affair: Affair, at: int, *, answered: float | None = ANSWERED, by: str = "service", team: str = "hotline", **how: object) -> int:
    """The customer turns to us; a person of `by` answers after so many office hours (None: never). Returns when it was answered."""
    department = str(how.pop("department", "service"))
    affair.add("contact.inbound", at, department=department, team=team, **how)
    return at if answered is None else answer(affair, affair.office.after(at, answered), by, team=team)


def answer(affair: Affair, at: int, by: str = "service", **how: object) -> int:
    """A person of that department writes or calls."""
    return affair.add("contact.outbound", at, department=by, **how)


def resolve(affair: Affair, at: int, *, close: bool = True) -> int:
    """Settled, and closed a day later if nobody objects."""
    affair.add("ticket.resolved", at)
    if close:
        affair.add("ticket.closed", at + DAY)
    return at


def order(affair: Affair, at: int, *, due_days: int = 9, lead: str = "", department: str = "online") -> int:
    """An order that arrives three workdays later, well before the promised day; returns when it was delivered."""
    rng = affair.world.rng
    place(affair, at, due_days=due_days, lead=lead, department=department)
    handed = affair.add("parcel.handed_over", affair.office.next(at, 1, 15) + rng.randrange(2 * HOUR))
    return affair.add("parcel.delivered", affair.office.next(handed, 2, 9) + rng.randrange(7 * HOUR))


def place(affair: Affair, at: int, *, due_days: int = 9, lead: str = "", department: str = "online", paid: int | None = 6 * MINUTE) -> int:
    """Ordered and paid; the shop promises a day, not an hour. Returns when it was placed."""
    rng = affair.world.rng
    refs = {"order": affair.refs["order"], **({"lead": lead} if lead else {})}
    due_at = affair.office.midnight(due_day(affair, at, due_days))
    affair.add("order.placed", at, refs=refs, department=department, due_at=due_at, amount=rng.randrange(1_990, 90_000) / 100)
    if paid is not None:
        affair.add("payment.approved", at + paid)
    return at


def ship(affair: Affair, placed: int) -> int:
    """The carrier comes the next day, also on holidays; returns when."""
    return affair.add("parcel.handed_over", placed + 25 * HOUR + affair.world.rng.randrange(6 * HOUR))


def due_day(affair: Affair, placed: int, due_days: int) -> date:
    """The promised day."""
    return affair.office.day_of(placed + due_days * DAY)


def too_late(affair: Affair, placed: int, due_days: int) -> float:
    """From when on an order is late: the last microsecond of the promised day."""
    return affair.office.midnight(due_day(affair, placed, due_days) + timedelta(days=1)) - 1e-6


def lead(affair: Affair, at: int, *, score: int = 60) -> int:
    """Interest that marketing finds worth a call; returns when."""
    affair.add("lead.created", at - 90 * MINUTE)
    affair.add("lead.qualified", at, score=score)
    affair.add("lead.handed_over", at + MINUTE)
    return at


def call(affair: Affair, at: int) -> int:
    """Sales calls."""
    return affair.add("call.made", at)
