"""Stories of waiting: for an answer, for a solution, for engineering, and of solutions that are none."""

from streams.demo.steps import answer, ask, call, open_ticket, order, resolve
from streams.demo.stories.told import breaks, nearly
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import World

WEEK, SPAN = 7 * DAY, 90 * DAY  # within which a solution must hold; for how long a broken journey counts


@breaks("silence")
def answered_the_next_day_but_one(w: World) -> None:
    a, t = w.scene(8, "ticket")
    open_ticket(a, t)
    answered = ask(a, t + MINUTE, answered=12, channel="mail")
    resolve(a, w.office.after(answered, 4))
    w.expect("silence", a, "ticket", until=answered)


@breaks("silence")
def only_a_machine_answers_in_time(w: World) -> None:
    a, t = w.scene(8, "order", before=12)
    order(a, t - 11 * DAY)
    answered = ask(a, t, answered=9.5)
    answer(a, t + 2 * MINUTE, automatic=True)
    w.expect("silence", a, "order", until=answered)


@breaks("silence")
def nobody_ever_answers_a_mail(w: World) -> None:
    a, t = w.scene(5)
    ask(a, t, answered=None)
    w.expect("silence", a)


@breaks("silence")
def nobody_says_where_the_parcel_is(w: World) -> None:
    """Asked twice is still one silence."""
    a, t = w.scene(6, "order", before=12)
    order(a, t - 11 * DAY)
    ask(a, t, answered=None)
    ask(a, t + 2 * DAY + HOUR, answered=None, channel="phone")
    w.expect("silence", a, "order")


@breaks("silence")
def sales_calls_but_nobody_answers(w: World) -> None:
    """A call of sales is no answer to a question for service."""
    a, t = w.scene(10, "order", before=12)
    order(a, t - 11 * DAY)
    answered = ask(a, t, answered=36)
    call(a, w.office.after(t, 3))
    w.expect("silence", a, "order", until=answered)


@nearly("silence")
def answered_after_a_warning(w: World) -> None:
    a, t = w.scene(6, "order", before=12)
    order(a, t - 11 * DAY)
    w.expect("silence", a, "order", until=ask(a, t, answered=7), level="at_risk")


@nearly("silence")
def answered_without_saying_about_what(w: World) -> None:
    a, t = w.scene(6, "ticket")
    open_ticket(a, t)
    ask(a, t + MINUTE, answered=None)
    answer(w.affair(a.person), w.office.after(t, 3))
    resolve(a, w.office.after(t, 20))


@nearly("silence")
def asked_on_friday_answered_on_monday(w: World) -> None:
    a, t = w.scene(6, weekday=(4,), plain=5)
    ask(a, w.office.at(w.office.day_of(t), 17), answered=2.5)


@nearly("silence")
def solved_instead_of_answered(w: World) -> None:
    a, t = w.scene(6, "ticket")
    open_ticket(a, t)
    ask(a, t + MINUTE, answered=None)
    resolve(a, w.office.after(t, 5))


@breaks("unresolved")
def solved_in_the_second_week(w: World) -> None:
    a, t = w.scene(14, "ticket")
    open_ticket(a, t)
    ask(a, t + MINUTE, channel="phone")
    w.expect("unresolved", a, "ticket", until=resolve(a, w.office.after(t, 52)))


@breaks("unresolved")
def never_solved(w: World) -> None:
    a, t = w.scene(16, "ticket", "order")
    open_ticket(a, t, "fitters")
    ask(a, t + MINUTE)
    w.expect("unresolved", a, "order")


@breaks("unresolved")
def slow_when_it_comes_back(w: World) -> None:
    a, t = w.scene(24, "ticket")
    open_ticket(a, t)
    again = resolve(a, w.office.after(t, 10)) + 8 * DAY
    a.add("ticket.reopened", again)
    w.expect("unresolved", a, "ticket", until=resolve(a, w.office.after(again, 45)))


@breaks("unresolved")
def slow_even_without_the_customers_time(w: World) -> None:
    a, t = w.scene(20, "ticket", weekday=(0, 1), plain=14)
    open_ticket(a, t)
    a.add("ticket.waiting", w.office.after(t, 6))
    ask(a, t + WEEK)
    w.expect("unresolved", a, "ticket", until=resolve(a, w.office.after(t + WEEK, 38)))


@nearly("unresolved")
def the_customer_takes_ten_days(w: World) -> None:
    a, t = w.scene(18, "ticket")
    open_ticket(a, t)
    a.add("ticket.waiting", w.office.after(t, 2))
    asked = w.office.next(t + 10 * DAY, 0, 10)
    ask(a, asked)
    resolve(a, w.office.after(asked, 5))


@nearly("unresolved")
def solved_after_a_warning(w: World) -> None:
    a, t = w.scene(10, "ticket")
    open_ticket(a, t)
    w.expect("unresolved", a, "ticket", until=resolve(a, w.office.after(t, 36)), level="at_risk")


@nearly("unresolved")
def the_customer_never_comes_back(w: World) -> None:
    a, t = w.scene(12, "ticket")
    open_ticket(a, t)
    a.add("ticket.waiting", w.office.after(t, 4))


@breaks("ignored_escalation")
def engineering_answers_after_two_days_and_a_half(w: World) -> None:
    a, t = w.scene(8, "ticket")
    open_ticket(a, t)
    a.add("escalation.raised", w.office.after(t, 2))
    answered = a.add("escalation.answered", w.office.after(t, 27))
    resolve(a, w.office.after(t, 29))
    w.expect("ignored_escalation", a, "ticket", until=answered)


