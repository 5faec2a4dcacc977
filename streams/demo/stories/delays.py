"""Stories of records that come late: later than their source may be, or after the outage into which their deadline fell.

What counts is when something happened, not when it was written down: an alarm that was raised meanwhile is taken back, and one that was not
raised is raised in the end.
"""

from streams.demo.steps import answer, ask, hand_over, lead, open_ticket, place, resolve, ship
from streams.demo.stories.told import breaks, nearly
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import Affair, World


@nearly("silence")
def the_answer_is_written_down_two_days_later(w: World) -> None:
    a, t = w.scene(8)
    ask(a, t, answered=None)
    answer(a, w.office.after(t, 3), delay=2 * DAY)


@nearly("lead_not_followed_up")
def sales_enters_its_calls_once_a_week(w: World) -> None:
    a, t = w.scene(18, "lead")
    lead(a, t)
    a.add("call.made", w.office.after(t, 4), delay=5 * DAY)
    a.add("deal.won", w.office.next(t + 7 * DAY, 0, 14))


@nearly("late_delivery")
def the_scanner_was_without_a_network(w: World) -> None:
    a, t = w.scene(14, "order")
    ship(a, place(a, t, due_days=5))
    a.add("parcel.delivered", t + 3 * DAY, delay=4 * DAY)


@breaks("campaign_into_complaint")
def the_complaint_is_written_down_after_the_offer(w: World) -> None:
    a, t = w.scene(10, "ticket")
    open_ticket(a, t)
    a.add("complaint.opened", t + 5 * MINUTE, delay=3 * DAY)
    resolve(a, w.office.after(t, 25), close=False)
    w.affair(a.person).add("campaign.sent", t + DAY, channel="mail", campaign="spring")
    w.expect("campaign_into_complaint", a, until=a.add("complaint.closed", t + 6 * DAY))


@breaks("late_delivery")
def the_scan_of_a_late_parcel_is_late_as_well(w: World) -> None:
    a, t = w.scene(16, "order")
    ship(a, place(a, t, due_days=4))
    w.expect("late_delivery", a, "order", until=a.add("parcel.delivered", t + 7 * DAY, delay=3 * DAY))


def _into_the_outage(w: World, left: float, *kinds: str) -> tuple[Affair, int]:
    """So many office hours before the service desk falls silent."""
    return w.scene_at(w.office.before(w.outage[0], left), *kinds)


@nearly("silence")
def answered_while_the_desk_was_gone(w: World) -> None:
    """Asked on the day before, due during the outage, answered in time: nobody could know."""
    a, t = _into_the_outage(w, 4)
    ask(a, t, answered=6)


@nearly("not_picked_up")
def taken_while_the_desk_was_gone(w: World) -> None:
    a, t = _into_the_outage(w, 1, "ticket")
    a.add("ticket.opened", t)
    resolve(a, w.office.after(hand_over(a, t + MINUTE, "returns", picked_up=2.5), 9))


@breaks("silence")
def answered_too_late_while_the_desk_was_gone(w: World) -> None:
    a, t = _into_the_outage(w, 5)
    w.expect("silence", a, until=ask(a, t, answered=11))


@breaks("silence")
def due_while_the_desk_was_gone_and_never_answered(w: World) -> None:
    a, t = _into_the_outage(w, 6)
    ask(a, t, answered=None)
    w.expect("silence", a)


@breaks("not_picked_up")
def lies_there_during_the_outage(w: World) -> None:
    a, t = _into_the_outage(w, 1, "ticket")
    a.add("ticket.opened", t)
    taken = hand_over(a, t + MINUTE, "billing", picked_up=5)
    resolve(a, w.office.after(taken, 6))
    w.expect("not_picked_up", a, "ticket", until=taken)


@breaks("broken_promise")
def promised_for_the_hours_of_the_outage(w: World) -> None:
    a, t = _into_the_outage(w, 7, "promise")
    begins, ends = w.outage
    a.add("promise.made", t, due_at=begins + 2 * HOUR, department="service")
    w.expect("broken_promise", a, "promise", until=a.add("promise.kept", ends - HOUR, department="service"))
