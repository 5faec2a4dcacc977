"""Stories of orders that come late, hang somewhere, or are asked about before they came."""

from streams.demo.steps import due_day, order, place, ship
from streams.demo.stories.told import breaks, nearly
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import Affair, World


def _deliver(affair: Affair, at: int) -> int:
    return affair.add("parcel.delivered", at)


@breaks("late_delivery")
def two_days_late(w: World) -> None:
    a, t = w.scene(12, "order")
    ship(a, place(a, t, due_days=5))
    w.expect("late_delivery", a, "order", until=_deliver(a, t + 7 * DAY))


@breaks("late_delivery")
def on_its_way_since_last_week(w: World) -> None:
    a, t = w.scene_at(w.long_ago(8), "order")
    ship(a, place(a, t, due_days=4))
    w.expect("late_delivery", a, "order")


@breaks("late_delivery")
def lost_on_its_way(w: World) -> None:
    """So it does not move either."""
    a, t = w.scene(20, "order")
    ship(a, place(a, t, due_days=6))
    w.expect("late_delivery", a, "order")
    w.expect("stuck_order", a, "order")


@breaks("late_delivery")
def canceled_when_the_day_was_over(w: World) -> None:
    a, t = w.scene(12, "order")
    ship(a, place(a, t, due_days=5))
    w.expect("late_delivery", a, "order", until=a.add("order.canceled", t + 8 * DAY))


@nearly("late_delivery")
def on_the_evening_of_the_promised_day(w: World) -> None:
    a, t = w.scene(12, "order")
    ship(a, place(a, t, due_days=6))
    w.expect("late_delivery", a, "order", until=_deliver(a, w.office.at(due_day(a, t, 6), 19.5)), level="at_risk")


@nearly("late_delivery")
def canceled_before_it_was_late(w: World) -> None:
    a, t = w.scene(12, "order")
    ship(a, place(a, t, due_days=7))
    a.add("order.canceled", t + 4 * DAY)


@nearly("late_delivery")
def a_day_early(w: World) -> None:
    a, t = w.scene(12, "order")
    ship(a, place(a, t, due_days=6))
    _deliver(a, t + 5 * DAY)


@breaks("stuck_order")
def the_workshop_needs_twelve_days(w: World) -> None:
    a, t = w.scene(20, "order")
    place(a, t, due_days=30)
    handed = a.add("parcel.handed_over", t + 12 * DAY)
    _deliver(a, handed + 2 * DAY)
    w.expect("stuck_order", a, "order", until=handed)


@breaks("stuck_order")
def lost_but_not_yet_late(w: World) -> None:
    a, t = w.scene_at(w.long_ago(14), "order")
    ship(a, place(a, t, due_days=40))
    w.expect("stuck_order", a, "order")


@breaks("stuck_order")
def never_paid_and_canceled(w: World) -> None:
    a, t = w.scene(16, "order")
    place(a, t, due_days=30, paid=None)
    a.add("payment.failed", t + 3 * MINUTE)
    w.expect("stuck_order", a, "order", until=a.add("order.canceled", t + 11 * DAY + 5 * HOUR))


@breaks("stuck_order")
def two_weeks_with_the_carrier(w: World) -> None:
    a, t = w.scene(22, "order")
    handed = ship(a, place(a, t, due_days=30))
    w.expect("stuck_order", a, "order", until=_deliver(a, handed + 14 * DAY))


@nearly("stuck_order")
def slow_at_every_step(w: World) -> None:
    a, t = w.scene(32, "order")
    place(a, t, due_days=45, paid=9 * DAY + 20 * HOUR)
    a.add("parcel.handed_over", t + 19 * DAY)
    _deliver(a, t + 28 * DAY)


@nearly("stuck_order")
def canceled_on_the_ninth_day(w: World) -> None:
    a, t = w.scene(14, "order")
    place(a, t, due_days=30)
    a.add("order.canceled", t + 9 * DAY)


@breaks("survey_too_early")
def asked_on_the_second_day(w: World) -> None:
    a, t = w.scene(12, "order")
    ship(a, place(a, t))
    a.add("survey.sent", t + 2 * DAY)
    w.expect("survey_too_early", a, "order", until=_deliver(a, t + 5 * DAY))


@breaks("survey_too_early")
def asked_twice_before_it_came(w: World) -> None:
    a, t = w.scene(14, "order")
    ship(a, place(a, t, due_days=12))
    for days in (2, 4):
        a.add("survey.sent", t + days * DAY)
    w.expect("survey_too_early", a, "order", until=_deliver(a, t + 6 * DAY), occurrences=2)


@breaks("survey_too_early")
def asked_about_what_was_canceled(w: World) -> None:
    a, t = w.scene(12, "order")
    place(a, t)
    a.add("order.canceled", t + 2 * DAY)
    a.add("survey.sent", t + 6 * DAY)
    w.expect("survey_too_early", a, "order")


@nearly("survey_too_early")
def asked_on_the_eve(w: World) -> None:
    a, t = w.scene(12, "order")
    ship(a, place(a, t))
    a.add("survey.sent", _deliver(a, t + 4 * DAY) - 20 * HOUR)


@nearly("survey_too_early")
def asked_two_days_after(w: World) -> None:
    a, t = w.scene(12, "order")
    a.add("survey.sent", order(a, t) + 2 * DAY)
