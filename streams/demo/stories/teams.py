"""Stories of a concern that wanders from team to team."""

from streams.demo.steps import ask, hand_over, open_ticket, resolve
from streams.demo.stories.told import breaks, nearly
from streams.demo.workdays import DAY, MINUTE
from streams.demo.world import Affair, World

EARLY_IN_THE_WEEK = (0, 1, 2)


def _pass_around(affair: Affair, at: int, teams: str, hours: float = 2) -> int:
    """Each team gets it so many office hours after the one before, and only the last one takes it."""
    affair.add("ticket.opened", at)
    *earlier, last = teams.split()
    for number, team in enumerate(earlier):
        affair.add("ticket.assigned", affair.office.after(at + MINUTE, number * hours), team=team)
    return hand_over(affair, affair.office.after(at + MINUTE, len(earlier) * hours), last)


@breaks("ping_pong")
def two_teams_push_it_to_and_fro(w: World) -> None:
    a, t = w.scene(8, "ticket", weekday=EARLY_IN_THE_WEEK, plain=4)
    taken = _pass_around(a, t, "hotline billing hotline billing")
    w.expect("ping_pong", a, "ticket", until=resolve(a, w.office.after(taken, 4)) + DAY, occurrences=2)


@breaks("ping_pong")
def it_comes_back_a_third_time(w: World) -> None:
    a, t = w.scene(8, "ticket", weekday=EARLY_IN_THE_WEEK, plain=4)
    taken = _pass_around(a, t, "hotline returns hotline returns hotline")
    resolve(a, w.office.after(taken, 4), close=False)
    w.expect("ping_pong", a, "ticket", occurrences=3)


@breaks("ping_pong")
def each_team_begins_and_gives_it_back(w: World) -> None:
    a, t = w.scene(8, "ticket", "order", weekday=EARLY_IN_THE_WEEK, plain=4)
    a.add("ticket.opened", t)
    teams = ("hotline", "fitters", "hotline", "fitters")
    taken = [hand_over(a, w.office.after(t + MINUTE, number * 3), team) for number, team in enumerate(teams)]
    resolve(a, w.office.after(taken[-1], 5), close=False)
    w.expect("ping_pong", a, "ticket", occurrences=2)


@nearly("ping_pong")
def three_teams_but_never_back(w: World) -> None:
    a, t = w.scene(8, "ticket", weekday=EARLY_IN_THE_WEEK, plain=4)
    resolve(a, w.office.after(_pass_around(a, t, "hotline billing returns"), 4))


@nearly("ping_pong")
def back_only_once(w: World) -> None:
    a, t = w.scene(8, "ticket", weekday=EARLY_IN_THE_WEEK, plain=4)
    resolve(a, w.office.after(_pass_around(a, t, "hotline billing hotline"), 4))


@nearly("ping_pong")
def closed_in_between(w: World) -> None:
    a, t = w.scene(12, "ticket", weekday=(0, 1), plain=6)
    _pass_around(a, t, "hotline billing hotline")
    a.add("ticket.closed", w.office.after(t, 8))
    again = a.add("ticket.reopened", t + 2 * DAY)
    a.add("ticket.assigned", again + MINUTE, team="billing")
    taken = hand_over(a, w.office.after(again, 2), "hotline")
    a.add("ticket.closed", w.office.after(taken, 3))


@nearly("ping_pong")
def back_after_a_long_pause(w: World) -> None:
    """The customer takes days to answer each time, and every answer goes to another team."""
    a, t = w.scene(22, "ticket", weekday=(0,), plain=16)
    open_ticket(a, t)
    a.add("ticket.waiting", w.office.after(t, 3))
    for days, team in ((4, "billing"), (9, "hotline"), (14, "billing")):
        asked = t + days * DAY
        ask(a, asked)
        hand_over(a, asked + 10 * MINUTE, team)
        a.add("ticket.waiting", w.office.after(asked, 3)) if days < 14 else resolve(a, w.office.after(asked, 4))


@breaks("not_picked_up")
def taken_after_most_of_a_day(w: World) -> None:
    a, t = w.scene(6, "ticket")
    a.add("ticket.opened", t)
    taken = hand_over(a, t + MINUTE, "returns", picked_up=6)
    resolve(a, w.office.after(taken, 4))
    w.expect("not_picked_up", a, "ticket", until=taken)


@breaks("not_picked_up")
def given_to_another_team_too_late(w: World) -> None:
    a, t = w.scene(6, "ticket")
    a.add("ticket.opened", t)
    a.add("ticket.assigned", t + MINUTE, team="billing")
    again = w.office.after(t + MINUTE, 5.5)
    resolve(a, w.office.after(hand_over(a, again, "hotline"), 4))
    w.expect("not_picked_up", a, "ticket", until=again)


@breaks("not_picked_up")
def lies_there_since_yesterday(w: World) -> None:
    a, t = w.scene_at(w.office.before(w.as_of, 7), "ticket")
    a.add("ticket.opened", t)
    hand_over(a, t + MINUTE, "fitters", picked_up=None)
    w.expect("not_picked_up", a, "ticket")


@breaks("not_picked_up")
def nobody_ever_takes_it(w: World) -> None:
    """So nobody resolves it either."""
    a, t = w.scene(14, "ticket")
    a.add("ticket.opened", t)
    hand_over(a, t + MINUTE, "fitters", picked_up=None)
    w.expect("not_picked_up", a, "ticket")
    w.expect("unresolved", a, "ticket")


@nearly("not_picked_up")
def taken_after_a_warning(w: World) -> None:
    a, t = w.scene(6, "ticket")
    a.add("ticket.opened", t)
    taken = hand_over(a, t + MINUTE, "returns", picked_up=3.5)
    resolve(a, w.office.after(taken, 4))
    w.expect("not_picked_up", a, "ticket", until=taken, level="at_risk")


@nearly("not_picked_up")
def assigned_on_friday_taken_on_monday(w: World) -> None:
    a, t = w.scene(8, "ticket", weekday=(4,), plain=5)
    friday = w.office.at(w.office.day_of(t), 16.6)
    a.add("ticket.opened", friday)
    taken = hand_over(a, friday + MINUTE, "billing", picked_up=2.5)
    resolve(a, w.office.after(taken, 4))


@nearly("not_picked_up")
def solved_without_being_taken(w: World) -> None:
    a, t = w.scene(6, "ticket")
    a.add("ticket.opened", t)
    hand_over(a, t + MINUTE, "billing", picked_up=None)
    resolve(a, w.office.after(t, 2.5))
