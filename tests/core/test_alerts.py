"""What an alert says: a pure function of the findings, the touchpoints, and the links that joined the customer."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.alert import Alert, Evidence
from schemas.clock import Clock
from schemas.company import JourneySpec
from schemas.ids import alert_id
from schemas.rule import Hours, Rule
from schemas.touchpoint import Touchpoint
from streams.core.alert_changes import Evaluation, changes
from streams.core.alerts import AlertBook
from streams.core.identity import pair
from streams.core.rules.court import Court, Judgement
from streams.core.rules.finding import Finding

MINUTE = 60_000_000
HOUR = 60 * MINUTE
MARCH_4 = 1_772_582_400_000_000  # 4 March 2026 00:00 UTC

ASKED = {"what": "contact.inbound", "at_most": 1}
RULES = {
    name: Rule.model_validate(rule)
    for name, rule in {
        "ping_pong": {
            "title": "Handed back and forth", "who": "service", "per": "ref.ticket",
            "pingpong": {"what": "ticket.assigned", "holder": "team", "times": 2},
        },
        "late": {
            "title": "Not delivered by the promised day", "severity": "high", "who": "offline", "per": "ref.order",
            "expect": {"after": "order.placed", "then": "parcel.delivered", "by": "due_at"},
        },
        "advertised": {
            "title": "Advertising into an open complaint", "who": "marketing", "per": "customer",
            "forbid": {"what": "campaign.sent", "after": "complaint.opened"},
        },
        "repeats": {"title": "Customer must say the same thing again", "per": ["matter", "facts"], "limit": ASKED | {"each": "team"}},
        "too_many": {"title": "Too many contacts", "per": ["customer", "channel"], "limit": ASKED},
        "churned": {
            "title": "Churn after a broken journey", "severity": "critical", "per": "customer",
            "forbid": {"what": "contract.canceled", "after": "alert.late.opened"},
        },
    }.items()
}  # fmt: skip
JOURNEYS = {
    "order": JourneySpec(opens="order.placed"),
    "ticket": JourneySpec(opens="ticket.opened"),
    "complaint": JourneySpec(ref="ticket", opens="complaint.opened"),
}


def book(rules=RULES, **named):
    return AlertBook(rules, JOURNEYS, timezone="Europe/Berlin", named=named)


def at(minutes, type, event_id="", **rest):
    return Touchpoint(
        event_id=event_id or f"{type}@{minutes}", type=type, at=MARCH_4 + minutes * MINUTE, source=rest.pop("source", "desk"),
        department=rest.pop("department", "service"), ids=rest.pop("ids", ("crm_id:1",)), **rest,
    )  # fmt: skip


def finding(rule, *evidence, hits=None, key=(), level="broken", since=None, until=None, size=1, anchor=None, behind=()):
    hits = evidence if hits is None else hits
    since = hits[0].at if since is None else since
    return Finding(
        rule=rule, key=key, anchor=anchor or hits[0].event_id, level=level, since=since, until=until,
        hits=tuple((t.event_id, t.at) for t in hits), evidence=frozenset([*(t.event_id for t in evidence), *behind]), size=size,
    )  # fmt: skip


def judged(*findings, held=(), **matters):
    return Judgement(findings=findings, wakes=(), held=held, matters=matters)


def alerts(judgement, *touchpoints, links=()):
    found = book().alerts("anna", {t.event_id: t for t in touchpoints}, judgement, links)
    assert all(name == alert.alert_id for name, alert in found.items())
    return list(found.values())


def summaries(*args, **more):
    return [alert.summary for alert in alerts(*args, **more)]


A = at(560, "ticket.assigned", "a", team="returns desk", refs={"ticket": ("9",)})
B = at(600, "ticket.assigned", "b", team="billing", department="finance", refs={"ticket": ("9",)})
C = at(660, "ticket.assigned", "c", team="returns desk", refs={"ticket": ("9",)})
PLACED = at(480, "order.placed", "o", department="online", refs={"order": ("17",)})
DUE = MARCH_4 + 23 * HOUR


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


# What it is about


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


# One sentence


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


# Rules that build on rules


def test_the_evidence_of_a_rule_on_a_rule_is_what_the_other_rule_saw():
    delivered, canceled = at(1500, "parcel.delivered", "p"), at(2000, "contract.canceled", "x", department="sales")
    late = finding("late", PLACED, delivered, hits=(PLACED,), key=("17",), since=DUE, until=delivered.at)
    churned = finding("churned", canceled, behind=["late.opened/o/17"])
    deeper = finding("churned", canceled, hits=(PLACED,), anchor="churned.opened/x", behind=["churned.opened/x", "late.ended/o/17"])
    found = alerts(judged(late, churned, deeper), PLACED, delivered, canceled)
    assert [(a.rule, a.anchor, [e.event_id for e in a.evidence], a.departments) for a in found] == [
        ("late", "o", ["o", "p"], ("online", "service")),
        ("churned", "x", ["o", "p", "x"], ("online", "service", "sales")),
        ("churned", "x", ["o", "p", "x"], ("online", "service", "sales")),
    ]
    assert found[1].summary == (
        "The customer: churn after a broken journey; contract canceled (sales) on 5 March 2026 10:20, "
        "after order placed (online) on 4 March 2026 09:00."
    )


def test_the_court_and_the_alerts_agree_on_how_one_rule_sees_another():
    rules = {
        "late": RULES["late"],
        "churned": RULES["churned"],
        "ignored": Rule.model_validate(
            {"title": "Nobody cared", "per": "customer", "expect": {"after": "alert.churned.opened", "then": "call.made", "within": "1h"}}
        ),
    }
    types = dict.fromkeys(["order.placed", "parcel.delivered", "contract.canceled", "call.made"], ("sales",))
    court = Court(rules, words={}, types=types, calendars={}, matter=("order",), timezone="UTC")
    placed = at(480, "order.placed", "o", refs={"order": ("17",)}, due_at=DUE)
    canceled = at(2000, "contract.canceled", "x")
    judgement = court.judge([placed, canceled], Clock(MARCH_4 + 96 * HOUR))
    found = book(rules).alerts("anna", {"o": placed, "x": canceled}, judgement)
    assert [(a.rule, a.anchor, [e.event_id for e in a.evidence]) for a in found.values()] == [
        ("late", "o", ["o"]),
        ("churned", "o", ["o", "x"]),
        ("ignored", "o", ["o", "x"]),
    ]


# What joined the customer


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


# Versions of rules


def versions(rule, **named):
    return book({"rule": Rule.model_validate({"title": "A", "limit": {"what": "asked", "at_most": 1}} | rule)}, **named).versions["rule"]


def test_a_version_changes_with_whatever_decides_a_verdict():
    words = {"asked": ("asking", "call.made"), "asking": "contact.inbound", "unused": "page.viewed"}
    version = versions({}, **words)
    assert len(version) == 12
    assert versions({}, **words, office=Hours()) == version
    different = [
        versions({"limit": {"what": "asked", "at_most": 2}}, **words),
        versions({"calendar": "office"}, **words, office=Hours()),
        versions({"calendar": "office"}, **words, office=Hours(tz="Europe/Berlin")),
        versions({}, **(words | {"asked": "contact.inbound"})),
        versions({}, **(words | {"asking": "contact.outbound"})),
    ]
    assert len({version, *different}) == 6


def test_prose_and_unused_words_change_no_version():
    words = {"asked": "contact.inbound"}
    assert versions({"means": {"en": "Something"}, "budget": 5}, **words) == versions({}, **words, unused="page.viewed")


def test_words_that_name_each_other_do_not_hang():
    assert versions({}, asked=("asked", "contact.inbound")) == versions({}, asked=("asked", "contact.inbound"))


# Laws

TOUCHPOINTS = [at(n, "contact.inbound", f"q{n}", ids=(f"cookie:{n % 3}", "email:a")) for n in range(4)]
LINKS = [pair(f"cookie:{n}", "email:a") for n in range(3)]


@given(st.permutations(TOUCHPOINTS), st.permutations(LINKS))
def test_the_order_of_touchpoints_and_links_does_not_matter(touchpoints, links):
    judgement = judged(finding("too_many", *TOUCHPOINTS, key=("",)))
    assert alerts(judgement, *touchpoints, links=links) == alerts(judgement, *TOUCHPOINTS, links=LINKS)


COURT = Court(
    {
        "silence": Rule.model_validate(
            {"title": "Nobody answered", "expect": {"after": "contact.inbound", "then": "contact.outbound", "within": "2h"}}
        ),
        "repeats": RULES["repeats"],
        "ping_pong": RULES["ping_pong"],
        "again": Rule.model_validate({"title": "Asked again", "forbid": {"what": "contact.inbound", "after": "alert.silence.opened"}}),
    },
    words={}, types=dict.fromkeys(["contact.inbound", "contact.outbound", "ticket.assigned"], ("service",)), calendars={},
    matter=("ticket",), timezone="UTC",
)  # fmt: skip
JUDGED = book({name: judge.rule for name, judge in COURT.judges.items()})
histories = st.lists(
    st.builds(
        lambda hours, type, team, ref: at(60 * hours, type, team=team, facts=("address",), refs={"ticket": (ref,)}),
        st.integers(0, 6),
        st.sampled_from(["contact.inbound", "contact.outbound", "ticket.assigned"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["9", "12"]),
    ),
    max_size=7,
).map(lambda made: [replace(t, event_id=f"e{n}") for n, t in enumerate(made)])


def present(touchpoints):
    clock = Clock(MARCH_4 + 5 * HOUR, {"service": MARCH_4 + 4 * HOUR})
    return JUDGED.alerts("anna", {t.event_id: t for t in touchpoints}, COURT.judge(touchpoints, clock))


@given(histories.flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))))
def test_the_order_of_arrival_does_not_matter(both):
    made, shuffled = both
    assert present(made) == present(shuffled)


@given(histories)
def test_one_by_one_ends_where_all_at_once_ends_and_an_unchanged_set_publishes_nothing(made):
    ledger: dict[str, Alert] = {}
    for version in range(1, len(made) + 1):
        now = present(made[:version])
        this = Evaluation(version=version, now=version, fresh=(made[version - 1].event_id,), rules=JUDGED.versions)
        for alert in changes(ledger, now, this):
            assert alert.version == version > (ledger[alert.alert_id].version if alert.alert_id in ledger else 0)
            ledger[alert.alert_id] = alert
        assert changes(ledger, now, this) == []
    standing = [alert for alert in ledger.values() if alert.status != "withdrawn"]
    plain = {"change": "opened", "because": "", "changed_at": 0, "version": 0}
    assert {alert.alert_id: replace(alert, **plain) for alert in standing} == present(made)
