"""Stories of somebody who wanted to buy."""

from streams.demo.steps import answer, call, lead, order
from streams.demo.stories.told import breaks, nearly
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import Affair, World

DECIDED_WITHIN = 80  # days before the end at most: later leads need no outcome yet
COUNTS = 90 * DAY  # for so long a rejection, a missed follow-up, a missing outcome counts


def _follow_up_due(affair: Affair, qualified: int) -> int:
    return affair.office.after(qualified, 8)


def _win(affair: Affair, at: int) -> int:
    return affair.add("deal.won", at)


@breaks("lead_not_followed_up")
def called_the_next_day_but_one(w: World) -> None:
    a, t = w.scene(16, "lead")
    called = call(a, w.office.after(lead(a, t), 12))
    _win(a, w.office.next(called, 5, 14))
    w.expect("lead_not_followed_up", a, "lead", until=called)


@breaks("lead_not_followed_up")
def service_writes_but_sales_does_not(w: World) -> None:
    a, t = w.scene(20, "lead")
    lead(a, t)
    answer(a, w.office.after(t, 5))
    called = call(a, w.office.after(t, 35))
    _win(a, w.office.next(called, 5, 14))
    w.expect("lead_not_followed_up", a, "lead", until=called)


@breaks("lead_not_followed_up")
def nobody_ever_calls(w: World) -> None:
    a, t = w.scene(6, "lead", within=DECIDED_WITHIN)
    lead(a, t, score=88)
    w.expect("lead_not_followed_up", a, "lead")


@nearly("lead_not_followed_up")
def called_after_a_warning(w: World) -> None:
    a, t = w.scene(16, "lead")
    called = call(a, w.office.after(lead(a, t), 7))
    _win(a, w.office.next(called, 5, 14))
    w.expect("lead_not_followed_up", a, "lead", until=called, level="at_risk")


@nearly("lead_not_followed_up")
def a_quote_is_work_as_well(w: World) -> None:
    a, t = w.scene(16, "lead", "quote", "deal")
    lead(a, t)
    a.add("quote.sent", w.office.after(t, 3))
    _win(a, w.office.next(t, 5, 14))


@nearly("lead_not_followed_up")
def bought_before_anybody_could_call(w: World) -> None:
    a, t = w.scene(16, "lead", "order", within=DECIDED_WITHIN)
    lead(a, t)
    order(a, w.office.after(t, 4), lead=a.refs["lead"])


@breaks("lead_without_outcome")
def called_and_forgotten(w: World) -> None:
    a, t = w.scene_at(w.long_ago(92), "lead")
    call(a, w.office.after(lead(a, t), 3))
    w.expect("lead_without_outcome", a, "lead")


@breaks("lead_without_outcome")
def quoted_and_forgotten(w: World) -> None:
    a, t = w.scene_at(w.long_ago(94), "lead", "quote")
    lead(a, t)
    a.add("quote.sent", w.office.after(t, 2))
    w.expect("lead_without_outcome", a, "lead")


@breaks("lead_without_outcome")
def written_off_after_three_months(w: World) -> None:
    a, t = w.scene_at(w.long_ago(97), "lead", "deal")
    call(a, w.office.after(lead(a, t), 3))
    w.expect("lead_without_outcome", a, "lead", until=a.add("deal.lost", t + 93 * DAY))


@nearly("lead_without_outcome")
def lost_in_the_last_week(w: World) -> None:
    a, t = w.scene_at(w.long_ago(95), "lead", "deal")
    call(a, w.office.after(lead(a, t), 3))
    a.add("deal.lost", t + 84 * DAY)


@nearly("lead_without_outcome")
def won_before_it_was_qualified(w: World) -> None:
    """Marketing scores somebody who has signed already."""
    a, t = w.scene_at(w.long_ago(95), "lead", "deal")
    _win(a, t - DAY)
    call(a, w.office.after(lead(a, t), 3))


@breaks("lead_rejected_unworked")
def junk_at_first_sight(w: World) -> None:
    a, t = w.scene(8, "lead")
    a.add("lead.rejected", w.office.after(lead(a, t, score=45), 3), reason="budget")
    w.expect("lead_rejected_unworked", a, "lead")


