"""The rule language: what people may write, and what they are told when it cannot be."""

import pytest

from schemas.rule import Hours, Rule
from schemas.strict import InvalidConfiguration, load_yaml, validate

EXPECT = {"after": "t.a", "then": "t.b", "within": "8h"}


def problem(rule):
    with pytest.raises(InvalidConfiguration) as refusal:
        validate(Rule, {"title": "x", **rule}, "r.yaml")
    [line] = refusal.value.problems
    return line.removeprefix("r.yaml:1: ")


def test_a_rule_has_defaults_for_all_but_its_verb_and_title():
    rule = Rule.model_validate({"title": "x", "expect": EXPECT})
    assert rule.model_dump(exclude={"expect", "title"}) == {
        "severity": "warning", "enabled": True, "means": {}, "first_step": {}, "who": None, "per": "matter", "calendar": None, "hears": None,
        "judge": "now", "sure": None, "loose": False, "budget": None, "forbid": None, "limit": None, "pingpong": None,
    }  # fmt: skip


def test_lists_of_yaml_are_frozen():
    text = "{title: x, per: [matter, facts], forbid: {what: [t.a, {type: [t.b, t.c], where: {team: [A, B], score: {not: [1, 2], le: 3}}}], after: t.d}}"
    rule = Rule.model_validate(load_yaml(text, "r.yaml"))
    assert rule.forbid is not None
    assert rule.per == ("matter", "facts")
    assert hash(rule.forbid.what[0]) == hash("t.a")
    assert rule.forbid.what[1].where["team"] == ("A", "B")
    assert rule.forbid.what[1].where["score"].no == (1, 2)


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ({}, "(the document): a rule has exactly one of expect, forbid, limit, pingpong"),
        (
            {"expect": EXPECT, "limit": {"what": "t.a", "at_most": 1}},
            "(the document): a rule has exactly one of expect, forbid, limit, pingpong",
        ),
        ({"expect": {"after": "t.a", "then": "t.b"}}, "expect: expect needs within: or by:"),
        ({"expect": {**EXPECT, "within": "8 hours"}}, "expect.within: '8 hours' is not a duration: write 30m, 8h, 3d or 2w"),
        (
            {"expect": {**EXPECT, "within": "3d", "pause": {"after": "t.c", "until": "t.d"}}},
            "expect: pause needs within: in hours or minutes",
        ),
        (
            {"expect": {**EXPECT, "by": "due_at", "pause": {"after": "t.c", "until": "t.d"}}},
            "expect: pause needs within: in hours or minutes",
        ),
        ({"forbid": {"what": "t.a"}}, "forbid: forbid needs exactly one of after:, before:"),
        ({"forbid": {"what": "t.a", "after": "t.b", "before": "t.c"}}, "forbid: forbid needs exactly one of after:, before:"),
        ({"forbid": {"what": "t.a", "before": "t.b", "within": "1d"}}, "forbid: forbid with before: takes no within, till, each or others"),
        ({"expect": EXPECT, "servity": "high"}, "servity: unknown field; did you mean severity?"),
        ({"limit": {"what": "t.a", "at_most": 0}}, "limit.at_most: Input should be greater than or equal to 1"),
    ],
)
def test_what_makes_no_sense_is_refused(rule, line):
    assert problem(rule) == line


def hours_problem(**hours):
    with pytest.raises(InvalidConfiguration) as refusal:
        validate(Hours, hours, "h.yaml")
    [line] = refusal.value.problems
    return line.removeprefix("h.yaml:1: ")


def test_hours_are_checked_where_they_are_written():
    Hours.model_validate(
        {"hours": {"mon-thu, sat": ["22:00-06:00", "08:00-24:00"]}, "special": {"12-24": [], "2026-12-31": []}, "closed": ["2026-05-15"]}
    )
    assert hours_problem(tz="Europe/Berlino") == "tz: 'Europe/Berlino' is no time zone: write one such as Europe/Berlin"
    assert hours_problem(tz="../etc") == "tz: '../etc' is no time zone: write one such as Europe/Berlin"
    assert (
        hours_problem(hours={"monday": ["08:00-18:00"]})
        == "hours.monday.[key]: 'monday' names no days of the week: write mon, mon-fri or mon-thu,sat"
    )
    assert (
        hours_problem(hours={"mon": ["8-18"]})
        == "hours.mon.0: '8-18' is no opening time: write 08:00-18:00; 22:00-06:00 ends on the next day"
    )
    assert hours_problem(closed=["24.12.2026"]) == "closed.0: '24.12.2026' is no date: write 2026-12-24"
    assert hours_problem(special={"13-24": []}) == "special.13-24.[key]: '2024-13-24' is no date: write 2026-12-24"
    assert hours_problem(special={"soon": []}) == "special.soon.[key]: 'soon' is no date: write 2026-12-24"


def test_the_schema_for_editors_describes_every_field_of_a_rule():
    definitions = Rule.model_json_schema()["$defs"]
    assert {name: [f for f, v in d["properties"].items() if "description" not in v] for name, d in definitions.items() if "properties" in d} == {
        "Test": [], "Select": [], "Pause": [], "Expect": [], "Forbid": [], "Limit": [], "PingPong": [],
    }  # fmt: skip
