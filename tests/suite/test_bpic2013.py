"""The incidents of the BPI Challenge 2013, case by case, against what a plain reading of the log counts."""

import pytest

from tests.suite.runners import Outcome
from tests.suite.truth import truth

pytestmark = [pytest.mark.data, pytest.mark.server]

TRUTH = "bpic2013_incidents_by_case.csv.gz"


def counted(column: str) -> dict[str, int]:
    """Case -> count, of cases that have any."""
    return {row["case"]: int(row[column]) for row in truth(TRUTH) if int(row[column])}


def occurrences(outcome: Outcome, rule: str) -> dict[str, int]:
    """Case -> occurrences of a rule."""
    sql = f"SELECT refs['ticket'][1], sum(occurrences) FROM ({ANCHORED}) WHERE rule = '{rule}' GROUP BY 1"
    return dict(outcome.query(sql))


ANCHORED = """
SELECT a.rule AS rule, a.occurrences AS occurrences, t.refs AS refs
FROM alerts AS a INNER JOIN timeline AS t ON t.event_id = a.anchor WHERE a.status != 'withdrawn'
"""


def test_every_event_is_one_row_and_every_case_one_customer(bpic2013: Outcome):
    assert bpic2013.accounting() == {
        "records": 65_533,
        "touchpoints": 65_533,
        "timeline_rows": 65_533,
        "duplicates": 0,
        "conflicting": 0,
        "dead_letters": 0,
        "balanced": True,
    }
    assert bpic2013.query("SELECT count() FROM customers") == [(7_554,)]
    events = bpic2013.query("SELECT refs['ticket'][1] AS case, count() FROM timeline GROUP BY case")
    assert dict(events) == counted("events")


def test_bounces_between_teams_are_those_of_each_case(bpic2013: Outcome):
    found = occurrences(bpic2013, "ping_pong")
    assert found == counted("team_aba")
    assert (len(found), sum(found.values())) == (1_177, 2_394)


def test_incidents_taken_up_again_are_those_of_each_case(bpic2013: Outcome):
    found = occurrences(bpic2013, "reopened")
    assert found == counted("reopened")
    assert (len(found), sum(found.values())) == (510, 575)


def test_waits_of_more_than_a_day_are_those_of_each_case(bpic2013: Outcome):
    found = occurrences(bpic2013, "queued_too_long")
    assert found == counted("queue_waits_over_24h")
    assert (len(found), sum(found.values())) == (1_212, 1_695)


def test_journeys_count_the_same_hand_offs_and_bounces(bpic2013: Outcome):
    journeys = bpic2013.query("SELECT splitByChar(':', ref)[2], handoffs, bounces FROM journeys WHERE kind = 'ticket'")
    assert len(journeys) == 7_554
    assert {case: handoffs for case, handoffs, _ in journeys if handoffs} == counted("team_handoffs")
    assert {case: bounces for case, _, bounces in journeys if bounces} == counted("team_aba")


def test_every_alert_belongs_to_the_customer_of_its_evidence(bpic2013: Outcome):
    strangers = """
    SELECT count() FROM alerts AS a ARRAY JOIN a.evidence AS e INNER JOIN timeline AS t ON t.event_id = e.1
    WHERE t.customer_id != a.customer_id
    """
    assert bpic2013.query(strangers) == [(0,)]
