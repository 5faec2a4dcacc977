"""Stories of people whom we do not recognise, and of people who leave."""

from streams.demo.people import Person
from streams.demo.steps import ask, hand_over, open_ticket, order, place, resolve, ship, too_late
from streams.demo.stories.told import breaks, nearly, pairs
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import World

COUNTS = 90 * DAY  # for so long a broken journey is remembered


def _second_record(w: World, person: Person, at: int, number: int, **known: str) -> None:
    """Sales types the customer in again."""
    crm_id = f"{person.crm_id}-{number}"
    person.more.append(f"crm_id:{crm_id}")
    w.contact_record(person, crm_id, at, **known)


@breaks("duplicate_records")
def typed_in_again_with_the_same_address(w: World) -> None:
    a, t = w.scene(4)
    _second_record(w, a.person, t, 2, email=a.person.email)
    w.expect("duplicate_records", a)


@breaks("duplicate_records")
def three_records_through_address_and_phone(w: World) -> None:
    a, t = w.scene(12)
    _second_record(w, a.person, t, 2, email=a.person.email)
    _second_record(w, a.person, t + 8 * DAY, 3, phone=a.person.phone)
    w.expect("duplicate_records", a, occurrences=3)


@breaks("duplicate_records")
def a_second_loyalty_card(w: World) -> None:
    a, t = w.scene(6)
    card = f"28{a.person.number:09d}"
    a.person.more.append(f"loyalty:{card}")
    a.add("record.created", t, system="till", department="offline", known={"loyalty": card, "email": a.person.email}, record=card)
    a.add("store.visited", t + 3 * DAY, known={"loyalty": card}, store="Augsburg")
    w.expect("duplicate_records", a)


@nearly("duplicate_records")
def one_record_in_each_of_three_systems(w: World) -> None:
    a, t = w.scene(6)
    a.add("record.updated", t, system="crm-contacts", department="sales", record=a.person.crm_id, known={"crm_id": a.person.crm_id})


@nearly("duplicate_records")
def two_people_of_one_name(w: World) -> None:
    a, _ = w.scene(6)
    b, _ = w.scene(6)
    b.person.first, b.person.last, b.person.city = a.person.first, a.person.last, a.person.city


@breaks("lost_after_broken_journey")
def one_star_for_a_late_parcel(w: World) -> None:
    a, t = w.scene(14, "order")
    place(a, t, due_days=4)
    ship(a, t)
    delivered = a.add("parcel.delivered", t + 7 * DAY)
    a.add("review.received", delivered + 30 * HOUR, score=1)
    w.expect("late_delivery", a, "order", until=delivered)
    w.expect("lost_after_broken_journey", a, until=too_late(a, t, 4) + COUNTS)


@breaks("lost_after_broken_journey")
def contract_canceled_because_nobody_answered(w: World) -> None:
    a, t = w.scene(12)
    ask(a, t, answered=None)
    a.add("contract.canceled", t + 6 * DAY, reason="service")
    w.expect("silence", a)
    w.expect("lost_after_broken_journey", a, until=w.office.after(t, 8) + COUNTS)


@breaks("lost_after_broken_journey")
def a_complaint_about_being_passed_around(w: World) -> None:
    a, t = w.scene(14, "ticket", weekday=(0, 1), plain=5)
    a.add("ticket.opened", t)
    for hours, team in ((0, "hotline"), (2, "returns"), (4, "hotline")):
        hand_over(a, w.office.after(t + MINUTE, hours), team, picked_up=None)
    back_again = w.office.after(t + MINUTE, 6)
    a.add("complaint.opened", w.office.after(hand_over(a, back_again, "returns"), 1))
    resolve(a, w.office.after(t, 25), close=False)
    a.add("complaint.closed", t + 6 * DAY)
    w.expect("ping_pong", a, "ticket", occurrences=2)
    w.expect("lost_after_broken_journey", a, until=back_again + COUNTS)


@breaks("lost_after_broken_journey")
def a_bad_mark_for_a_broken_promise(w: World) -> None:
    a, t = w.scene(12, "promise")
    due = t + 2 * DAY
    a.add("promise.made", t, due_at=due, department="service")
    kept = a.add("promise.kept", due + 3 * DAY, department="service")
    w.affair(a.person).add("survey.answered", kept + DAY, score=2)
    w.expect("broken_promise", a, "promise", until=kept)
    w.expect("lost_after_broken_journey", a, until=due + COUNTS)


@breaks("lost_after_broken_journey")
def gone_after_telling_it_twice(w: World) -> None:
    a, t = w.scene(14, "ticket")
    open_ticket(a, t)
    ask(a, t + MINUTE, team="hotline", facts=("defect",))
    again = w.office.next(t, 1, 9.5)
    ask(a, again, team="fitters", facts=("defect",))
    resolve(a, w.office.next(t, 2, 11))
    a.add("contract.canceled", again + 8 * DAY, reason="tired", refs={})
    w.expect("repeats_itself", a, "ticket", until=t + MINUTE + 30 * DAY, occurrences=pairs([t, again], 1))
    w.expect("lost_after_broken_journey", a, until=again + COUNTS)


@breaks("lost_after_broken_journey")
def a_bad_review_and_a_canceled_contract(w: World) -> None:
    a, t = w.scene(28, "order")
    place(a, t, due_days=40)
    handed = a.add("parcel.handed_over", t + 13 * DAY)
    a.add("review.received", handed + DAY, score=2)
    a.add("parcel.delivered", handed + 3 * DAY)
    a.add("contract.canceled", handed + 9 * DAY, refs={})
    w.expect("stuck_order", a, "order", until=handed)
    w.expect("lost_after_broken_journey", a, until=t + 6 * MINUTE + 10 * DAY + COUNTS, occurrences=2)


@nearly("lost_after_broken_journey")
def one_star_although_nothing_broke(w: World) -> None:
    a, t = w.scene(14, "order")
    a.add("review.received", order(a, t) + 2 * DAY, score=1)


@nearly("lost_after_broken_journey")
def canceled_before_it_broke(w: World) -> None:
    a, t = w.scene(16, "order")
    w.affair(a.person).add("contract.canceled", t + DAY)
    place(a, t, due_days=4)
    ship(a, t)
    w.expect("late_delivery", a, "order", until=a.add("parcel.delivered", t + 8 * DAY))


@nearly("lost_after_broken_journey")
def forgiven(w: World) -> None:
    a, t = w.scene(16, "order")
    place(a, t, due_days=4)
    ship(a, t)
    delivered = a.add("parcel.delivered", t + 6 * DAY)
    a.add("review.received", delivered + DAY, score=5)
    w.expect("late_delivery", a, "order", until=delivered)


@nearly("lost_after_broken_journey")
def unhappy_although_it_was_just_in_time(w: World) -> None:
    a, t = w.scene(14, "order")
    place(a, t, due_days=5)
    ship(a, t)
    delivered = a.add("parcel.delivered", w.office.at(w.office.day_of(t + 5 * DAY), 15))
    a.add("review.received", delivered + DAY, score=2)
    w.expect("late_delivery", a, "order", until=delivered, level="at_risk")
