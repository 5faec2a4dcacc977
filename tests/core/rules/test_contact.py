"""Before the contact: which rules it would break, until when, and on what that rests."""

from typing import Any

import pytest

from schemas.company import ContactRules
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.rules.court import Court
from streams.core.rules.stretch import Stretch, standing
from tests.core.rules.histories import BASE, HOUR, court_of
from tests.core.rules.stories import clock_at, hour_of, told

PURPOSES = {
    "promo": {"type": "campaign.sent", "department": "marketing"},
    "service": {"type": "contact.outbound", "department": "service"},
    "sales": {"type": "contact.outbound", "department": "sales"},
}
COMPLAINT: dict[str, Any] = {
    "title": "x",
    "per": "customer",
    "forbid": {"what": "campaign.sent", "after": "complaint.opened", "until": "complaint.closed"},
}


def asking(*channels: str, unheeded: tuple[str, ...] = (), types: Any = None, **rules: Any) -> Court:
    policy = ContactRules.model_validate({"purposes": PURPOSES, "channels": channels, "unheeded": unheeded})
    given = {name: {"title": "x", "per": "customer", **rule} for name, rule in rules.items()}
    return court_of(given, matter=("order", "ticket"), contact_policy=policy, **({"types": types} if types else {}))


def held(court: Court, *touchpoints: Touchpoint, now: float) -> list[tuple[Any, ...]]:
    """Purposes, channel, about, until in hours, because."""
    return [(h.purposes, h.channel, h.about, hour_of(h.until), h.because) for h in court.judge(touchpoints, clock_at(now)).holds]


def wake(court: Court, *touchpoints: Touchpoint, now: float) -> float | None:
    wakes = [at for _, at in court.judge(touchpoints, clock_at(now)).wakes]
    return hour_of(min(wakes)) if wakes else None


def test_what_is_forbidden_while_something_lasts_is_held_until_it_ends():
    court = asking(complaint=COMPLAINT)
    opened, closed = told(1, "complaint.opened", "opened"), told(9, "complaint.closed", "closed")
    assert held(court, opened, now=5) == [(("promo",), "", (), None, ("opened",))]
    assert wake(court, opened, now=5) is None
    assert held(court, opened, closed, now=9) == []


def test_an_end_that_is_known_beforehand_is_named_and_wakes():
    court = asking(complaint=COMPLAINT)
    story = [told(1, "complaint.opened", "opened"), told(9, "complaint.closed")]
    assert held(court, *story, now=5) == [(("promo",), "", (), 9, ("opened",))]
    assert wake(court, *story, now=5) == 9


def test_what_begins_later_holds_nobody_yet_and_wakes_when_it_has_begun():
    court = asking(complaint=COMPLAINT)
    assert held(court, told(9, "complaint.opened"), now=5) == []
    assert court.judge([told(9, "complaint.opened")], clock_at(5)).wakes == ((frozenset(), BASE + 9 * HOUR + 1),)


def test_grace_is_for_those_who_could_not_know():
    court = asking(complaint=COMPLAINT | {"forbid": COMPLAINT["forbid"] | {"grace": "4h", "within": "8h"}})
    assert held(court, told(1, "complaint.opened", "opened"), now=2) == [(("promo",), "", (), 9, ("opened",))]


def test_of_two_spans_the_one_that_ends_last_says_until_when():
    court = asking(rule={"forbid": {"what": "campaign.sent", "after": "complaint.opened", "within": "8h", "each": "ref.ticket"}})
    one, other = (told(at, "complaint.opened", name, refs={"ticket": (name,)}) for at, name in ((1, "one"), (4, "other")))
    assert held(court, one, other, now=5) == [(("promo",), "", (), 12, ("other",))]


def test_a_rule_that_allows_some_holds_once_the_next_one_would_be_too_many():
    court = asking(rule={"forbid": {"what": "campaign.sent", "after": "complaint.opened", "within": "8h", "times": 2}})
    story = [told(1, "complaint.opened", "opened")]
    assert held(court, *story, now=5) == []
    assert held(court, *story, told(3, "campaign.sent"), now=5) == [(("promo",), "", (), 9, ("opened",))]


