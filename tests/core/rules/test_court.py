"""The court: rules that build on each other, what is significant, what is held, what can be forgotten."""

from collections.abc import Mapping
from typing import Any

from schemas.clock import Clock
from streams.core.rules import court as court_module
from streams.core.rules.court import Court, Judgement
from tests.core.rules.histories import BASE, HOUR, by_id, court_of
from tests.core.rules.stories import clock_at, hour_of, short, told, wakes

TYPES = {
    "contact.inbound": ("service",), "contact.outbound": ("service",), "order.placed": ("online",), "deal.lost": ("sales",),
    "contract.canceled": ("sales",),
}  # fmt: skip
SILENCE: dict[str, Any] = {"title": "x", "expect": {"after": "contact.inbound", "then": "contact.outbound", "within": "8h"}}
LOST: dict[str, Any] = {
    "title": "x",
    "per": "customer",
    "forbid": {"what": "deal.lost", "after": "alert.silence.opened", "until": "alert.silence.ended"},
}
CHURN = {"title": "x", "per": "customer", "forbid": {"what": "contract.canceled", "after": "alert.lost.opened"}}
RULES = {"churn": CHURN, "lost": LOST, "silence": SILENCE}
TICKET = {"refs": {"ticket": ("9",)}}
QUESTION, ANSWER = told(0, "contact.inbound", "question", **TICKET), told(20, "contact.outbound", "answer", **TICKET)
DEAL, CONTRACT = told(12, "deal.lost", "deal", department="sales"), told(14, "contract.canceled", "contract", department="sales")


def court(rules: Mapping[str, Any] = RULES, **company: Any) -> Court:
    return court_of(rules, types=TYPES, matter=("ticket", "order"), **company)


def test_a_rule_builds_on_the_findings_of_another_and_a_third_on_that():
    judgement = court().judge([CONTRACT, DEAL, ANSWER, QUESTION], clock_at(100))
    assert {f.rule: short(f) for f in judgement.findings} == {
        "silence": ("question", "broken", 8, 20, 1),
        "lost": ("silence.opened/question", "broken", 12, 20, 1),
        "churn": ("lost.opened/silence.opened/question", "broken", 14, None, 1),
    }
    assert by_id(judgement)["lost", (), "silence.opened/question"].evidence == {"silence.opened/question", "deal", "silence.ended/question"}
    assert judgement.matters == {"question": ("ticket", "9"), "answer": ("ticket", "9")}


def test_without_a_finding_there_is_nothing_to_build_on():
    assert court().judge([DEAL, CONTRACT], clock_at(100)) == Judgement((), (), (), {})
    assert court().judge([QUESTION, told(2, "contact.outbound", **TICKET), DEAL], clock_at(100)).findings == ()


def test_what_is_only_at_risk_is_built_on_by_nobody():
    warned = SILENCE | {"expect": SILENCE["expect"] | {"warn": "4h"}}
    judgement = court({"silence": warned, "lost": LOST}).judge([QUESTION, told(5, "deal.lost")], clock_at(7))
    assert [short(f) for f in judgement.findings] == [("question", "at_risk", 4, None, 1)]


def test_rules_come_after_those_they_build_on_and_hear_whom_those_hear():
    assert {name: judge.hears for name, judge in court().judges.items()} == {
        "silence": ("service",), "lost": ("service",), "churn": ("service",),
    }  # fmt: skip
    assert court(RULES | {"churn": CHURN | {"hears": ["sales"]}}).judges["churn"].hears == ("sales", "service")


def test_a_rule_that_builds_on_one_with_the_same_key_is_judged_under_that_key():
    rules = {
        "often": {"title": "x", "per": ["customer", "channel"], "limit": {"what": "contact.outbound", "at_most": 1, "within": "5h"}},
        "left": {"title": "x", "per": ["customer", "channel"], "forbid": {"what": "deal.lost", "after": "alert.often.*"}},
    }
    mail, post = {"channel": "mail"}, {"channel": "post"}
    story = [
        told(0, "contact.outbound", "one", **mail),
        told(1, "contact.outbound", "two", **mail),
        told(2, "deal.lost", "a", **mail),
        told(2, "deal.lost", "b", **post),
    ]
    findings = [f for f in court(rules).judge(story, clock_at(100)).findings if f.rule == "left"]
    assert [(f.key, short(f)) for f in findings] == [(("mail",), ("often.opened/two/mail", "broken", 2, None, 1))]


def test_a_glob_of_alerts_means_all_other_rules():
    rules = {"silence": SILENCE, "lost": LOST | {"forbid": {"what": "deal.lost", "after": "alert.*.opened"}}}
    assert [short(f) for f in court(rules).judge([QUESTION, DEAL], clock_at(100)).findings] == [
        ("question", "broken", 8, None, 1), ("silence.opened/question", "broken", 12, None, 1),
    ]  # fmt: skip


def test_a_rule_that_is_switched_off_is_never_heard_of():
    court = court_of({"lost": LOST}, types=TYPES, off=["silence"])
    assert court.judge([QUESTION, DEAL], clock_at(100)).findings == ()


def test_significant_is_what_a_rule_names_and_what_ties_matters():
    told_apart = court({"silence": SILENCE})
    assert [told_apart.significant(t) for t in (QUESTION, ANSWER, QUESTION, DEAL)] == [True, True, True, False]
    assert told_apart.significant(told(0, "page.viewed", refs={"ticket": ("9",), "order": ("17",)}))
    assert not told_apart.significant(told(0, "page.viewed", refs={"ticket": ("9",), "product": ("4",)}))


