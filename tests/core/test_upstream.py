"""Rules that build on rules."""

from schemas.clock import Clock
from schemas.rule import Rule
from streams.core.rules.court import Court
from tests.core.alert_stories import DUE, HOUR, MARCH_4, PLACED, RULES, alerts, at, book, finding, judged


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
