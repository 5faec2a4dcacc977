"""Stories of the customer's effort: saying it again, asking again, being sent from one department to the next."""

from streams.demo.steps import ask, open_ticket, order, resolve
from streams.demo.stories.told import breaks, last_end, nearly, pairs
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import World

EARLY_IN_THE_WEEK = (0, 1, 2)


@breaks("repeats_itself")
def the_order_number_again(w: World) -> None:
    a, t = w.scene(6, "ticket")
    open_ticket(a, t)
    ask(a, t + 2 * MINUTE, team="hotline", channel="phone", facts=("order_number", "address"))
    ask(a, w.office.next(t, 1, 10), team="returns", channel="phone", facts=("order_number", "defect"))
    resolve(a, w.office.next(t, 1, 15))
    w.expect("repeats_itself", a, "ticket", until=t + 2 * MINUTE + 30 * DAY)


@breaks("repeats_itself")
def everything_again(w: World) -> None:
    a, t = w.scene(6, "ticket", "order")
    open_ticket(a, t)
    for number, team in enumerate(("hotline", "fitters")):
        ask(a, w.office.next(t, number, 10.5) + 1, team=team, channel="phone", facts=("order_number", "address"))
    resolve(a, w.office.next(t, 1, 15))
    for _ in range(2):
        w.expect("repeats_itself", a, "order", until=w.office.next(t, 0, 10.5) + 1 + 30 * DAY)


@breaks("repeats_itself")
def to_three_teams(w: World) -> None:
    a, t = w.scene(8, "ticket", plain=4)
    open_ticket(a, t)
    asked = [w.office.next(t, number, 10.5) for number in range(3)]
    for at, team in zip(asked, ("hotline", "billing", "returns"), strict=True):
        ask(a, at, team=team, facts=("iban",))
    resolve(a, w.office.next(t, 2, 15))
    w.expect("repeats_itself", a, "ticket", until=last_end(asked, 1, 30), occurrences=pairs(asked, 1))


@nearly("repeats_itself")
def something_else_to_the_other_team(w: World) -> None:
    a, t = w.scene(6, "ticket")
    open_ticket(a, t)
    ask(a, t + 2 * MINUTE, team="hotline", facts=("order_number",))
    ask(a, w.office.next(t, 1, 10), team="returns", facts=("defect",))
    resolve(a, w.office.next(t, 1, 15))


@nearly("repeats_itself")
def the_same_to_the_same_team(w: World) -> None:
    a, t = w.scene(6, "ticket")
    open_ticket(a, t)
    ask(a, t + 2 * MINUTE, team="hotline", facts=("order_number",))
    ask(a, w.office.next(t, 1, 10), team="hotline", facts=("order_number",))
    resolve(a, w.office.next(t, 1, 15))


@nearly("repeats_itself")
def the_same_about_something_else(w: World) -> None:
    a, t = w.scene(8, "ticket")
    open_ticket(a, t)
    ask(a, t + 2 * MINUTE, team="hotline", facts=("address",))
    resolve(a, w.office.after(t, 6))
    b = w.affair(a.person, "ticket")
    open_ticket(b, w.office.next(t, 2, 9), "returns")
    ask(b, w.office.next(t, 2, 9.1), team="returns", facts=("address",))
    resolve(b, w.office.next(t, 2, 14))


@nearly("repeats_itself")
def the_same_after_more_than_a_month(w: World) -> None:
    a, t = w.scene(38, "order", before=12)
    order(a, t - 11 * DAY)
    for at, team in ((t, "hotline"), (w.office.next(t + 31 * DAY, 1, 10), "returns")):
        b = w.affair(a.person, "ticket", order=a.refs["order"])
        open_ticket(b, at, team)
        ask(b, at + 3 * MINUTE, team=team, facts=("order_number",))
        resolve(b, w.office.after(at, 4))


@breaks("sent_around")
def service_says_ask_sales_says_ask_the_shop(w: World) -> None:
    a, t = w.scene(8, "ticket", plain=4)
    open_ticket(a, t)
    asked = [t + 5 * MINUTE, w.office.after(t, 3), w.office.next(t, 1, 10)]
    for at, department in zip(asked, ("service", "sales", "online"), strict=True):
        ask(a, at, department=department)
    resolve(a, w.office.next(t, 1, 16))
    w.expect("sent_around", a, "ticket", until=last_end(asked, 2, 14))


@breaks("sent_around")
def four_departments_for_one_sofa(w: World) -> None:
    a, t = w.scene(8, "ticket", plain=5, weekday=EARLY_IN_THE_WEEK)
    open_ticket(a, t)
    asked = [t + 5 * MINUTE, w.office.after(t, 4), w.office.next(t, 1, 10), w.office.next(t, 2, 10)]
    for at, department in zip(asked, ("service", "offline", "online", "sales"), strict=True):
        ask(a, at, department=department)
    resolve(a, w.office.next(t, 2, 15))
    w.expect("sent_around", a, "ticket", until=last_end(asked, 2, 14), occurrences=pairs(asked, 2))