def test_only_others_are_held_where_only_others_are_forbidden():
    rule = {"forbid": {"what": "contact.outbound", "after": "claim.opened", "each": "department", "others": True}}
    assert held(asking(rule=rule), told(1, "claim.opened", "claim", department="sales"), now=2) == [
        (("service",), "", (), None, ("claim",))
    ]


def test_a_rule_by_channel_holds_on_that_channel():
    rule = {"per": ["customer", "channel"], "forbid": {"what": "campaign.sent", "after": "consent.revoked", "until": "consent.granted"}}
    revoked = [told(1, "consent.revoked", name, channel=name) for name in ("mail", "phone")]
    story = [*revoked, told(2, "consent.granted", channel="phone")]
    assert held(asking("mail", "sms", rule=rule), *story, now=5) == [(("promo",), "mail", (), None, ("mail",))]


def test_precedence_holds_from_the_start_on_every_channel_until_it_has_happened():
    rule = {"per": ["customer", "channel"], "forbid": {"what": "campaign.sent", "before": "consent.granted"}}
    court = asking("mail", "sms", rule=rule)
    assert court.contacts.standing
    assert held(court, now=5) == [(("promo",), "mail", (), None, ()), (("promo",), "sms", (), None, ())]
    assert held(court, told(1, "consent.granted", channel="sms"), now=5) == [(("promo",), "mail", (), None, ())]


def test_precedence_of_an_order_holds_what_is_about_that_order():
    rule = {"per": "ref.order", "forbid": {"what": "campaign.sent", "before": "parcel.delivered"}}
    court = asking(rule=rule)
    placed = [told(1, "order.placed", refs={"order": (name,)}) for name in ("17", "18")]
    assert not court.contacts.standing
    assert held(court, now=5) == []
    assert held(court, *placed, told(4, "parcel.delivered", refs={"order": ("18",)}), now=5) == [(("promo",), "", ("order:17",), None, ())]
    late = told(8, "parcel.delivered", refs={"order": ("17",)})
    assert held(court, placed[0], late, now=5) == [(("promo",), "", ("order:17",), 8, ())]


def test_precedence_that_may_be_broken_some_times_holds_the_next_one():
    rule = {"per": "ref.order", "forbid": {"what": "campaign.sent", "before": "parcel.delivered", "times": 2}}
    sent = told(1, "campaign.sent", refs={"order": ("17",)})
    assert held(asking(rule=rule), told(1, "order.placed", refs={"order": ("17",)}), now=5) == []
    assert held(asking(rule=rule), sent, now=5) == [(("promo",), "", ("order:17",), None, ())]


def test_what_is_full_is_held_until_the_first_has_run_out():
    court = asking(rule={"limit": {"what": ["campaign.sent", "contact.outbound"], "at_most": 2, "within": "8h"}})
    sent = [told(at, "campaign.sent", f"at {at}") for at in (1, 2, 4)]
    assert held(court, sent[0], now=5) == []
    assert held(court, *sent[:2], now=5) == [(("promo", "service", "sales"), "", (), 9, ("at 1", "at 2"))]
    assert held(court, *sent, now=5) == [(("promo", "service", "sales"), "", (), 10, ("at 2", "at 4"))]
    assert held(court, *sent, now=30) == []


def test_what_is_closed_leaves_room_again():
    court = asking(rule={"limit": {"what": "campaign.sent", "until": "order.placed", "each": "campaign", "at_most": 1}})
    sent = told(1, "campaign.sent", "sent", attributes={"campaign": "spring"})
    assert held(court, sent, now=5) == [(("promo",), "", (), None, ("sent",))]
    assert held(court, sent, told(7, "order.placed"), now=5) == [(("promo",), "", (), 7, ("sent",))]
    assert held(court, sent, told(4, "order.placed"), now=5) == []


def test_who_has_begun_may_go_on_and_others_are_held():
    rule = {"per": "matter", "limit": {"what": "contact.outbound", "each": "department", "at_most": 1, "within": "8h"}}
    story = [told(1, "contact.outbound", "word", department="sales", refs={"order": ("17",)})]
    assert held(asking(rule=rule), *story, now=5) == [(("service",), "", ("matter:order:17",), 9, ("word",))]