@breaks("lead_rejected_unworked")
def rejected_and_called_afterwards(w: World) -> None:
    a, t = w.scene(8, "lead")
    a.add("lead.rejected", w.office.after(lead(a, t, score=50), 2), reason="region")
    w.expect("lead_rejected_unworked", a, "lead", until=call(a, w.office.next(t, 2, 11)))


@breaks("lead_rejected_unworked")
def rejected_before_it_was_qualified(w: World) -> None:
    a, t = w.scene(8, "lead")
    a.add("lead.created", t)
    a.add("lead.rejected", w.office.after(t, 2), reason="duplicate")
    w.expect("lead_rejected_unworked", a, "lead")


@breaks("lead_rejected_unworked")
def only_service_had_spoken_to_them(w: World) -> None:
    a, t = w.scene(8, "lead")
    answer(a, w.office.after(lead(a, t, score=65), 1))
    a.add("lead.rejected", w.office.after(t, 5), reason="no interest")
    w.expect("lead_rejected_unworked", a, "lead")


@nearly("lead_rejected_unworked")
def called_then_rejected(w: World) -> None:
    a, t = w.scene(8, "lead")
    call(a, w.office.after(lead(a, t, score=55), 1))
    a.add("lead.rejected", w.office.after(t, 4), reason="no interest")


@nearly("lead_rejected_unworked")
def written_to_then_rejected(w: World) -> None:
    a, t = w.scene(8, "lead")
    answer(a, w.office.after(lead(a, t, score=55), 1), "sales", channel="mail")
    a.add("lead.rejected", w.office.next(t, 2, 10), reason="no answer")


@nearly("lead_rejected_unworked")
def quoted_then_rejected(w: World) -> None:
    a, t = w.scene(12, "lead", "quote")
    lead(a, t, score=70)
    a.add("quote.sent", w.office.after(t, 2))
    a.add("lead.rejected", w.office.next(t, 4, 10), reason="budget")


@breaks("lead_disputed")
def hot_for_marketing_junk_for_sales(w: World) -> None:
    a, t = w.scene(8, "lead")
    call(a, w.office.after(lead(a, t, score=92), 2))
    a.add("lead.rejected", w.office.next(t, 2, 11), reason="no interest")
    w.expect("lead_disputed", a, "lead", until=t + 30 * DAY)


@breaks("lead_disputed")
def just_hot_enough_and_rejected_weeks_later(w: World) -> None:
    a, t = w.scene(25, "lead")
    call(a, w.office.after(lead(a, t, score=80), 2))
    a.add("lead.rejected", t + 20 * DAY, reason="budget")
    w.expect("lead_disputed", a, "lead", until=t + 30 * DAY)


@breaks("lead_disputed")
def hot_and_rejected_without_a_call(w: World) -> None:
    a, t = w.scene(8, "lead")
    a.add("lead.rejected", w.office.after(lead(a, t, score=97), 4), reason="region")
    w.expect("lead_disputed", a, "lead", until=t + 30 * DAY)
    w.expect("lead_rejected_unworked", a, "lead")


@nearly("lead_disputed")
def not_quite_hot(w: World) -> None:
    a, t = w.scene(8, "lead")
    call(a, w.office.after(lead(a, t, score=79), 2))
    a.add("lead.rejected", w.office.next(t, 2, 11), reason="no interest")


@nearly("lead_disputed")
def hot_but_that_was_last_month(w: World) -> None:
    a, t = w.scene(36, "lead")
    call(a, w.office.after(lead(a, t, score=91), 2))
    a.add("lead.rejected", t + 31 * DAY + HOUR, reason="budget")


@breaks("lead_spoiled")
def called_too_late_and_lost(w: World) -> None:
    a, t = w.scene(14, "lead", "deal")
    called = call(a, w.office.after(lead(a, t), 15))
    a.add("deal.lost", called + 6 * DAY, reason="bought elsewhere")
    w.expect("lead_not_followed_up", a, "lead", until=called)
    w.expect("lead_spoiled", a, until=_follow_up_due(a, t) + COUNTS)