@breaks("sent_around")
def and_each_of_them_writes_back(w: World) -> None:
    """So the customer also hears from three departments about one thing."""
    a, t = w.scene(8, "ticket", weekday=EARLY_IN_THE_WEEK, plain=4)
    open_ticket(a, t)
    asked = [t + 5 * MINUTE, w.office.after(t, 3), w.office.next(t, 1, 10)]
    answered = [ask(a, at, department=by, by=by) for at, by in zip(asked, ("service", "sales", "online"), strict=True)]
    resolve(a, w.office.next(t, 1, 16))
    w.expect("sent_around", a, "ticket", until=last_end(asked, 2, 14))
    w.expect("duplicate_outreach", a, "ticket", until=last_end(answered, 1, 2), occurrences=pairs(answered, 1))


@nearly("sent_around")
def two_departments(w: World) -> None:
    a, t = w.scene(6, "ticket")
    open_ticket(a, t)
    for at, department in ((t + 5 * MINUTE, "service"), (w.office.after(t, 3), "sales"), (w.office.next(t, 1, 10), "service")):
        ask(a, at, department=department)
    resolve(a, w.office.next(t, 1, 15))


@nearly("sent_around")
def three_departments_about_three_things(w: World) -> None:
    a, t = w.scene(8, "order", before=12)
    order(a, t - 11 * DAY)
    ask(a, t, department="online")
    b = w.affair(a.person, "ticket")
    open_ticket(b, w.office.next(t, 1, 9))
    ask(b, w.office.next(t, 1, 9.1))
    resolve(b, w.office.next(t, 1, 15))
    ask(w.affair(a.person, "lead"), w.office.next(t, 2, 9.5), department="sales")


@nearly("sent_around")
def three_departments_in_more_than_two_weeks(w: World) -> None:
    a, t = w.scene(20, "order", before=12)
    order(a, t - 11 * DAY)
    for days, department in ((0, "service"), (8, "online"), (15, "offline")):
        ask(a, t + days * DAY, department=department)


@breaks("too_much_effort")
def five_times_about_one_parcel(w: World) -> None:
    a, t = w.scene(14, "order", weekday=(0,), plain=12, before=12)
    order(a, t - 11 * DAY)
    asked = [t + days * DAY for days in (0, 2, 4, 7, 9)]
    for at in asked:
        ask(a, at)
    w.expect("too_much_effort", a, "order", until=last_end(asked, 4, 14))


@breaks("too_much_effort")
def six_times_about_one_parcel(w: World) -> None:
    a, t = w.scene(14, "order", weekday=(0,), plain=13, before=12)
    order(a, t - 11 * DAY)
    asked = [t + days * DAY for days in (0, 2, 4, 7, 9, 11)]
    for at in asked:
        ask(a, at, channel="phone")
    w.expect("too_much_effort", a, "order", until=last_end(asked, 4, 14), occurrences=pairs(asked, 4))


@breaks("too_much_effort")
def five_times_in_two_days(w: World) -> None:
    """And five answers are too many contacts as well."""
    a, t = w.scene(8, "ticket", plain=4)
    open_ticket(a, t)
    asked = [t + 3 * MINUTE, w.office.after(t, 3), w.office.after(t, 6), w.office.next(t, 1, 10), w.office.next(t, 1, 13)]
    answered = [ask(a, at) for at in asked]
    resolve(a, w.office.next(t, 1, 16))
    w.expect("too_much_effort", a, "ticket", until=last_end(asked, 4, 14))
    w.expect("too_many_contacts", a, until=last_end(answered, 4, 7))


@nearly("too_much_effort")
def four_times(w: World) -> None:
    a, t = w.scene(12, "order", weekday=(0,), plain=10, before=12)
    order(a, t - 11 * DAY)
    for days in (0, 2, 4, 9):
        ask(a, t + days * DAY)


@nearly("too_much_effort")
def five_times_in_more_than_two_weeks(w: World) -> None:
    a, t = w.scene(20, "order", weekday=(0,), plain=18, before=12)
    order(a, t - 11 * DAY)
    for days in (0, 3, 7, 10, 16):
        ask(a, t + days * DAY + days * HOUR // 10)


@nearly("too_much_effort")
def three_times_and_twice_about_something_else(w: World) -> None:
    a, t = w.scene(12, "order", weekday=(0,), plain=10, before=12)
    order(a, t - 11 * DAY)
    b = w.affair(a.person, "order")
    order(b, t - 10 * DAY)
    for affair, days in ((a, 0), (b, 1), (a, 3), (b, 7), (a, 8)):
        ask(affair, t + days * DAY)
