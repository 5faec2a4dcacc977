"""What is counted of the alerts of a history."""

from datetime import date

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.rule import Rule
from schemas.touchpoint import Touchpoint
from streams.core.backtest import SAMPLES, Activity, Overlap, Tally, Trial, counted
from streams.core.calendar import instant
from tests.small_company import ALERTS, COURT

SILENCE = Rule.model_validate(
    {"title": "Silence", "budget": 100, "expect": {"after": "contact.inbound", "then": "contact.outbound", "within": "24h"}}
)
NOBODY = Activity(0, 0)


def at(text: str) -> int:
    return instant(text, "Europe/Berlin")


def alert(number: int, customer: str | None = "anna", starts: str = "2026-01-12 09:00", **fields) -> Alert:
    wanted = {"rule": "silence", "status": "open", "level": "broken", "matter": "", "journey": "", "ends_at": None} | fields
    return Alert(alert_id=f"{number:02}", rule_version="", severity="high", customer_id=customer, starts_at=at(starts), **wanted)


def tally(since: str = "2026-01-01", rule: Rule = SILENCE) -> Tally:
    return Tally("silence", rule, at(since), "Europe/Berlin")


def verdict_of(*alerts: Alert, activity: Activity = NOBODY, **options):
    found = tally(**options)
    counted([found], alerts)
    return found.verdict(activity)


def test_alerts_of_the_rule_in_the_period_are_counted():
    found = verdict_of(
        alert(1, ends_at=at("2026-01-13 09:00"), status="resolved", occurrences=3),
        alert(2, level="at_risk"),
        alert(3, "ben"),
        alert(4, rule="ping_pong"),
        alert(5, starts="2025-12-31 23:59"),
        activity=Activity(40, 60),
    )
    assert (found.rule, found.alerts, found.at_risk, found.open, found.occurrences) == ("silence", 3, 1, 2, 5)
    assert (found.customers_hit, found.customers, found.per_thousand) == (2, 40, 50.0)


def test_the_budget_is_per_thousand_active_customers_and_month():
    alerts = [alert(number) for number in range(10)]
    assert [verdict_of(*alerts, activity=Activity(80, months)).within_budget for months in (99, 100, 101)] == [False, True, True]
    assert verdict_of(*alerts, rule=SILENCE.model_copy(update={"budget": None})).within_budget


def test_without_any_customer_nothing_is_divided_by():
    assert verdict_of().per_thousand == 0.0


def test_weeks_begin_on_monday_where_the_company_is_and_those_without_alerts_belong_to_the_picture():
    found = verdict_of(alert(1, starts="2026-01-11 23:59"), alert(2, starts="2026-01-12 00:00"), alert(3, starts="2026-01-26 08:00"))
    assert found.weeks == ((date(2026, 1, 5), 1), (date(2026, 1, 12), 1), (date(2026, 1, 19), 0), (date(2026, 1, 26), 1))
    assert verdict_of().weeks == ()


def test_the_samples_are_the_same_whatever_the_order():
    alerts = [alert(number, starts=f"2026-01-{28 - number:02} 12:00") for number in range(2 * SAMPLES)]
    found = [verdict_of(*some).samples for some in (alerts, alerts[::-1])]
    assert found[0] == found[1] == tuple(alerts[SAMPLES - 1 :: -1])


def test_other_rules_beside_it_are_counted_by_matter_and_by_customer():
    found = verdict_of(
        alert(1, matter="ticket:1"),
        alert(2, matter="ticket:2"),
        alert(3, "ben", matter="ticket:3"),
        alert(4, None),
        alert(5, matter="ticket:1", rule="ping_pong"),
        alert(6, "ben", matter="order:7", rule="late"),
        alert(7, None, rule="late"),
        alert(8, "carla", rule="late"),
    )
    assert found.overlap == (
        Overlap("late", same_customer=2, same_matter=0, share=0.25),
        Overlap("ping_pong", same_customer=2, same_matter=1, share=0.25),
    )


def test_a_trial_finds_the_alerts_of_the_running_system():
    asked = Touchpoint(
        event_id="q",
        type="contact.inbound",
        at=at("2026-01-12 09:00"),
        source="desk",
        department="service",
        ids=("crm_id:1",),
        refs={"ticket": ("9",)},
    )
    found = Trial(COURT, ALERTS, Clock(at("2026-01-14 09:00"))).alerts("anna", {"q": asked})
    assert [(a.rule, a.status, a.matter, a.starts_at) for a in found] == [("silence", "open", "ticket:9", at("2026-01-13 09:00"))]