def test_what_it_remembers_of_event_types_is_bounded(monkeypatch):
    monkeypatch.setattr(court_module, "REMEMBERED", 2)
    small = court()
    assert [small.significant(told(0, f"type.{n % 4}")) for n in range(8)] == [False] * 8
    assert len(small._mentioned) <= 2
    for story in ([QUESTION], [QUESTION], [QUESTION, DEAL], [QUESTION, CONTRACT], [QUESTION]):
        assert short(small.judge(story, clock_at(9)).findings[0]) == ("question", "broken", 8, None, 1)


def test_a_settled_rule_judges_only_what_every_department_has_said_all_about():
    rules = {"rule": {"title": "x", "per": "customer", "judge": "settled", "forbid": {"what": "deal.lost", "after": "contact.inbound"}}}
    clock = clock_at(20, service=20, sales=20, online=11)
    early = court(rules).judge([QUESTION, DEAL], clock)
    assert (early.findings, wakes(early)) == ((), {("*",): 12})
    assert [short(f) for f in court(rules).judge([QUESTION, DEAL], clock_at(20, online=12)).findings] == [
        ("question", "broken", 12, None, 1)
    ]


def test_a_settled_rule_about_absence_waits_for_everybody():
    rules = {"rule": SILENCE | {"judge": "settled"}}
    story = [QUESTION, told(7, "contact.outbound", "answer", **TICKET)]
    waiting = court(rules).judge(story, clock_at(10, service=10, online=5))
    assert (waiting.findings, waiting.held, wakes(waiting)) == ((), (), {("*",): 7})
    held = court(rules).judge([QUESTION], clock_at(10, service=10, online=5))
    assert [short(f) for f in held.held] == [("question", "broken", 8, None, 1)]


def test_what_is_already_broken_is_not_held():
    clock = Clock(BASE + 30 * HOUR, {"service": BASE + 10 * HOUR})
    other = told(15, "contact.inbound", "other", refs={"ticket": ("10",)})
    judgement = court().judge([QUESTION, other], clock)
    assert [short(f) for f in judgement.findings] == [("question", "broken", 8, None, 1)]
    assert [short(f) for f in judgement.held] == [("other", "broken", 23, None, 1)]


def test_folding_keeps_what_is_still_needed_and_nothing_else():
    rules = RULES | {"often": {"title": "x", "per": "ref.ticket", "limit": {"what": "contact.inbound", "at_most": 1, "within": "12h"}}}
    answered = [
        told(-40, "contact.inbound", "done", refs={"ticket": ("3",)}),
        told(-39, "contact.outbound", "said", refs={"ticket": ("3",)}),
    ]
    tying = told(-30, "page.viewed", "tie", refs={"ticket": ("9",), "order": ("17",)})
    several = told(4, "contact.inbound", "several", refs={"ticket": ("9", "11")})
    folding = court(rules)
    past = folding.fold([*answered, tying, QUESTION, several], clock_at(10), BASE + 10 * HOUR)
    assert past.links == (tying, several)
    assert {name: [t.event_id for t in kept] for name, kept in past.kept.items()} == {
        "silence": ["question", "several"], "lost": ["silence.opened/question"], "often": ["question", "several", "several"], "churn": [],
    }  # fmt: skip
    assert [t.refs["ticket"] for t in past.kept["often"]] == [("9",), ("9",), ("11",)]
    later = folding.judge([DEAL, ANSWER], clock_at(100), past)
    whole = folding.judge([*answered, tying, QUESTION, several, DEAL, ANSWER], clock_at(100))
    assert {f.id: (f.since, f.until) for f in later.findings} == {f.id: (f.since, f.until) for f in whole.findings}
    assert later.matters["answer"] == ("order", "17")
    again = folding.fold([DEAL], clock_at(13), BASE + 13 * HOUR, past)
    assert [t.event_id for t in again.links] == ["tie", "several"]
    assert hour_of(again.cut) == 13


def test_folding_a_settled_rule_keeps_what_was_not_judged_yet():
    rules = {"rule": {"title": "x", "per": "customer", "judge": "settled", "forbid": {"what": "deal.lost", "after": "contact.inbound"}}}
    past = court(rules).fold([QUESTION, DEAL], clock_at(20, online=11), BASE + 15 * HOUR)
    assert [t.event_id for t in past.kept["rule"]] == ["deal", "question"]


def test_folding_keeps_pauses_holders_and_first_answers():
    rules = {
        "pause": {"title": "x", "per": "customer", "expect": {"after": "contact.inbound", "then": "order.placed", "within": "8h",
                                                              "pause": {"after": "deal.lost", "until": "contract.canceled"}}},
        "early": {"title": "x", "per": "customer", "expect": {"after": "contact.inbound", "then": "contact.outbound", "within": "8h", "anytime": True}},
        "holder": {"title": "x", "per": "customer", "pingpong": {"what": "contact.*", "holder": "team"}},
        "before": {"title": "x", "per": "customer", "forbid": {"what": "contact.outbound", "before": "order.placed"}},
        "after": {"title": "x", "per": "customer", "forbid": {"what": "deal.lost", "after": "contact.inbound"}},
    }  # fmt: skip
    said = told(-2, "contact.outbound", "said", team="A")
    asked = told(0, "contact.inbound", "asked", team="B")
    past = court(rules).fold([said, asked, told(1, "deal.lost", "lost")], clock_at(5), BASE + 5 * HOUR)
    assert {name: sorted(t.event_id for t in kept) for name, kept in past.kept.items()} == {
        "pause": ["asked", "lost"], "early": ["said"], "holder": ["asked", "said"], "before": ["said"], "after": ["asked", "lost"],
    }  # fmt: skip
