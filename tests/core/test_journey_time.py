"""What happens in one instant, and what the clock does."""

from datetime import timedelta

from msgspec.structs import replace

from schemas.clock import Clock
from schemas.company import JourneySpec
from streams.core.journey_life import ANYBODY
from tests.core.journey_stories import DAY, HOUR, at, book, rows, ticket


def test_a_simultaneous_closer_of_another_source_closes_whatever_it_is_called():
    for name in ("a", "z"):
        journey = rows(at(0, "ticket.opened", "m"), at(0, "ticket.closed", name, source="mail"))
        assert journey["ticket ticket:9"] == ticket("m", status="completed", ended_at=0, touches_in=1, turn="nobody", waits_for="")


def test_the_order_that_one_source_vouches_for_decides_inside_an_instant():
    opened, closed = at(0, "ticket.opened", "m"), at(5, "ticket.closed", seq=1)
    reopened = at(5, "ticket.reopened", seq=2)
    assert rows(opened, closed, reopened)["ticket ticket:9"] == ticket(
        "m", last_at=5 * HOUR, touches_in=1, reopened=1, waiting={"service": 5 * HOUR}
    )
    waiting, accepted = at(6, "ticket.waiting", seq=2), at(6, "ticket.accepted", seq=1)
    assert rows(opened, waiting, accepted)["ticket ticket:9"].turn == "customer"
    assert rows(opened, waiting, replace(accepted, source="mail"))["ticket ticket:9"].turn == "us"


def test_a_ticket_that_is_reopened_and_closed_in_one_instant_is_closed_at_that_instant():
    opened, closed = at(0, "ticket.opened", "m"), at(2, "ticket.closed")
    both = at(5, "ticket.reopened"), at(5, "ticket.closed", source="mail")
    journey = rows(opened, closed, *both)["ticket ticket:9"]
    assert (journey.status, journey.ended_at, journey.reopened) == ("completed", 5 * HOUR, 1)
    again = rows(opened, at(2, "ticket.reopened"), closed)["ticket ticket:9"]
    assert (again.status, again.ended_at, again.reopened) == ("completed", 2 * HOUR, 0)


def test_an_opener_gives_us_the_turn_unless_it_says_otherwise_itself():
    quoted = {"quote": JourneySpec(opens="quote.sent", completes="deal.won", customer_turn="quote.sent")}
    (row,) = rows(at(0, "quote.sent", refs={"quote": ("1",)}), journeys=book(quoted)).values()
    assert (row.turn, row.waits_for) == ("customer", "customer")
    both = at(0, "ticket.opened", "m"), at(0, "ticket.waiting", source="mail")
    assert rows(*both)["ticket ticket:9"].turn == "us"


def test_a_matter_that_nobody_touches_for_long_enough_is_abandoned_and_a_touch_revives_it():
    opened, touched = at(0, "ticket.opened", "t1"), at(1, "contact.inbound")
    month = timedelta(days=30) / timedelta(hours=1)
    waits = {"last_at": HOUR, "touches_in": 2, "waiting": {"service": HOUR}}
    assert rows(opened, touched, clock=month)["ticket ticket:9"] == ticket("t1", **waits)
    assert rows(opened, touched, clock=month + 1)["ticket ticket:9"] == ticket(
        "t1", status="abandoned", ended_at=HOUR + 30 * DAY, turn="nobody", **(waits | {"waits_for": ""})
    )
    revived = rows(opened, touched, at(month + 2, "contact.inbound"), clock=month + 2)["ticket ticket:9"]
    assert (revived.status, revived.ended_at, revived.reopened) == ("open", None, 0)


def test_an_ended_matter_is_not_abandoned_and_one_without_a_limit_never_is():
    assert rows(at(0, "ticket.opened"), at(1, "ticket.closed"), clock=9_999)["ticket ticket:9"].status == "completed"
    endless = {"ticket": JourneySpec(opens="ticket.opened")}
    assert rows(at(0, "ticket.opened"), clock=9_999, journeys=book(endless))["ticket ticket:9"].status == "open"


def test_the_earliest_that_will_be_abandoned_wakes_and_the_lowest_clock_decides():
    journeys = book()
    mine = {t.event_id: t for t in (at(0, "ticket.opened", "t9"), at(5, "ticket.opened", "t12", ticket="12"))}
    matters = {"t9": ("ticket", "9"), "t12": ("ticket", "12")}
    clock = Clock(99 * DAY, {"service": 30 * DAY, "online": 90 * DAY})
    found = journeys.journeys("anna", mine, matters, clock).values()
    assert [row.status for row in found] == ["abandoned", "open"]
    assert journeys.wakes(found, clock) == ((ANYBODY, 5 * HOUR + 30 * DAY),)
    assert journeys.wakes(found, Clock(99 * DAY)) == ()
