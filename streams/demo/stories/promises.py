"""Stories of what was promised to customers."""

from datetime import timedelta

from streams.demo.steps import open_ticket, resolve
from streams.demo.stories.told import breaks, nearly, pairs
from streams.demo.workdays import DAY, HOUR
from streams.demo.world import Affair, World


def _promise(w: World, length: int, *kinds: str) -> tuple[Affair, int, int]:
    """A ticket with a promise of service, or what else carries the promise; due in the afternoon of the third day."""
    a, t = w.scene(length, "promise", *(kinds or ("ticket",)), weekday=(0, 1, 2))
    due = w.office.at(w.office.day_of(t) + timedelta(days=2), 16)
    if "ticket" in a.refs:
        open_ticket(a, t)
        resolve(a, w.office.after(t, 29))
    _make(a, w.office.after(t, 1), due)
    return a, t, due


def _department(affair: Affair) -> str:
    return "sales" if "deal" in affair.refs else "service"


def _make(affair: Affair, at: int, due: int) -> None:
    affair.add("promise.made", at, due_at=due, department=_department(affair))
    if _department(affair) == "sales":
        affair.add("promise.confirmed", at + 2 * HOUR, department="offline")


def _move(affair: Affair, at: int, due: int) -> int:
    return affair.add("promise.moved", at, due_at=due, department=_department(affair))


def _keep(affair: Affair, at: int) -> int:
    return affair.add("promise.kept", at, department=_department(affair))


@breaks("broken_promise")
def kept_a_day_late(w: World) -> None:
    a, _, due = _promise(w, 8)
    w.expect("broken_promise", a, "ticket", until=_keep(a, due + 19 * HOUR))


@breaks("broken_promise")
def never_kept(w: World) -> None:
    a, _, _ = _promise(w, 8)
    w.expect("broken_promise", a, "ticket")


@breaks("broken_promise")
def moved_once_and_missed_again(w: World) -> None:
    a, _, due = _promise(w, 12)
    _move(a, due - 20 * HOUR, due + 2 * DAY)
    w.expect("broken_promise", a, "ticket", until=_keep(a, due + 5 * DAY))


@breaks("broken_promise")
def moved_when_it_was_too_late(w: World) -> None:
    a, _, due = _promise(w, 12)
    moved = _move(a, due + 17 * HOUR, due + 4 * DAY)
    _keep(a, due + 3 * DAY)
    w.expect("broken_promise", a, "ticket", until=moved)


@breaks("broken_promise")
def sales_promised_it_with_the_contract(w: World) -> None:
    a, _, due = _promise(w, 10, "deal")
    w.expect("broken_promise", a, "deal", until=_keep(a, due + 2 * DAY))


@nearly("broken_promise")
def kept_after_a_warning(w: World) -> None:
    a, _, due = _promise(w, 8)
    w.expect("broken_promise", a, "ticket", until=_keep(a, due - 2 * HOUR), level="at_risk")


@nearly("broken_promise")
def kept_to_the_second(w: World) -> None:
    a, _, due = _promise(w, 8)
    w.expect("broken_promise", a, "ticket", until=_keep(a, due), level="at_risk")


@nearly("broken_promise")
def moved_in_time_and_kept(w: World) -> None:
    a, _, due = _promise(w, 10)
    _move(a, due - 9 * HOUR, due + 3 * DAY)
    _keep(a, due + 2 * DAY)


@nearly("broken_promise")
def the_customer_no_longer_needs_it(w: World) -> None:
    a, _, due = _promise(w, 8)
    a.add("promise.released", due - 22 * HOUR, department="service")


@breaks("promise_moved_again")
def moved_twice_and_kept(w: World) -> None:
    a, _, due = _promise(w, 14)
    for days in (0, 2):
        _move(a, due + days * DAY - 8 * HOUR, due + (days + 2) * DAY)
    _keep(a, due + 3 * DAY)
    w.expect("promise_moved_again", a, "ticket")


@breaks("promise_moved_again")
def moved_three_times(w: World) -> None:
    a, _, due = _promise(w, 16, "deal")
    moved = [_move(a, due + days * DAY - 8 * HOUR, due + (days + 2) * DAY) for days in (0, 2, 4)]
    _keep(a, due + 5 * DAY)
    w.expect("promise_moved_again", a, "deal", occurrences=pairs(moved, 1))


@breaks("promise_moved_again")
def moved_twice_and_missed(w: World) -> None:
    a, _, due = _promise(w, 14)
    for days in (0, 2):
        _move(a, due + days * DAY - 8 * HOUR, due + (days + 2) * DAY)
    w.expect("promise_moved_again", a, "ticket")
    w.expect("broken_promise", a, "ticket", until=_keep(a, due + 6 * DAY))


@nearly("promise_moved_again")
def moved_once(w: World) -> None:
    a, _, due = _promise(w, 10)
    _move(a, due - 8 * HOUR, due + 2 * DAY)
    _keep(a, due + DAY)


@nearly("promise_moved_again")
def two_promises_each_moved_once(w: World) -> None:
    a, t, due = _promise(w, 10)
    b = w.affair(a.person, "promise", ticket=a.refs["ticket"])
    _make(b, w.office.after(t, 2), due)
    for affair in (a, b):
        _move(affair, due - 8 * HOUR, due + 2 * DAY)
        _keep(affair, due + DAY)


def _unconfirmed(w: World, length: int, *kinds: str) -> tuple[Affair, int, int]:
    """Sales promises something that others have to keep in ten days."""
    a, t = w.scene(length, "promise", *kinds)
    due = t + 10 * DAY
    a.add("promise.made", t, due_at=due, department="sales")
    return a, t, due


@breaks("promise_unbacked")
def nobody_confirmed_but_it_was_kept(w: World) -> None:
    a, _, due = _unconfirmed(w, 14, "deal")
    w.expect("promise_unbacked", a, "deal", until=_keep(a, due - DAY))


@breaks("promise_unbacked")
def confirmed_after_three_days(w: World) -> None:
    a, t, due = _unconfirmed(w, 14, "deal")
    confirmed = a.add("promise.confirmed", w.office.next(t, 3, 10), department="offline")
    _keep(a, due - DAY)
    w.expect("promise_unbacked", a, "deal", until=confirmed)


@breaks("promise_unbacked")
def neither_confirmed_nor_kept(w: World) -> None:
    """A promise about nothing that has a number."""
    a, _, _ = _unconfirmed(w, 14)
    w.expect("promise_unbacked", a, "promise")
    w.expect("broken_promise", a, "promise")


@nearly("promise_unbacked")
def confirmed_the_next_evening(w: World) -> None:
    a, t, due = _unconfirmed(w, 14, "deal")
    a.add("promise.confirmed", w.office.next(t, 1, 17.5), department="offline")
    _keep(a, due - 2 * DAY)


@nearly("promise_unbacked")
def kept_at_once(w: World) -> None:
    a, t, _ = _unconfirmed(w, 14, "deal")
    _keep(a, t + 5 * HOUR)


@nearly("promise_unbacked")
def service_needs_nobody_to_confirm(w: World) -> None:
    a, _, due = _promise(w, 10)
    _keep(a, due - 20 * HOUR)
