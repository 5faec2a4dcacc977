"""The shipped rules do what their stories say, and the stories notice when a rule loses a condition."""

from collections import Counter
from functools import cache

import pytest

from schemas.vocabulary import VOCABULARY
from streams.rulepack.bench import shipped_company
from streams.rulepack.files import Told, shipped_fixtures
from streams.rulepack.mutants import SELECTORS, written_out
from streams.rulepack.mutate import mutate
from streams.rulepack.run import run

COMPANY = shipped_company()
RULES = sorted(COMPANY.rules)
COUNT = 30
SENTENCE = 30  # characters; what is shorter says nothing


@cache
def fixtures() -> dict[str, Told]:
    return {told.fixture.rule: told for told in shipped_fixtures()}


def test_every_rule_has_its_fixtures():
    assert sorted(fixtures()) == RULES
    assert len(RULES) == COUNT


@pytest.mark.parametrize("rule", RULES)
def test_every_story_goes_as_told(rule):
    results = run(COMPANY, [fixtures()[rule]])
    assert [(result.case, result.differs) for result in results if not result.ok] == []
    assert len(results) == len(fixtures()[rule].fixture.cases)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_hit_a_near_miss_and_a_late_correction(rule):
    shown = {case.shows for case in fixtures()[rule].fixture.cases}
    assert shown >= {"hit", "near miss", "late correction", "same instant"}


@pytest.mark.parametrize("rule", RULES)
def test_a_hit_alerts_a_near_miss_does_not_and_a_late_correction_comes_in_steps(rule):
    for case in fixtures()[rule].fixture.cases:
        alerts = [alert for arrival in case.arrivals for alert in arrival.alerts]
        if case.shows == "hit":
            assert any(alert.level == "broken" for alert in alerts), case.name
        if case.shows == "near miss":
            assert alerts == [], case.name
        if case.shows == "late correction":
            assert len(case.steps) > 1, case.name


@pytest.mark.parametrize("rule", [name for name in RULES if COMPANY.rules[name].calendar])
def test_a_rule_with_a_calendar_has_a_story_about_days_off(rule):
    assert "calendar" in {case.shows for case in fixtures()[rule].fixture.cases}


def test_names_of_stories_are_told_apart():
    names = Counter((rule, case.name) for rule, told in fixtures().items() for case in told.fixture.cases)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_speaks_english_and_german_to_people_and_has_a_budget(rule):
    written = COMPANY.rules[rule]
    for texts in (written.means, written.first_step):
        assert texts.keys() == {"en", "de"}
        assert [text for text in texts.values() if not (text.endswith(".") and len(text) > SENTENCE)] == []
    assert written.budget is not None
    assert written.budget > 0


@pytest.mark.parametrize("rule", RULES)
def test_every_type_that_a_rule_names_is_in_the_vocabulary(rule):
    plain = written_out(COMPANY.rules[rule], COMPANY.words)
    (spec,) = (plain[verb] for verb in ("expect", "forbid", "limit", "pingpong") if verb in plain)
    spoken = [item for name in SELECTORS & spec.keys() for item in spec[name]]
    types = {item if isinstance(item, str) else item["type"] for item in spoken}
    assert {name for name in types if not name.startswith("alert.")} <= VOCABULARY.keys()


def test_no_condition_can_be_taken_away_without_a_story_failing():
    fates = mutate(COMPANY, fixtures().values())
    assert [(m.rule, m.change) for m in fates if m.fate == "survived"] == []
    unusable = {(m.rule, m.change) for m in fates if m.fate == "invalid"}
    due = {(rule, f"expect.{field}: left out") for rule in RULES for field in ("within", "by")}
    assert unusable <= due | {("lost_after_broken_journey", "per: left out")}
    assert Counter(m.fate for m in fates)["killed"] > 200