def test_as_many_as_are_allowed_on_each_channel_hold_nobody():
    rule = {"per": ["customer", "channel"], "limit": {"what": "campaign.sent", "at_most": 2, "within": "8h"}}
    sent = [told(at, "campaign.sent", channel=channel) for at, channel in ((1, "mail"), (2, "phone"))]
    assert held(asking(rule=rule), *sent, now=5) == []
    assert held(asking(rule=rule), *sent, told(3, "campaign.sent", channel="phone"), now=5) == [
        (("promo",), "phone", (), 10, ("campaign.sent@2", "campaign.sent@3"))
    ]


def test_a_department_that_contacts_nobody_is_not_asked():
    rule = {"per": ["customer", "department"], "forbid": {"what": "contact.outbound", "after": "complaint.opened"}}
    story = [told(1, "complaint.opened", department, department=department) for department in ("offline", "sales")]
    assert held(asking(rule=rule), *story, now=5) == [(("sales",), "", (), None, ("sales",))]


def test_all_who_have_begun_may_go_on():
    rule = {"limit": {"what": "contact.outbound", "each": "department", "at_most": 1, "within": "8h"}}
    story = [told(1, "contact.outbound", department, department=department) for department in ("sales", "service")]
    assert held(asking(rule=rule), *story, now=5) == []


def test_what_a_company_gives_no_heed_to_holds_nobody():
    assert held(asking(unheeded=("complaint",), complaint=COMPLAINT), told(1, "complaint.opened"), now=5) == []


def test_expectations_and_what_no_contact_looks_like_are_not_asked():
    court = asking(
        answer={"expect": {"after": "contact.inbound", "then": "contact.outbound", "within": "1h"}},
        sold={"forbid": {"what": "order.placed", "after": "complaint.opened"}},
        team={"per": ["customer", "team"], "limit": {"what": "campaign.sent", "at_most": 1}},
    )
    assert court.contacts.asked == ()


def test_a_rule_that_builds_on_another_holds_while_that_one_is_broken():
    court = asking(
        silence={"expect": {"after": "contact.inbound", "then": "contact.outbound", "within": "3h"}},
        rule={"forbid": {"what": "campaign.sent", "after": "alert.silence.opened", "until": "alert.silence.ended"}},
    )
    asked = told(1, "contact.inbound", "asked")
    assert held(court, asked, now=3) == []
    assert held(court, asked, now=5) == [(("promo",), "", (), None, ("silence.opened/asked",))]


def test_a_loose_rule_tells_contacts_about_nothing_apart():
    rule = {"per": "matter", "loose": True, "forbid": {"what": "campaign.sent", "after": "contact.inbound"}}
    story = [told(1, "contact.inbound", "asked"), told(2, "contact.inbound", "order", refs={"order": ("17",)})]
    assert held(asking(rule=rule), *story, now=5) == [
        (("promo",), "", ("matter:",), None, ("asked",)),
        (("promo",), "", ("matter:order:17",), None, ("order",)),
    ]


def test_sets_of_types_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("streams.core.rules.contact.REMEMBERED", 1)
    court = asking(complaint=COMPLAINT)
    for _ in range(2):
        assert held(court, told(1, "complaint.opened", "opened"), now=5) == [(("promo",), "", (), None, ("opened",))]
        assert held(court, told(1, "order.placed"), now=5) == []


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(ValueError, match="contact_policy") as refused:
        asking(unheeded=("complain",), complaint=COMPLAINT, types={"campaign.sent": ("marketing",), "complaint.*": ("srevice",)})
    assert str(refused.value).splitlines() == [
        "contact_policy.purposes.service.type: nobody reports 'contact.outbound'; add it to types: if it is one of your own",
        "contact_policy.purposes.service.department: no department 'service' reports anything; did you mean srevice?",
        "contact_policy.purposes.sales.type: nobody reports 'contact.outbound'; add it to types: if it is one of your own",
        "contact_policy.purposes.sales.department: no department 'sales' reports anything",
        "contact_policy.unheeded: there is no rule 'complain'; did you mean complaint?",
    ]


def test_stretches_without_a_gap_are_one():
    early, gap, late = Stretch(0, 4, 4, ()), Stretch(3, 9, 9, ()), Stretch(11, 20, 20, ())
    assert standing([late, gap, early], 2) == (gap, 10)
    assert standing([late, gap, early], 10) == (None, 11)
    assert standing([late, gap, early], 21) == (None, NEVER)
    assert standing([early, Stretch(1, 2, 2, ())], 1) == (early, 5)