@breaks("ignored_escalation")
def service_finds_a_way_around(w: World) -> None:
    """Resolved, but engineering still owes an answer."""
    a, t = w.scene(8, "ticket")
    open_ticket(a, t)
    a.add("escalation.raised", w.office.after(t, 2))
    resolve(a, w.office.after(t, 28), close=False)
    w.expect("ignored_escalation", a, "ticket")


@breaks("ignored_escalation")
def closed_before_engineering_looked(w: World) -> None:
    a, t = w.scene(8, "ticket", "order")
    open_ticket(a, t)
    a.add("escalation.raised", w.office.after(t, 1))
    w.expect("ignored_escalation", a, "order", until=a.add("ticket.closed", w.office.after(t, 29)))


@breaks("ignored_escalation")
def engineering_is_silent_at_the_end(w: World) -> None:
    a, t = w.scene_at(w.office.before(w.as_of, 26), "ticket")
    open_ticket(a, t)
    a.add("escalation.raised", w.office.after(t, 2))
    w.expect("ignored_escalation", a, "ticket")


@nearly("ignored_escalation")
def answered_on_the_next_afternoon(w: World) -> None:
    a, t = w.scene(8, "ticket")
    open_ticket(a, t)
    a.add("escalation.raised", w.office.after(t, 1))
    a.add("escalation.answered", w.office.next(t, 1, 17.5))
    resolve(a, w.office.next(t, 2, 11))


@nearly("ignored_escalation")
def raised_on_friday_answered_on_monday(w: World) -> None:
    a, t = w.scene(8, "ticket", weekday=(4,), plain=5)
    open_ticket(a, t)
    a.add("escalation.raised", w.office.after(t, 4))
    a.add("escalation.answered", w.office.next(t, 1, 16))
    resolve(a, w.office.next(t, 2, 9))


@breaks("false_resolution")
def open_again_after_two_days(w: World) -> None:
    a, t = w.scene(10, "ticket", weekday=(0, 1))
    open_ticket(a, t)
    again = a.add("ticket.reopened", resolve(a, w.office.after(t, 8), close=False) + 2 * DAY)
    resolve(a, w.office.after(again, 10))
    w.expect("false_resolution", a, "ticket", until=again)


@breaks("false_resolution")
def one_star_the_next_day(w: World) -> None:
    a, t = w.scene(10, "ticket")
    open_ticket(a, t)
    resolved = resolve(a, w.office.after(t, 9))
    a.add("survey.sent", resolved + 20 * HOUR)
    a.add("survey.answered", resolved + 26 * HOUR, score=1)
    w.expect("false_resolution", a, "ticket", until=resolved + WEEK)


@breaks("false_resolution")
def a_new_ticket_about_the_same_order(w: World) -> None:
    a, t = w.scene(12, "ticket", "order", before=12)
    order(a, t - 11 * DAY)
    open_ticket(a, t)
    resolved = resolve(a, w.office.after(t, 7))
    b = w.affair(a.person, "ticket", order=a.refs["order"])
    second = open_ticket(b, w.office.next(resolved, 2, 10), "returns")
    resolve(b, w.office.after(second, 9))
    w.expect("false_resolution", a, "order", until=resolved + WEEK)


@breaks("false_resolution")
def the_answer_is_a_complaint(w: World) -> None:
    a, t = w.scene(10, "ticket")
    open_ticket(a, t)
    resolved = resolve(a, w.office.after(t, 6), close=False)
    a.add("complaint.opened", resolved + 18 * HOUR)
    a.add("complaint.closed", resolved + 4 * DAY)
    w.expect("false_resolution", a, "ticket", until=resolved + WEEK)


@breaks("false_resolution")
def unhappy_twice(w: World) -> None:
    """The second time is also unhappiness after a broken journey."""
    a, t = w.scene(12, "ticket", "order", before=12)
    order(a, t - 11 * DAY)
    open_ticket(a, t)
    resolved = resolve(a, w.office.after(t, 9))
    first = a.add("survey.answered", resolved + 30 * HOUR, score=2, refs={"ticket": a.refs["ticket"]})
    a.add("review.received", first + 2 * DAY, score=1, refs={"order": a.refs["order"]})
    w.expect("false_resolution", a, "order", until=resolved + WEEK, occurrences=2)
    w.expect("lost_after_broken_journey", a, until=first + SPAN)


@nearly("false_resolution")
def five_stars(w: World) -> None:
    a, t = w.scene(10, "ticket")
    open_ticket(a, t)
    resolved = resolve(a, w.office.after(t, 9))
    a.add("survey.sent", resolved + 20 * HOUR)
    a.add("survey.answered", resolved + 26 * HOUR, score=5)


@nearly("false_resolution")
def open_again_after_eight_days(w: World) -> None:
    a, t = w.scene(18, "ticket")
    open_ticket(a, t)
    again = a.add("ticket.reopened", resolve(a, w.office.after(t, 8)) + 8 * DAY)
    resolve(a, w.office.after(again, 12))


@nearly("false_resolution")
def a_new_ticket_about_something_else(w: World) -> None:
    a, t = w.scene(12, "ticket")
    open_ticket(a, t)
    resolved = resolve(a, w.office.after(t, 7))
    b = w.affair(a.person, "ticket")
    second = open_ticket(b, w.office.next(resolved, 1, 10))
    resolve(b, w.office.after(second, 9))
