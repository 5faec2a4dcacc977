"""Stories of writing to customers at the wrong moment, or twice."""

from streams.demo.steps import answer, call, lead, open_ticket, resolve
from streams.demo.stories.told import breaks, last_end, nearly, pairs
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import Affair, World


def _complain(affair: Affair, at: int, settled_days: int | None) -> int | None:
    """A complaint with its ticket; returns when it was settled."""
    open_ticket(affair, at)
    affair.add("complaint.opened", at + 5 * MINUTE)
    resolve(affair, affair.office.after(at, 27), close=False)
    return None if settled_days is None else affair.add("complaint.closed", at + settled_days * DAY)


def _advertise(affair: Affair, at: int, channel: str = "mail") -> int:
    """A campaign has no number of ours."""
    return affair.world.affair(affair.person).add("campaign.sent", at, channel=channel, campaign="spring")


@breaks("campaign_into_complaint")
def an_offer_on_the_same_evening(w: World) -> None:
    a, t = w.scene(10, "ticket")
    _advertise(a, t + 9 * HOUR)
    w.expect("campaign_into_complaint", a, until=_complain(a, t, 6))


@breaks("campaign_into_complaint")
def two_offers_and_no_end_of_the_complaint(w: World) -> None:
    a, t = w.scene(12, "ticket")
    _complain(a, t, None)
    for days in (1, 5):
        _advertise(a, t + days * DAY)
    w.expect("campaign_into_complaint", a, occurrences=2)


@breaks("campaign_into_complaint")
def one_offer_into_two_complaints(w: World) -> None:
    a, t = w.scene(14, "ticket")
    b = w.affair(a.person, "ticket")
    _advertise(a, t + 2 * DAY)
    w.expect("campaign_into_complaint", a, until=_complain(a, t, 6))
    w.expect("campaign_into_complaint", b, until=_complain(b, t + HOUR, 8))


@nearly("campaign_into_complaint")
def half_an_hour_after_it(w: World) -> None:
    a, t = w.scene(10, "ticket")
    _complain(a, t, 4)
    _advertise(a, t + 40 * MINUTE)


@nearly("campaign_into_complaint")
def when_all_was_settled(w: World) -> None:
    a, t = w.scene(12, "ticket")
    _complain(a, t, 5)
    _advertise(a, t + 5 * DAY + HOUR)


@nearly("campaign_into_complaint")
def just_before_it(w: World) -> None:
    a, t = w.scene(12, "ticket")
    _advertise(a, t - HOUR)
    _complain(a, t, 5)


def _opt_out(w: World, length: int, channel: str) -> tuple[Affair, int]:
    a, t = w.scene(length)
    a.add("consent.revoked", t, channel=channel)
    return a, t


@breaks("contact_after_opt_out")
def the_newsletter_goes_on(w: World) -> None:
    a, t = _opt_out(w, 8, "mail")
    _advertise(a, t + 3 * DAY)
    w.expect("contact_after_opt_out", a)


@breaks("contact_after_opt_out")
def a_text_message_after_all(w: World) -> None:
    a, t = _opt_out(w, 8, "sms")
    _advertise(a, t + 25 * HOUR, "sms")
    w.expect("contact_after_opt_out", a)


@breaks("contact_after_opt_out")
def three_times_until_the_customer_gave_in(w: World) -> None:
    a, t = _opt_out(w, 24, "mail")
    for days in (4, 11, 18):
        _advertise(a, t + days * DAY)
    w.expect("contact_after_opt_out", a, until=a.add("consent.granted", t + 20 * DAY, channel="mail"), occurrences=3)


@nearly("contact_after_opt_out")
def on_another_channel(w: World) -> None:
    a, t = _opt_out(w, 8, "mail")
    _advertise(a, t + 3 * DAY, "post")


@nearly("contact_after_opt_out")
def already_on_its_way(w: World) -> None:
    a, t = _opt_out(w, 8, "mail")
    _advertise(a, t + 22 * HOUR)


@nearly("contact_after_opt_out")
def allowed_again(w: World) -> None:
    a, t = _opt_out(w, 12, "mail")
    a.add("consent.granted", t + 4 * DAY, channel="mail")
    _advertise(a, t + 6 * DAY)


