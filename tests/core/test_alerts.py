"""What an alert says: a pure function of the findings, the touchpoints, and the links that joined the customer."""

from msgspec.structs import replace

from schemas.alert import Alert, Evidence
from schemas.ids import alert_id
from schemas.rule import Rule
from streams.core.alerts import AlertBook
from streams.core.identity import pair
from tests.core.alert_stories import DUE, HOUR, PLACED, A, B, C, alerts, at, book, finding, judged


def test_a_finding_becomes_an_alert_with_everything_that_people_and_tools_need():
    found = alerts(judged(finding("ping_pong", A, B, C, hits=(C,), key=("9",), size=3), c=("order", "17")), C, A, B)
    assert found == [
        Alert(
            alert_id=alert_id("ping_pong", ("9",), "c"),
            rule="ping_pong",
            rule_version=book().versions["ping_pong"],
            status="open",
            level="broken",
            severity="warning",
            customer_id="anna",
            matter="order:17",
            journey="order",
            key=("9",),
            anchor="c",
            responsible="service",
            departments=("service", "finance"),
            starts_at=C.at,
            ends_at=None,
            occurrences=3,
            title="Handed back and forth",
            summary="Ticket 9 went back and forth between returns desk and billing 3 times since 4 March 2026 12:00.",
            identifiers=("crm_id:1",),
            evidence=(
                Evidence("a", A.at, "ticket.assigned", "service"),
                Evidence("b", B.at, "ticket.assigned", "finance"),
                Evidence("c", C.at, "ticket.assigned", "service"),
            ),
        )
    ]


def test_of_a_long_story_the_beginning_and_the_end_are_shown():
    story = [replace(A, event_id=f"{number:03}", at=A.at + number) for number in range(101)]
    (found,) = alerts(judged(finding("ping_pong", *story, hits=(story[-1],), key=("9",), size=99)), *story)
    assert found.occurrences == 99
    assert [item.event_id for item in found.evidence] == [f"{number:03}" for number in (*range(50), *range(51, 101))]
    (found,) = alerts(judged(finding("ping_pong", *story[1:], hits=(story[-1],), key=("9",), size=99)), *story)
    assert [item.event_id for item in found.evidence] == [f"{number:03}" for number in range(1, 101)]


def test_without_findings_there_are_no_alerts():
    assert alerts(judged(), A) == []


def test_the_status_follows_from_the_finding():
    going_on = finding("late", PLACED, key=("17",), since=DUE)
    ended = finding("late", PLACED, key=("17",), since=DUE, until=DUE + HOUR)
    assert [a.status for a in alerts(judged(going_on), PLACED)] == ["open"]
    assert [(a.status, a.ends_at) for a in alerts(judged(ended), PLACED)] == [("resolved", DUE + HOUR)]
    assert [a.status for a in alerts(judged(held=(going_on,)), PLACED)] == ["held"]


def test_held_says_more_than_at_risk_and_broken_more_than_held():
    at_risk = finding("late", PLACED, key=("17",), level="at_risk", since=DUE - HOUR)
    broken = finding("late", PLACED, key=("17",), since=DUE)
    assert [(a.status, a.level) for a in alerts(judged(at_risk), PLACED)] == [("open", "at_risk")]
    assert [(a.status, a.level) for a in alerts(judged(at_risk, held=(broken,)), PLACED)] == [("held", "broken")]
    assert [(a.status, a.level) for a in alerts(judged(broken, held=(broken,)), PLACED)] == [("open", "broken")]


def test_the_matter_is_the_one_that_the_anchor_belongs_to_else_the_ref_that_the_rule_is_judged_by():
    tied = finding("ping_pong", A, key=("9",))
    about = [(a.matter, a.journey) for a in alerts(judged(tied, a=("ticket", "9")), A)]
    assert about == [("ticket:9", "ticket")]
    assert [(a.matter, a.journey) for a in alerts(judged(tied), A)] == [("ticket:9", "ticket")]


def test_a_rule_judged_for_the_whole_customer_is_about_no_matter():
    sent = at(0, "campaign.sent", "s", refs={"order": ("17",)})
    assert [(a.matter, a.journey) for a in alerts(judged(finding("advertised", sent), s=("order", "17")), sent)] == [("", "")]