@breaks("lead_spoiled")
def never_called_and_rejected(w: World) -> None:
    a, t = w.scene(10, "lead")
    rejected = a.add("lead.rejected", w.office.after(lead(a, t, score=58), 20), reason="too old")
    w.expect("lead_not_followed_up", a, "lead", until=rejected)
    w.expect("lead_rejected_unworked", a, "lead")
    w.expect("lead_spoiled", a, until=_follow_up_due(a, t) + COUNTS)


@breaks("lead_spoiled")
def the_next_lead_is_lost_as_well(w: World) -> None:
    """The first wait cost a second deal: two losses."""
    a, t = w.scene(26, "lead", "deal")
    called = call(a, w.office.after(lead(a, t), 13))
    a.add("deal.lost", called + 5 * DAY)
    b = w.affair(a.person, "lead")
    second = w.office.next(called + 8 * DAY, 0, 9)
    call(b, w.office.after(lead(b, second, score=52), 2))
    b.add("lead.rejected", w.office.next(second, 3, 15))
    w.expect("lead_not_followed_up", a, "lead", until=called)
    w.expect("lead_spoiled", a, until=_follow_up_due(a, t) + COUNTS, occurrences=2)


@nearly("lead_spoiled")
def called_in_time_and_lost_all_the_same(w: World) -> None:
    a, t = w.scene(14, "lead", "deal")
    call(a, w.office.after(lead(a, t), 4))
    a.add("deal.lost", t + 8 * DAY)


@nearly("lead_spoiled")
def called_too_late_and_won(w: World) -> None:
    a, t = w.scene(14, "lead")
    called = call(a, w.office.after(lead(a, t), 14))
    _win(a, called + 5 * DAY)
    w.expect("lead_not_followed_up", a, "lead", until=called)


@nearly("lead_spoiled")
def warned_called_and_lost(w: World) -> None:
    a, t = w.scene(14, "lead", "deal")
    called = call(a, w.office.after(lead(a, t), 7))
    a.add("deal.lost", called + 6 * DAY)
    w.expect("lead_not_followed_up", a, "lead", until=called, level="at_risk")


@breaks("rejected_lead_bought")
def rejected_and_ordered_online(w: World) -> None:
    a, t = w.scene(24, "lead")
    call(a, w.office.after(lead(a, t), 1))
    rejected = a.add("lead.rejected", w.office.next(t, 1, 11))
    order(w.affair(a.person, "order"), rejected + 12 * DAY)
    w.expect("rejected_lead_bought", a, until=rejected + COUNTS)


@breaks("rejected_lead_bought")
def won_at_the_second_attempt(w: World) -> None:
    a, t = w.scene(40, "lead")
    call(a, w.office.after(lead(a, t), 2))
    rejected = a.add("lead.rejected", w.office.next(t, 1, 15))
    b = w.affair(a.person, "lead", "deal")
    again = w.office.next(rejected + 20 * DAY, 0, 9)
    call(b, w.office.after(lead(b, again), 2))
    _win(b, w.office.next(again, 5, 14))
    w.expect("rejected_lead_bought", a, until=rejected + COUNTS)


@breaks("rejected_lead_bought")
def rejected_and_bought_twice(w: World) -> None:
    a, t = w.scene(30, "lead")
    call(a, w.office.after(lead(a, t), 1))
    rejected = a.add("lead.rejected", w.office.after(t, 3))
    for days in (6, 17):
        order(w.affair(a.person, "order"), rejected + days * DAY + 5 * HOUR)
    w.expect("rejected_lead_bought", a, until=rejected + COUNTS, occurrences=2)


@nearly("rejected_lead_bought")
def bought_first(w: World) -> None:
    a, t = w.scene(8, "lead")
    order(w.affair(a.person, "order"), t - 30 * MINUTE)
    call(a, w.office.after(lead(a, t), 1))
    a.add("lead.rejected", w.office.next(t, 2, 11), reason="has bought already")


@nearly("rejected_lead_bought")
def bought_after_more_than_three_months(w: World) -> None:
    a, t = w.scene_at(w.long_ago(95), "lead")
    call(a, w.office.after(lead(a, t), 1))
    rejected = a.add("lead.rejected", w.office.after(t, 4))
    order(w.affair(a.person, "order"), rejected + 91 * DAY)
