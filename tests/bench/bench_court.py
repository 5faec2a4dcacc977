"""How long the court takes over one customer, with every shipped rule loaded: `python -m tests.bench.bench_court`.

Judging is done again whenever something is added to a family, so it is most of what a significant touchpoint costs.
"""

from collections.abc import Callable, Sequence
from time import process_time
from timeit import Timer
from typing import Any

from schemas.clock import Clock
from schemas.touchpoint import Touchpoint
from streams.config import court_of
from streams.core.calendar import UNIT, instant
from streams.core.rules.court import Court
from streams.rulepack.bench import shipped_company

MONDAY = instant("2026-01-12T09:00", "Europe/Berlin")
HOUR = UNIT["h"]
FASTEST_OF = 7  # runs, as timeit advises: what is slower was disturbed by something else


def touchpoint(number: int, hour: float, type: str, department: str = "service", **rest: Any) -> Touchpoint:
    at = MONDAY + int(hour * HOUR)
    return Touchpoint(event_id=f"event-{number}", type=type, at=at, source="desk", department=department, ids=("crm_id:1",), **rest)


def told(*steps: tuple[float, str, str, str, str, str]) -> list[Touchpoint]:
    """Each step: hour, type, department, kind of ref, ref, team."""
    return [
        touchpoint(number, hour, type, department, refs={kind: (ref,)} if kind else {}, team=team)
        for number, (hour, type, department, kind, ref, team) in enumerate(steps)
    ]


TICKET = told(
    (0, "contact.inbound", "service", "ticket", "9", "front desk"),
    (0.1, "ticket.opened", "service", "ticket", "9", "front desk"),
    (0.5, "ticket.assigned", "service", "ticket", "9", "returns"),
    (2, "ticket.accepted", "service", "ticket", "9", "returns"),
    (3, "ticket.assigned", "service", "ticket", "9", "billing"),
    (5, "ticket.assigned", "service", "ticket", "9", "returns"),
    (6, "ticket.accepted", "service", "ticket", "9", "returns"),
    (24, "contact.outbound", "service", "ticket", "9", "returns"),
    (25, "ticket.resolved", "service", "ticket", "9", "returns"),
)
MIXED = told(
    (-90, "campaign.sent", "marketing", "", "", ""),
    (-72, "lead.created", "marketing", "lead", "3", ""),
    (-71, "lead.qualified", "marketing", "lead", "3", ""),
    (-69, "call.made", "sales", "lead", "3", "inside sales"),
    (-48, "quote.sent", "sales", "lead", "3", "inside sales"),
    (-30, "deal.won", "sales", "lead", "3", "inside sales"),
    (-29, "order.placed", "online", "order", "17", ""),
    (-28, "payment.approved", "online", "order", "17", ""),
    (-5, "parcel.handed_over", "offline", "order", "17", ""),
    (-1, "parcel.delivered", "offline", "order", "17", ""),
    (0, "contact.inbound", "service", "ticket", "9", "front desk"),
    (0.1, "ticket.opened", "service", "ticket", "9", "front desk"),
    (0.5, "ticket.assigned", "service", "ticket", "9", "returns"),
    (2, "ticket.accepted", "service", "ticket", "9", "returns"),
    (3, "campaign.sent", "marketing", "", "", ""),
    (24, "contact.inbound", "service", "ticket", "9", "billing"),
    (26, "contact.outbound", "service", "ticket", "9", "returns"),
    (30, "ticket.resolved", "service", "ticket", "9", "returns"),
    (50, "survey.sent", "marketing", "ticket", "9", ""),
    (60, "survey.answered", "service", "ticket", "9", ""),
)
ORDER = [t for t in MIXED if "order" in t.refs]
NOTHING = [touchpoint(n, n, "page.viewed", "online") for n in range(9)]
HISTORIES = {
    "9 touchpoints of a ticket": TICKET,
    "20 of all departments": MIXED,
    "4 of an order": ORDER,
    "9 that no rule mentions": NOTHING,
}


def microseconds(act: Callable[[], object]) -> float:
    """Of processor time, in the fastest run."""
    timer = Timer(act, timer=process_time)
    number, _ = timer.autorange()
    return min(timer.repeat(FASTEST_OF, max(1, number // 4))) / max(1, number // 4) * 1e6


def measure(court: Court, history: Sequence[Touchpoint]) -> float:
    """Microseconds per judgement, all departments being complete up to an hour after the last touchpoint."""
    clock = Clock(max(t.at for t in history) + HOUR)
    return microseconds(lambda: court.judge(history, clock))


def main() -> None:
    court = court_of(shipped_company())
    for name, history in HISTORIES.items():
        print(f"{measure(court, history):8.1f} µs  {name}, {len(court.judges)} rules loaded")


if __name__ == "__main__":
    main()
