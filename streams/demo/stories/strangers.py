"""Stories of people whom we know by two names, until something says that they are one.

What breaks here breaks only for the one customer that the two turn out to be, or was a false alarm about one half of it. `b` is told under
the second address, which nothing links with the first before the customer logs in and enters it.
"""

from streams.demo.people import stranger
from streams.demo.steps import ask, call, lead, open_ticket, order, resolve
from streams.demo.stories.told import breaks, last_end, nearly
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import Affair, World

SALES_WINDOW, COUNTS = 14 * DAY, 90 * DAY


def _known_twice(w: World, length: int, mine: tuple[str, ...] = (), others: tuple[str, ...] = ()) -> tuple[Affair, Affair, int]:
    """A customer's affair, an affair of the same person under another address, and the morning on which it begins."""
    a, t = w.scene(length, *mine)
    return a, w.affair(stranger(w.rng, a.person), *others), t


def _recognised(w: World, a: Affair, b: Affair, at: int) -> None:
    w.recognise(a.person, b.person, at)


def _typed_in_again(w: World, a: Affair, at: int) -> str:
    """A second record of sales, which is linked with the first by its address when the contact records are exported."""
    crm_id = f"{a.person.crm_id}-2"
    a.person.more.append(f"crm_id:{crm_id}")
    w.contact_record(a.person, crm_id, at, email=a.person.email)
    w.merge(f"crm_id:{a.person.crm_id}", f"crm_id:{crm_id}", at)
    w.expect("duplicate_records", a)
    return crm_id


@breaks("contact_after_opt_out")
def unsubscribed_at_one_address_and_mailed_at_the_other(w: World) -> None:
    a, b, t = _known_twice(w, 12)
    a.add("consent.revoked", t, channel="mail")
    b.add("campaign.sent", t + 3 * DAY, channel="mail", campaign="spring")
    _recognised(w, a, b, t + 7 * DAY)
    w.expect("contact_after_opt_out", a)


@breaks("campaign_into_complaint")
def complained_from_the_office_and_got_an_offer_at_home(w: World) -> None:
    a, b, t = _known_twice(w, 14, others=("ticket",))
    open_ticket(b, t)
    b.add("complaint.opened", t + 5 * MINUTE)
    resolve(b, w.office.after(t, 27), close=False)
    a.add("campaign.sent", t + 2 * DAY, channel="mail", campaign="spring")
    _recognised(w, a, b, t + 4 * DAY)
    w.expect("campaign_into_complaint", a, until=b.add("complaint.closed", t + 9 * DAY))


@breaks("channel_conflict")
def quoted_by_sales_and_ordered_as_a_guest(w: World) -> None:
    a, b, t = _known_twice(w, 16, ("quote",), ("order",))
    a.add("quote.sent", t)
    order(b, t + 5 * DAY + 9 * HOUR)
    _recognised(w, a, b, t + 12 * DAY)
    w.expect("channel_conflict", a, until=t + SALES_WINDOW)


@breaks("rejected_lead_bought")
def rejected_and_bought_as_a_guest(w: World) -> None:
    a, b, t = _known_twice(w, 24, ("lead",), ("order",))
    call(a, w.office.after(lead(a, t), 1))
    rejected = a.add("lead.rejected", w.office.next(t, 1, 11))
    order(b, rejected + 6 * DAY)
    _recognised(w, a, b, rejected + 15 * DAY)
    w.expect("rejected_lead_bought", a, until=rejected + COUNTS)


@breaks("too_many_contacts")
def three_offers_here_and_two_there(w: World) -> None:
    a, b, t = _known_twice(w, 14)
    sent = [
        w.affair(x.person).add("campaign.sent", t + days * DAY, channel="mail", campaign="spring") for days, x in enumerate((a, b, a, b, a))
    ]
    _recognised(w, a, b, t + 8 * DAY)
    w.expect("too_many_contacts", a, until=last_end(sent, 4, 7))


