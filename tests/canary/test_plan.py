"""What is planned for each source, and what must come of it."""

from pathlib import Path

import pytest

from schemas.company import Company
from schemas.source import Source
from streams.canary.plan import Left, Planned, Planner
from streams.config import load, shipped

DEMO = Path(__file__).parents[2] / "streams" / "demo" / "company"
WEDNESDAY = 1_772_622_000_000_000  # 4 March 2026 11:00 UTC
MONDAY = WEDNESDAY - 2 * 86_400_000_000
DESK = {"source": "desk", "department": "service", "input": {"format": "jsonl", "topic": "desk"}}


def planned(source: dict, now: int = WEDNESDAY):
    company = Company.model_validate({"company": "c", **shipped(), "sources": [source]})
    return Planner(company, b"key").plan(company.sources[0], now)


def rules(plans) -> dict[str, set[str]]:
    return {plan.story: set(plan.alerts.values()) for plan in plans}


def test_every_source_of_the_simulated_company_has_a_story():
    company = load(DEMO).company
    planner = Planner(company, b"key")
    told = {source.source: rules(planner.plan(source, WEDNESDAY)) for source in company.sources}
    assert told == {
        "crm": {"question": {"silence"}},
        "crm-contacts": {"record.created": set()},
        "desk": {"ping-pong": {"ping_pong"}, "question": {"silence"}},
        "feedback": {"survey.answered": set()},
        "logistics": {"parcel.handed_over": {"stuck_order"}},
        "mail": {"survey.sent": {"survey_too_early"}},
        "shop": {"ping-pong": {"ping_pong"}, "question": {"silence"}},
        "till": {"question": {"silence"}},
        "tracker": {"escalation.answered": set()},
        "web": {"question": {"silence"}},
    }


def test_a_question_is_as_old_as_the_opening_hours_want_it():
    source = {**DESK, "input": {"format": "cloudevents", "topic": "desk"}}
    ages = [(now - planned(source, now)[1].oldest) // 86_400_000_000 for now in (WEDNESDAY, MONDAY)]
    assert ages == [1, 4]  # on a Monday morning eight open hours reach back to Thursday


def test_two_rounds_have_different_customers_and_one_round_is_the_same_every_time():
    source = {**DESK, "input": {"format": "cloudevents", "topic": "desk"}}
    first, again, later = planned(source), planned(source), planned(source, WEDNESDAY + 1_000_000)
    assert first == again
    assert not {plan.name for plan in first} & {plan.name for plan in later}
    assert not set(first[0].alerts) & set(later[0].alerts)


def test_a_source_may_give_records_of_its_own():
    event = {"type": "contact.inbound", "time": "at", "identifiers": {"email": "join('', [mail])"}, "refs": {"ticket": "id"}}
    source = {**DESK, "events": [event]}
    left = planned(source)
    assert isinstance(left, Left)
    assert "no identifier of contact.inbound can be made up (email); give it records of its own (canary:)" in left.why
    (plan,) = planned({**source, "canary": [{"at": "{time}", "mail": "{email}", "id": "{name}", "tags": ["n{number}"]}]})
    assert (plan.story, set(plan.alerts.values()), len(plan.records)) == ("template", {"silence"}, 1)
    assert b'"tags":["n0"]' in plan.records[0]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"canary": "off"}, "its source file says canary: off"),
        ({"ignore": "mail"}, "question: its mapping passes such a record over"),
        ({"canary": [{"at": "{time}", "mail": "anna@example.org"}]}, "template: no identifier shows that the customer is synthetic"),
        ({"canary": [{"at": "never", "mail": "{email}"}]}, "template: a record like that cannot be used (time: 'never' is"),
    ],
)
def test_it_says_why_a_source_is_left_out(more, why):
    left = planned({**DESK, "events": [{"type": "contact.inbound", "time": "at", "identifiers": {"email": "mail"}}], **more})
    assert isinstance(left, Left)
    assert why in left.why


def test_without_rules_only_the_way_to_the_timeline_is_planned():
    company = Company(company="c", sources=(Source.model_validate({**DESK, "input": {"format": "cloudevents", "topic": "desk"}}),))
    plan, *others = Planner(company, b"key").plan(company.sources[0], WEDNESDAY)
    assert isinstance(plan, Planned)
    assert others == []
    assert (plan.story, plan.alerts, len(plan.events)) == ("ping-pong", {}, 5)
