"""One sentence for people."""

from schemas.rule import Rule
from streams.core.alerts import AlertBook
from tests.core.alert_stories import DUE, HOUR, PLACED, at, finding, judged, summaries


def test_a_sentence_about_something_that_did_not_happen():
    told = "Order 17: not delivered by the promised day; order placed (online) on 4 March 2026 09:00, "
    late, at_risk = finding("late", PLACED, key=("17",), since=DUE), finding("late", PLACED, key=("17",), level="at_risk", since=DUE)
    ended = finding("late", PLACED, key=("17",), since=DUE, until=DUE + HOUR)
    assert summaries(judged(late), PLACED) == [told + "overdue since 5 March 2026 00:00."]
    assert summaries(judged(ended), PLACED) == [told + "overdue from 5 March 2026 00:00 until 5 March 2026 01:00."]
    assert summaries(judged(at_risk), PLACED) == [told + "at risk since 5 March 2026 00:00."]
    assert summaries(judged(held=(late,)), PLACED) == [
        told + "due on 5 March 2026 00:00, but those who could have acted have not reported that far."
    ]


def test_a_sentence_about_something_that_must_not_happen():
    complained = at(0, "complaint.opened", "k")
    sent = [at(60 * n, "campaign.sent", f"s{n}", department="marketing") for n in (1, 2)]
    told = "The customer: advertising into an open complaint; campaign sent (marketing) "
    after = ", after complaint opened (service) on 4 March 2026 01:00."
    assert summaries(judged(finding("advertised", complained, sent[0], hits=sent[:1])), complained, *sent) == [
        told + "on 4 March 2026 02:00" + after
    ]
    assert summaries(judged(finding("advertised", complained, *sent, hits=sent)), complained, *sent) == [
        told + "2 times, first on 4 March 2026 02:00" + after
    ]
    assert summaries(judged(finding("advertised", *sent[:1])), *sent) == [told + "on 4 March 2026 02:00."]


def test_a_sentence_about_too_much_of_something_names_a_few_and_counts_the_rest():
    teams = ["desk", "billing", "returns", "sales desk", "store"]
    asked = [at(60 * n, "contact.inbound", f"q{n}", team=team, refs={"order": ("17",)}) for n, team in enumerate(teams)]
    said = finding("repeats", *asked, hits=asked[1:], key=("address",), since=asked[1].at, until=asked[4].at)
    (sentence,) = summaries(judged(said, q1=("order", "17")), *asked)
    assert sentence == (
        "Order 17 (address): customer must say the same thing again; contact inbound 5 times (desk, billing, returns and 2 more) "
        "since 4 March 2026 01:00, too often from 4 March 2026 02:00 until 4 March 2026 05:00."
    )


def test_a_sentence_names_neither_the_customer_nor_the_member_of_staff():
    held_by_agents = Rule.model_validate(
        {"title": "Passed around", "per": ["ref.ticket", "id.email"], "pingpong": {"what": "ticket.assigned", "holder": "agent"}}
    )
    passed = at(0, "ticket.assigned", "t", agent="u12", ids=("email:anna",), refs={"ticket": ("9",)})
    found = AlertBook({"passed": held_by_agents}, {}, timezone="UTC", named={}).alerts(
        "anna", {"t": passed}, judged(finding("passed", passed, key=("9", "email:anna")))
    )
    assert [a.summary for a in found.values()] == ["Ticket 9 went back and forth once since 4 March 2026 00:00."]


def test_a_key_that_is_a_channel_is_named():
    asked = [at(n, "contact.inbound", f"q{n}", channel="email") for n in (1, 2)]
    (sentence,) = summaries(judged(finding("too_many", *asked, key=("email",), size=2)), *asked)
    assert sentence == (
        "The customer (email): too many contacts; contact inbound 2 times (service) since 4 March 2026 01:01, "
        "too often since 4 March 2026 01:01."
    )