@breaks("repeats_itself")
def says_it_again_from_another_address(w: World) -> None:
    a, other, t = _known_twice(w, 16, ("order",))
    b = w.affair(other.person, order=a.refs["order"])
    order(a, t)
    ask(a, w.office.next(t, 4, 9), team="hotline", facts=("defect",))
    ask(b, w.office.next(t, 5, 9), team="returns", facts=("defect",))
    _recognised(w, a, b, w.office.next(t, 7, 20))
    w.expect("repeats_itself", a, "order", until=w.office.next(t, 4, 9) + 30 * DAY)


@breaks("silence")
def nobody_answers_the_other_address(w: World) -> None:
    """Broken before anybody knows whom it concerns: the alert goes to the customer with the account."""
    a, b, t = _known_twice(w, 12)
    ask(b, t, answered=None)
    _recognised(w, a, b, t + 6 * DAY)
    w.expect("silence", a)


@breaks("late_delivery")
def the_guest_waits_in_vain(w: World) -> None:
    """Also an alert that moves; and it ends when it is already somebody else's."""
    a, b, t = _known_twice(w, 20, others=("order",))
    b.add("order.placed", t, due_at=w.office.midnight(w.office.day_of(t + 4 * DAY)), amount=99.0)
    b.add("payment.approved", t + 2 * MINUTE)
    b.add("parcel.handed_over", t + 27 * HOUR)
    _recognised(w, a, b, t + 7 * DAY)
    w.expect("late_delivery", b, "order", until=b.add("parcel.delivered", t + 10 * DAY))


@breaks("lost_after_broken_journey")
def asked_from_home_and_canceled_at_the_office(w: World) -> None:
    a, b, t = _known_twice(w, 16)
    ask(b, t, answered=None)
    a.add("contract.canceled", t + 6 * DAY, reason="service")
    _recognised(w, a, b, t + 9 * DAY)
    w.expect("silence", a)
    w.expect("lost_after_broken_journey", a, until=w.office.after(t, 8) + COUNTS)


@breaks("ownership_conflict")
def one_department_for_each_record(w: World) -> None:
    a, t = w.scene(10)
    crm_id = _typed_in_again(w, a, t)
    a.add("claim.opened", t + HOUR, department="sales")
    a.add("claim.opened", t + 2 * DAY, department="marketing", known={"crm_id": crm_id})
    w.expect("ownership_conflict", a)


@nearly("silence")
def answered_at_the_other_address(w: World) -> None:
    a, b, t = _known_twice(w, 12)
    ask(b, t, answered=None)
    a.add("contact.outbound", w.office.after(t, 3), department="service")
    _recognised(w, a, b, t + 5 * DAY)


@nearly("lead_not_followed_up")
def called_under_the_other_name(w: World) -> None:
    a, other, t = _known_twice(w, 16, ("lead",))
    b = w.affair(other.person, lead=a.refs["lead"])
    b.add("lead.created", t - 90 * MINUTE)
    b.add("lead.qualified", t, score=66)
    a.add("lead.handed_over", t + MINUTE)
    call(a, w.office.after(t, 4))
    _recognised(w, a, b, t + 6 * DAY)
    a.add("deal.won", w.office.next(t + 8 * DAY, 0, 14))


@nearly("broken_promise")
def promised_to_one_address_and_kept_at_the_other(w: World) -> None:
    a, b, t = _known_twice(w, 12, ("promise",))
    promise = {"department": "service", "refs": a.refs}
    b.add("promise.made", t, due_at=t + 2 * DAY + 5 * HOUR, **promise)
    a.add("promise.kept", t + 2 * DAY, **promise)
    _recognised(w, a, b, t + 6 * DAY)


@nearly("nobody_owns")
def released_on_one_record_and_claimed_on_the_other(w: World) -> None:
    a, t = w.scene(14)
    crm_id = _typed_in_again(w, a, t)
    a.add("claim.opened", t + HOUR, department="sales")
    released = a.add("claim.released", w.office.next(t, 3, 11), department="sales")
    a.add("claim.opened", w.office.after(released, 4), department="service", known={"crm_id": crm_id})
