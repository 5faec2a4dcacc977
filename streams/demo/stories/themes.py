"""Stories of what many customers report, and engineering answers or does not hear.

Each of these customers is looked after: the ticket is taken and solved within a day, the return is received. That it is always the same thing
can be seen in no single history.
"""

from streams.demo.people import Person
from streams.demo.steps import hand_over, order, resolve
from streams.demo.stories.told import across
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import Affair, World

RULE = "unheard_theme"  # five customers within 14 days since engineering answered last


def _morning(w: World, before: int) -> int:
    """The first working morning in so many days before the end: it stays within them, whatever the holidays."""
    return w.office.next(w.as_of - before * DAY, 0, 9)


def _ticket(w: World, person: Person, at: int, **theme: str) -> Affair:
    """Written down under its name, taken, and solved within a day."""
    affair = w.affair(person, "ticket")
    affair.add("ticket.opened", at, **theme)
    hand_over(affair, at + MINUTE, "fitters")
    resolve(affair, w.office.after(at, 5))
    return affair


def _complaint(w: World, person: Person, at: int, **theme: str) -> None:
    """About what came weeks ago."""
    affair = w.affair(person, "order")
    order(affair, w.office.next(w.as_of - 40 * DAY, 0, 10))
    affair.add("complaint.opened", at, **theme)
    affair.add("complaint.closed", w.office.after(at, 6))


def _return(w: World, person: Person, at: int, **theme: str) -> None:
    """Sent back, with the reason on the label."""
    affair = w.affair(person, "order")
    order(affair, w.office.next(w.as_of - 35 * DAY, 0, 10))
    affair.add("return.received", at, **theme)


def _answered(affair: Affair, at: int, product: str) -> None:
    """Engineering is asked about the ticket, and answers under the name of the product."""
    affair.add("escalation.raised", at)
    affair.add("escalation.answered", at + 2 * HOUR, product=product)


@across(RULE)
def seven_customers_and_one_sofa(w: World) -> None:
    """One of them says it twice, and is one customer."""
    people = w.regulars(7)
    for number, person in enumerate(people[:5]):
        _ticket(w, person, _morning(w, 12 - number) + 3 * MINUTE, product="Ludwig sofa")
    for number, person in enumerate(people[5:]):
        _complaint(w, person, _morning(w, 9 - number) + 5 * MINUTE, product="Ludwig sofa")
    _ticket(w, people[0], _morning(w, 6) + 7 * MINUTE, product="Ludwig sofa")
    w.expect_across(RULE, "product", "Ludwig sofa", occurrences=7)


@across(RULE)
def sent_back_and_complained_about_for_one_reason(w: World) -> None:
    """Logistics sees three of them and service two."""
    people = w.regulars(12)[7:]
    for number, person in enumerate(people[:3]):
        _return(w, person, _morning(w, 11 - number) + 11 * MINUTE, reason="smells of glue")
    for number, person in enumerate(people[3:]):
        _ticket(w, person, _morning(w, 8 - number) + 13 * MINUTE, reason="smells of glue")
    w.expect_across(RULE, "reason", "smells of glue", occurrences=5)


@across(RULE)
def answered_once_and_then_it_went_on(w: World) -> None:
    """Those who had said it before the answer were heard."""
    people = w.regulars(9)[2:]
    before = [_ticket(w, person, _morning(w, 13) + 17 * MINUTE, product="Isar table") for person in people[:2]]
    _answered(before[0], _morning(w, 13) + 2 * HOUR, "Isar table")
    for number, person in enumerate(people[2:]):
        _ticket(w, person, _morning(w, 10 - number) + 5 * HOUR, product="Isar table")
    w.expect_across(RULE, "product", "Isar table", occurrences=5)


@across(RULE)
def four_customers_one_of_them_three_times(w: World) -> None:
    people = w.regulars(4)
    for number, person in enumerate((*people, people[3], people[3])):
        _ticket(w, person, _morning(w, 12 - number) + 6 * HOUR, product="Kastanie lamp")
    w.spare_across(RULE, "product", "Kastanie lamp")


@across(RULE)
def engineering_answers_after_the_fourth(w: World) -> None:
    """And four more say it afterwards."""
    people = w.regulars(12)[4:]
    before = [_ticket(w, person, _morning(w, 13) + 19 * MINUTE, product="Alpsee bed") for person in people[:4]]
    _answered(before[3], _morning(w, 13) + HOUR, "Alpsee bed")
    for number, person in enumerate(people[4:]):
        _ticket(w, person, _morning(w, 8 - number) + 23 * MINUTE, product="Alpsee bed")
    w.spare_across(RULE, "product", "Alpsee bed")


@across(RULE)
def five_customers_in_a_little_more_than_two_weeks(w: World) -> None:
    people = w.regulars(12)[1:6]
    first = _morning(w, 26)
    last = w.office.next(first + 14 * DAY, 1, 9)
    for person, at in zip(people, (first, *(_morning(w, days) for days in (12, 11, 10)), last), strict=True):
        _ticket(w, person, at + 29 * MINUTE, reason="a screw is missing")
    w.spare_across(RULE, "reason", "a screw is missing")
