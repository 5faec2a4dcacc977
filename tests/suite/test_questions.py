"""The questions beside the examples, tried on the public data as `redthread rules backtest --files` does: every count to the last case."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from schemas.alert import Alert
from streams.backtest.files import over_files
from streams.bootstrap import inputs_of
from streams.config import load
from tests.data import shared_data
from tests.suite.truth import truth

pytestmark = pytest.mark.data

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
INCIDENTS, ORDERS, LEADS = "bpic2013_incidents_by_case.csv.gz", "olist_main_by_order.csv.gz", "olist_funnel_by_mql.csv.gz"

Found = dict[str, list[Alert]]


def asked(example: str, paths: Sequence[Path]) -> Found:
    """Rule -> its alerts, judged at the newest event."""
    company = load(EXAMPLES / example / "questions.yaml").company
    inputs, _ = inputs_of(company, paths)
    found: Found = {}
    for alert in over_files(company, inputs, b"a key", -(1 << 60), None, lambda _position, _input: None).alerts:
        found.setdefault(alert.rule, []).append(alert)
    return found


@pytest.fixture(scope="module")
def desk() -> Found:
    return asked("bpic2013", [shared_data("bpic2013")])


@pytest.fixture(scope="module")
def olist() -> Found:
    return asked("olist", [shared_data("olist_orders_main"), shared_data("olist_funnel")])


def cases(alerts: Sequence[Alert]) -> Counter[str]:
    """Case, order or lead -> occurrences."""
    found = Counter[str]()
    for alert in alerts:
        found[alert.matter.partition(":")[2]] += alert.occurrences
    return found


def over(alerts: Sequence[Alert]) -> list[Alert]:
    """Those that ended: it came, but late."""
    return [alert for alert in alerts if alert.status == "resolved"]


def going_on(alerts: Sequence[Alert]) -> list[Alert]:
    return [alert for alert in alerts if alert.status == "open"]


def one_after_another(alerts: Sequence[Alert]) -> int:
    """How many followed another: a limit counts pairs, its evidence holds each once."""
    return sum(len(alert.evidence) - 1 for alert in alerts)


def per_case(column: str) -> dict[str, int]:
    return {row["case"]: int(row[column]) for row in truth(INCIDENTS) if int(row[column])}


def orders(column: str) -> set[str]:
    return {row["order_id"] for row in truth(ORDERS) if row[column] == "1"}


@pytest.mark.parametrize(
    ("rule", "of_cases", "occurrences"),
    [
        ("back_within_1h", 379, 551),
        ("back_within_24h", 820, 1_412),
        ("back_within_72h", 950, 1_754),
        ("ping_pong_of_lines", 883, 1_876),
        ("ping_pong_of_agents", 1_186, 1_783),
        ("reopened_also_unmatched", 514, 580),
        ("queued_over_24h", 1_212, 1_695),
        ("queued_over_72h", 669, 791),
        ("queued_over_168h", 270, 298),
        ("problem_ping_pong", 107, 186),
        ("problem_ping_pong_of_lines", 59, 94),
    ],
)
def test_cases_and_occurrences_at_the_desk(desk: Found, rule: str, of_cases: int, occurrences: int):
    found = cases(desk[rule])
    assert (len(found), found.total()) == (of_cases, occurrences)


@pytest.mark.parametrize(
    ("rule", "column"),
    [("ping_pong_of_lines", "orgline_aba"), ("waits_for_user", "wait_user_spells"), ("queued_over_24h", "queue_waits_over_24h")],
)
def test_at_the_desk_it_is_the_same_case_by_case(desk: Found, rule: str, column: str):
    assert cases(desk[rule]) == per_case(column)


def test_how_often_the_work_waited_for_the_user(desk: Found):
    found = cases(desk["waits_for_user"])
    assert (len(found), sum(times > 1 for times in found.values()), max(found.values())) == (2_495, 776, 16)


@pytest.mark.parametrize(
    ("rule", "late"),
    [("late_7d", 178), ("late_30d", 25), ("handed_over_late", 439), ("won_after_30d", 295), ("won_after_90d", 151), ("won_after_180d", 68)],
)
def test_what_came_but_late(olist: Found, rule: str, late: int):
    assert len(over(olist[rule])) == late


def test_orders_handed_over_late_or_never_are_those_of_each_order(olist: Found):
    late, never = cases(over(olist["handed_over_late"])), cases(going_on(olist["handed_over_late"]))
    assert (set(late), set(never)) == (orders("approved_not_handed_7d"), orders("approved_never_handed"))
    assert len(never) == 1_636


def test_parcels_handed_over_after_the_last_limit_are_those_of_each_order(olist: Found):
    found = cases(olist["handed_over_after_last_limit"])
    assert set(found) == orders("carrier_after_shipping_limit")
    assert len(found) == 605


@pytest.mark.parametrize(
    ("rule", "found"),
    [("canceled_yet_delivered", 6), ("canceled_after_payment", 484), ("late_and_badly_reviewed", 236), ("won_before_contact", 1)],
)
def test_what_should_not_have_happened(olist: Found, rule: str, found: int):
    assert len(cases(olist[rule])) == found


def test_surveys_before_the_parcel_that_came(olist: Found):
    assert cases(over(olist["surveyed_before_delivery"])).total() == 294


@pytest.mark.parametrize(("days", "times"), [(1, 30), (7, 39), (30, 63)])
def test_ordered_again(olist: Found, days: int, times: int):
    assert one_after_another(olist[f"ordered_again_within_{days}d"]) == times


@pytest.mark.parametrize(("within", "times"), [("", 22), ("_within_7d", 8)])
def test_the_next_order_after_one_that_failed(olist: Found, within: str, times: int):
    assert cases(olist[f"again_after_failure{within}"]).total() + one_after_another(olist[f"failed_again{within}"]) == times


def test_leads_that_were_never_won_are_those_of_each_origin(olist: Found):
    lost = Counter(row["origin"] or "without_origin" for row in truth(LEADS) if not row["won_date"])
    assert {
        rule.removeprefix("never_won_"): len(going_on(alerts)) for rule, alerts in olist.items() if rule.startswith("never_won")
    } == lost