def test_a_loose_touchpoint_without_a_matter_is_about_none():
    asked = at(0, "contact.inbound", "s")
    (alert,) = alerts(judged(finding("repeats", asked, key=("address",))), asked)
    assert (alert.matter, alert.journey) == ("", "")
    assert alert.summary == (
        "The customer (address): customer must say the same thing again; contact inbound once (service) "
        "since 4 March 2026 01:00, too often since 4 March 2026 01:00."
    )


def test_a_rule_about_a_source_speaks_of_the_source():
    heartbeat = Rule.model_validate(
        {"title": "Source silent", "per": "source", "expect": {"after": "source.heartbeat", "then": "source.heartbeat", "within": "15m"}}
    )
    by_agent = heartbeat.model_copy(update={"per": "agent", "title": "VAT unknown"})
    beat = at(0, "source.heartbeat", "h", department="online")
    silent = AlertBook({"silent": heartbeat, "agent": by_agent}, {}, timezone="UTC", named={})
    found = silent.alerts(None, {"h": beat}, judged(finding("silent", beat, key=("shop",)), finding("agent", beat, key=("u12",))))
    assert [a.summary for a in found.values()] == [
        "Source shop: source silent; source heartbeat (online) on 4 March 2026 00:00, overdue since 4 March 2026 00:00.",
        "The customer: VAT unknown; source heartbeat (online) on 4 March 2026 00:00, overdue since 4 March 2026 00:00.",
    ]


def test_the_identifiers_that_joined_the_evidence_are_named_with_the_shortest_way_between_them():
    a = at(0, "contact.inbound", "a", ids=("email:a", "cookie:1"))
    b = at(1, "contact.inbound", "b", ids=("phone:shared", "email:b"))
    links = [
        pair("email:a", "loyalty:5"),
        pair("email:b", "loyalty:5"),
        pair("email:b", "crm_id:9"),
        pair("crm_id:9", "device:2"),
        pair("device:2", "email:a"),
    ]
    (alert,) = alerts(judged(finding("too_many", a, b, key=("",))), a, b, links=links)
    assert alert.identifiers == ("email:a", "email:b", "loyalty:5")


def test_identifiers_that_no_link_joins_are_named_alone():
    a, b = at(0, "contact.inbound", "a", ids=("email:a",)), at(1, "contact.inbound", "b", ids=("email:b",))
    (alert,) = alerts(judged(finding("too_many", a, b, key=("",))), a, b, links=[pair("email:a", "cookie:1")])
    assert alert.identifiers == ("email:a", "email:b")


def test_alerts_of_a_synthetic_customer_wake_nobody_and_say_what_they_are():
    marked = at(480, "order.placed", "o", department="online", refs={"order": ("17",)}, attributes={"canary": True})
    (alert,) = alerts(judged(finding("late", marked, key=("17",))), marked)
    assert (alert.severity, alert.title) == ("info", "Canary: Not delivered by the promised day")


def test_what_was_written_is_written_again_only_where_it_can_be_different():
    a, b = replace(A, ids=("email:a",)), replace(B, ids=("crm_id:1",))
    same = finding("too_many", a, b, key=("",))
    known, memory = {t.event_id: t for t in (a, b)}, {}

    def written(*findings, links, held=()):
        return list(book().alerts("anna", known, judged(*findings, held=tuple(held)), links, memory).values())

    direct, around = [pair("email:a", "crm_id:1")], [pair("email:a", "cookie:1"), pair("cookie:1", "crm_id:1")]
    (first,) = written(same, links=direct)
    (again,) = written(same, links=direct)
    (elsewhere,) = written(same, links=around)
    (held,) = written(held=[same], links=around)
    assert again is first
    assert elsewhere == replace(first, identifiers=("cookie:1", "crm_id:1", "email:a"))
    assert (held.status, replace(held, status="open")) == ("held", elsewhere)


def test_what_rests_on_the_findings_of_others_is_written_anew():
    churned = finding("churned", C, hits=(C,), behind=("late.opened/o/17",))
    memory = {}
    for evidence in [(PLACED,), (PLACED, A)]:
        late = finding("late", *evidence, hits=(PLACED,), key=("17",), since=DUE)
        found = book().alerts("anna", {t.event_id: t for t in (PLACED, A, C)}, judged(late, churned), (), memory)
        assert found == book().alerts("anna", {t.event_id: t for t in (PLACED, A, C)}, judged(late, churned))
        (alert,) = [alert for alert in found.values() if alert.rule == "churned"]
        assert {item.event_id for item in alert.evidence} == {t.event_id for t in (*evidence, C)}
