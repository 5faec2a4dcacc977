"""Stories of departments that deliver, count it as done, and hear of it again or not.

Whatever a customer says here is answered in time, so nothing of it breaks a rule of one customer: what is wrong is what the department
believes. All of it is delivered within the last four weeks, and so early that everything has been said before the end.
"""

from datetime import timedelta
from itertools import cycle

from streams.demo.happenings import SHOP
from streams.demo.steps import ask, order, place
from streams.demo.stories.told import across
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import Affair, World

RULE = "perception_gap"  # thirty journeys within 28 days, and more than a fifth of them not done for the customer
CUSTOMERS = 12  # furnish hotels and flats, and order every few days
FIRST, FOR = 25, 8  # days before the end: from then on, and for so long

Delivery = tuple[Affair, int]  # an order, and when it was delivered


def _delivered(w: World, department: str, number: int) -> list[Delivery]:
    """So many orders that this department brings itself and enters in the shop, in their order."""
    found = []
    for n, person in zip(range(number), cycle(w.regulars(CUSTOMERS)), strict=False):
        day = w.last_day - timedelta(days=FIRST - n * FOR // number)
        affair = w.affair(person, "order")
        place(affair, w.office.at(day - timedelta(days=2), 19) + n * MINUTE)
        found.append((affair, affair.add("parcel.delivered", w.office.at(day, 11) + n * MINUTE, system=SHOP, department=department)))
    return found


def _asks(delivery: Delivery, department: str = "service") -> None:
    affair, at = delivery
    ask(affair, affair.office.next(at, 3, 10), department=department, by=department, team="")


def _reviews(delivery: Delivery) -> None:
    affair, at = delivery
    affair.add("review.received", at + 4 * DAY, score=2)


def _rates(delivery: Delivery) -> None:
    affair, at = delivery
    asked = affair.add("survey.sent", at + 2 * DAY)
    affair.add("survey.answered", asked + 7 * HOUR, score=1)


def _complains(delivery: Delivery) -> None:
    affair, at = delivery
    opened = affair.add("complaint.opened", affair.office.next(at, 2, 10))
    affair.add("complaint.closed", affair.office.after(opened, 6))


@across(RULE)
def sales_brings_it_along_and_ten_of_thirty_two_are_not_done(w: World) -> None:
    deliveries = _delivered(w, "sales", 32)
    for delivery in deliveries[-10:-4]:
        _asks(delivery, "sales")
    for delivery in deliveries[-4:]:
        _reviews(delivery)
    w.expect_across(RULE, "sales", occurrences=10)


@across(RULE)
def marketing_sends_samples_and_nine_of_thirty_are_the_wrong_ones(w: World) -> None:
    deliveries = _delivered(w, "marketing", 30)
    for delivery in deliveries[-9:-4]:
        _rates(delivery)
    for delivery in deliveries[-4:]:
        _complains(delivery)
    w.expect_across(RULE, "marketing", occurrences=9)


@across(RULE)
def six_of_thirty_are_just_a_fifth(w: World) -> None:
    deliveries = _delivered(w, "online", 30)
    for delivery in deliveries[-6:-3]:
        _asks(delivery, "online")
    for delivery in deliveries[-3:]:
        _reviews(delivery)
    w.spare_across(RULE, "online")


@across(RULE)
def twelve_of_twenty_nine_say_nothing_yet(w: World) -> None:
    """Spare parts from engineering; one more, and it would speak."""
    deliveries = _delivered(w, "engineering", 29)
    for delivery in deliveries[-12:-6]:
        _asks(delivery)
    for delivery in deliveries[-6:]:
        _rates(delivery)
    w.spare_across(RULE, "engineering")


@across(RULE)
def the_carrier_is_asked_about_one_parcel_in_ten(w: World) -> None:
    """These sixty among all others: in a small company most of the others have a story of their own."""
    for n, person in zip(range(60), cycle(w.regulars(CUSTOMERS)), strict=False):
        order(w.affair(person, "order"), w.office.at(w.last_day - timedelta(days=FIRST - n * FOR // 60), 12) + n * MINUTE)
    w.spare_across(RULE, "offline")
