"""Stories of two departments that both want a customer, or neither does."""

from streams.demo.steps import order
from streams.demo.stories.told import breaks, nearly
from streams.demo.workdays import DAY, HOUR
from streams.demo.world import Affair, World

SALES_WINDOW = 14 * DAY  # for so long a quote or a claim is in the way of others


def _claim(affair: Affair, at: int, department: str) -> int:
    return affair.add("claim.opened", at, department=department)


def _release(affair: Affair, at: int, department: str) -> int:
    return affair.add("claim.released", at, department=department)


@breaks("ownership_conflict")
def sales_and_marketing_both_claim_it(w: World) -> None:
    a, t = w.scene(10)
    _claim(a, t, "sales")
    _claim(a, t + 5 * DAY, "marketing")
    w.expect("ownership_conflict", a)


@breaks("ownership_conflict")
def sales_gives_in_and_service_confirms(w: World) -> None:
    a, t = w.scene(10)
    _claim(a, t, "sales")
    _claim(a, t + 2 * DAY, "service")
    released = _release(a, w.office.next(t + 4 * DAY, 0, 10), "sales")
    _claim(a, released + 2 * HOUR, "service")
    w.expect("ownership_conflict", a, until=released)


@breaks("ownership_conflict")
def sales_gives_in_and_nobody_confirms(w: World) -> None:
    """The customer had two owners; now it is not said that there is one."""
    a, t = w.scene(12)
    _claim(a, t, "sales")
    _claim(a, t + 2 * DAY, "online")
    w.expect("ownership_conflict", a, until=_release(a, w.office.next(t + 4 * DAY, 0, 10), "sales"))
    w.expect("nobody_owns", a)


@breaks("ownership_conflict")
def three_departments_claim_it(w: World) -> None:
    a, t = w.scene(10)
    for days, department in enumerate(("sales", "service", "marketing")):
        _claim(a, t + days * DAY, department)
    w.expect("ownership_conflict", a, occurrences=3)


@nearly("ownership_conflict")
def one_after_the_other(w: World) -> None:
    a, t = w.scene(10)
    _claim(a, t, "sales")
    _claim(a, _release(a, w.office.next(t, 3, 11), "sales") + 4 * HOUR, "marketing")


@nearly("ownership_conflict")
def one_department_says_it_twice(w: World) -> None:
    a, t = w.scene(10)
    _claim(a, t, "service")
    _claim(a, t + 3 * DAY, "service")


@breaks("nobody_owns")
def released_and_forgotten(w: World) -> None:
    a, t = w.scene(12)
    _claim(a, t, "sales")
    _release(a, w.office.next(t, 4, 15), "sales")
    w.expect("nobody_owns", a)


@breaks("nobody_owns")
def taken_over_after_four_days(w: World) -> None:
    a, t = w.scene(18)
    _claim(a, t, "sales")
    released = _release(a, w.office.next(t, 3, 15), "sales")
    w.expect("nobody_owns", a, until=_claim(a, w.office.next(released, 4, 9), "service"))


@breaks("nobody_owns")
def let_go_and_taken_back(w: World) -> None:
    a, t = w.scene(16)
    _claim(a, t, "marketing")
    released = _release(a, w.office.next(t, 2, 11), "marketing")
    w.expect("nobody_owns", a, until=_claim(a, w.office.next(released, 3, 16), "marketing"))


@nearly("nobody_owns")
def taken_over_on_the_next_evening(w: World) -> None:
    a, t = w.scene(10)
    _claim(a, t, "sales")
    released = _release(a, w.office.next(t, 2, 9), "sales")
    _claim(a, w.office.next(released, 1, 17.75), "service")


@nearly("nobody_owns")
def released_on_friday_taken_over_on_monday(w: World) -> None:
    a, t = w.scene(12, weekday=(2,), plain=6)
    _claim(a, t, "sales")
    released = _release(a, w.office.next(t, 2, 17), "sales")
    _claim(a, w.office.next(released, 1, 16), "service")


@breaks("channel_conflict")
def quoted_by_sales_ordered_online(w: World) -> None:
    a, t = w.scene(14, "quote")
    a.add("quote.sent", t)
    order(w.affair(a.person, "order"), t + 5 * DAY + 10 * HOUR)
    w.expect("channel_conflict", a, until=t + SALES_WINDOW)


@breaks("channel_conflict")
def claimed_by_marketing_sold_by_sales(w: World) -> None:
    a, t = w.scene(12, "deal")
    _claim(a, t, "marketing")
    a.add("deal.won", w.office.next(t, 3, 14))
    w.expect("channel_conflict", a, until=t + SALES_WINDOW)


@breaks("channel_conflict")
def planned_in_the_store_signed_with_sales(w: World) -> None:
    a, t = w.scene(14, "quote")
    a.add("quote.sent", t, department="offline")
    w.affair(a.person, "deal").add("deal.won", w.office.next(t, 5, 14))
    w.expect("channel_conflict", a, until=t + SALES_WINDOW)


@breaks("channel_conflict")
def bought_twice_elsewhere_before_sales_closed(w: World) -> None:
    a, t = w.scene(20, "quote")
    a.add("quote.sent", t)
    for days in (2, 4):
        order(w.affair(a.person, "order"), t + days * DAY + 9 * HOUR)
    w.expect("channel_conflict", a, until=w.affair(a.person, "deal").add("deal.won", t + 8 * DAY), occurrences=2)


@nearly("channel_conflict")
def sales_had_closed_before(w: World) -> None:
    a, t = w.scene(14, "quote")
    a.add("quote.sent", t)
    w.affair(a.person, "deal").add("deal.won", w.office.next(t, 2, 14))
    order(w.affair(a.person, "order"), t + 8 * DAY)


@nearly("channel_conflict")
def ordered_when_the_quote_was_old(w: World) -> None:
    a, t = w.scene(24, "quote")
    a.add("quote.sent", t)
    order(w.affair(a.person, "order"), t + 15 * DAY)


@nearly("channel_conflict")
def planned_and_bought_in_the_store(w: World) -> None:
    a, t = w.scene(14, "quote")
    a.add("quote.sent", t, department="offline")
    order(w.affair(a.person, "order"), t + 3 * DAY + HOUR, department="offline")


@nearly("channel_conflict")
def released_before_it_was_sold(w: World) -> None:
    a, t = w.scene(16)
    _claim(a, t, "sales")
    released = _release(a, w.office.next(t, 2, 10), "sales")
    _claim(a, released + 3 * HOUR, "online")
    order(w.affair(a.person, "order"), released + 3 * DAY)
