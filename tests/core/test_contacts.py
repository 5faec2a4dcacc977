"""The contact policy of a customer as it is published: in words, and only what differs."""

from typing import Any

from schemas.contact import ContactHold, ContactPolicy
from schemas.touchpoint import Touchpoint
from streams.core.contacts import ContactBook, changes
from tests.core.rules.histories import BASE, HOUR
from tests.core.rules.stories import clock_at, told
from tests.core.rules.test_contact import COMPLAINT, asking

SILENCE = {"expect": {"after": "contact.inbound", "then": "contact.outbound", "within": "3h"}}
ANNA = ContactPolicy(customer_id="anna", holds=(ContactHold(rule="complaint", purposes=("promo",)),))


def policy(court: Any, *touchpoints: Touchpoint, now: float = 5) -> dict[str, ContactPolicy]:
    judgement = court.judge(touchpoints, clock_at(now))
    return ContactBook(court, timezone="Europe/Berlin").policy("anna", {t.event_id: t for t in touchpoints}, judgement)


def whys(found: dict[str, ContactPolicy]) -> list[str]:
    return [hold.why for hold in found["anna"].holds]


def test_a_hold_says_which_rule_until_when_and_why():
    complaint = asking(complaint=COMPLAINT | {"title": "Advertising into an open complaint"})
    assert policy(complaint, told(1, "complaint.opened", "opened", department="service")) == {
        "anna": ContactPolicy(
            customer_id="anna",
            holds=(
                ContactHold(
                    rule="complaint",
                    purposes=("promo",),
                    ends_with=("complaint.closed",),
                    why="Advertising into an open complaint; complaint opened (service) on 27 March 2026 02:00.",
                    because=("opened",),
                ),
            ),
        )
    }


def test_a_customer_whom_no_rule_protects_has_no_policy():
    assert policy(asking(complaint=COMPLAINT), told(1, "order.placed")) == {}


def test_what_rests_on_several_events_says_how_many_since_when():
    limit = asking(often={"title": "Too many", "limit": {"what": ["campaign.sent", "call.made"], "at_most": 2, "within": "8h"}})
    story = told(1, "campaign.sent", department="marketing"), told(2, "call.made", department="sales")
    found = policy(limit, *story)
    assert whys(found) == ["Too many; campaign sent and call made (marketing and sales) 2 times since 27 March 2026 02:00."]
    assert [hold.until for hold in found["anna"].holds] == [BASE + 9 * HOUR]


def test_what_rests_on_nothing_says_what_is_missing():
    consent = asking(consent={"title": "No consent", "forbid": {"what": "campaign.sent", "before": ["consent.granted", "order.placed"]}})
    assert whys(policy(consent)) == ["No consent; not yet: consent granted and order placed."]


def test_what_rests_on_another_rule_names_the_events_behind_it():
    court = asking(
        silence=SILENCE,
        unanswered={"title": "Left waiting", "forbid": {"what": "campaign.sent", "after": "alert.silence.opened"}},
    )
    (hold,) = policy(court, told(1, "contact.inbound", "asked", department="service"))["anna"].holds
    assert (hold.because, hold.why) == (("asked",), "Left waiting; contact inbound (service) on 27 March 2026 02:00.")


def test_only_what_differs_is_published():
    published = changes({}, {"anna": ANNA}, 7, 3)
    assert published == [ContactPolicy(customer_id="anna", holds=ANNA.holds, changed_at=7, version=3)]
    assert changes({"anna": published[0]}, {"anna": ANNA}, 8, 4) == []
    other = ContactPolicy(customer_id="anna", holds=(ContactHold(rule="often", purposes=("promo",)),))
    assert [(change.holds, change.version) for change in changes({"anna": published[0]}, {"anna": other}, 8, 4)] == [(other.holds, 4)]


def test_a_customer_without_holds_is_published_once_more_with_none():
    gone = changes({"anna": ANNA}, {}, 8, 4)
    assert gone == [ContactPolicy(customer_id="anna", changed_at=8, version=4)]
    assert changes({"anna": gone[0]}, {}, 9, 5) == []