@breaks("duplicate_outreach")
def service_writes_and_sales_calls(w: World) -> None:
    a, t = w.scene(8, "ticket", weekday=(0, 1, 2), plain=3)
    open_ticket(a, t)
    reached = [answer(a, w.office.after(t, 2)), call(a, w.office.after(t, 9))]
    resolve(a, w.office.after(t, 15))
    w.expect("duplicate_outreach", a, "ticket", until=last_end(reached, 1, 2))


@breaks("duplicate_outreach")
def marketing_mails_while_sales_calls(w: World) -> None:
    a, t = w.scene(16, "lead")
    lead(a, t)
    reached = [a.add("campaign.sent", t + HOUR, channel="mail", campaign="nurture"), call(a, w.office.after(t, 4))]
    a.add("deal.won", w.office.next(t, 6, 11))
    w.expect("duplicate_outreach", a, "lead", until=last_end(reached, 1, 2))


@breaks("duplicate_outreach")
def three_departments_in_one_day(w: World) -> None:
    a, t = w.scene(8, "ticket", "order")
    open_ticket(a, t)
    reached = [answer(a, w.office.after(t, hours), by) for hours, by in ((1, "service"), (3, "online"), (5, "sales"))]
    resolve(a, w.office.after(t, 12))
    w.expect("duplicate_outreach", a, "order", until=last_end(reached, 1, 2), occurrences=pairs(reached, 1))


@nearly("duplicate_outreach")
def three_days_apart(w: World) -> None:
    a, t = w.scene(8, "ticket")
    open_ticket(a, t)
    call(a, answer(a, w.office.after(t, 2)) + 3 * DAY)
    resolve(a, w.office.after(t, 15))


@nearly("duplicate_outreach")
def about_different_things(w: World) -> None:
    a, t = w.scene(16, "ticket")
    open_ticket(a, t)
    answer(a, w.office.after(t, 2))
    resolve(a, w.office.after(t, 12))
    b = w.affair(a.person, "lead")
    call(b, w.office.after(lead(b, t + HOUR), 3))
    b.add("deal.won", w.office.next(t, 6, 11))


@nearly("duplicate_outreach")
def one_department_twice(w: World) -> None:
    a, t = w.scene(8, "ticket")
    open_ticket(a, t)
    for hours in (2, 9):
        answer(a, w.office.after(t, hours))
    resolve(a, w.office.after(t, 15))


@breaks("too_many_contacts")
def an_offer_a_day(w: World) -> None:
    a, t = w.scene(10)
    sent = [_advertise(a, t + days * DAY, channel) for days, channel in enumerate(("mail", "post", "mail", "sms", "mail"))]
    w.expect("too_many_contacts", a, until=last_end(sent, 4, 7))


@breaks("too_many_contacts")
def offers_and_calls(w: World) -> None:
    a, t = w.scene(10, weekday=(0,), plain=6)
    sent = [_advertise(a, t + days * DAY + 5 * HOUR) for days in (0, 1, 2, 3)]
    sent += [call(a, t + days * DAY + HOUR) for days in (1, 3)]
    w.expect("too_many_contacts", a, until=last_end(sent, 4, 7), occurrences=pairs(sent, 4))


@breaks("too_many_contacts")
def every_department_at_once(w: World) -> None:
    a, t = w.scene(10, weekday=(0,), plain=6)
    sent = [_advertise(a, t + days * DAY) for days in (0, 2, 4)]
    sent += [answer(a, t + days * DAY + 3 * HOUR, by) for days, by in ((0, "service"), (1, "sales"), (2, "online"), (3, "marketing"))]
    w.expect("too_many_contacts", a, until=last_end(sent, 4, 7), occurrences=pairs(sent, 4))


@nearly("too_many_contacts")
def four_in_a_week(w: World) -> None:
    a, t = w.scene(10)
    for days in (0, 1, 3, 6):
        _advertise(a, t + days * DAY)


@nearly("too_many_contacts")
def five_in_nine_days(w: World) -> None:
    a, t = w.scene(12)
    for days in (0, 2, 4, 6, 8):
        _advertise(a, t + days * DAY)
