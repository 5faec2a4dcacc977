"""What is refused at load, with the rule, the field and the nearest name; and the order in which rules build on each other."""

from typing import Any

import pytest

from tests.core.rules.histories import court_of

TYPES = {"ticket.opened": ("service",), "ticket.closed": ("service",), "custom.*": ("logistics",), "deal.won": ("sales",)}
GOOD: dict[str, Any] = {"title": "x", "per": "customer", "expect": {"after": "ticket.opened", "then": "ticket.closed", "within": "8h"}}


def refused(rules, **company):
    with pytest.raises(ValueError, match=r"^(rules|words|calendars)\.") as refusal:
        court_of(rules, **{"types": TYPES, **company})
    return str(refusal.value).splitlines()


def changed(**how):
    return {"good": GOOD, "wrong": {**GOOD, "expect": {**GOOD["expect"], **how}}}


def test_a_misspelt_type():
    assert refused(changed(then="ticket.clsoed")) == [
        "rules.wrong.expect.then: nobody reports 'ticket.clsoed'; did you mean ticket.closed?"
    ]
    assert refused(changed(pause={"after": "ticket.opened", "until": "xyz.abc"})) == [
        "rules.wrong.expect.pause.until: nobody reports 'xyz.abc'; add it to types: if it is one of your own"
    ]


def test_globs_match_in_both_directions():
    court = court_of({"good": {**GOOD, "expect": {"after": "ticket.*", "then": "custom.thing", "within": "8h"}}}, types=TYPES)
    assert court.judges["good"].hears == ("logistics",)


def test_without_a_catalogue_everything_is_allowed_and_everybody_is_heard():
    assert court_of({"good": {**GOOD, "hears": []}}).judges["good"].hears == ("*",)
    assert court_of({"good": {**GOOD, "hears": "nobody"}}).judges["good"].hears == ("nobody",)


def test_a_misspelt_word():
    words = {"asked": "ticket.opened", "wrong": "ticket.openend", "circle": "circle"}
    assert refused(changed(after="askd"), words={"asked": ("ticket.opened", "alert.good.opened")}) == [
        "rules.wrong.expect.after: 'askd' is neither an event type (with a dot) nor a word; did you mean asked?"
    ]
    assert refused({"good": GOOD}, words=words) == [
        "words.wrong: nobody reports 'ticket.openend'; did you mean ticket.opened?",
        "words.circle: the word 'circle' is defined by itself: circle -> circle",
    ]


def test_an_unknown_calendar_and_one_that_never_opens():
    office = {"office": {"hours": {"mon-fri": ["08:00-18:00"]}}}
    assert refused({"wrong": {**GOOD, "calendar": "offcie"}}, calendars=office) == [
        "rules.wrong.calendar: there is no calendar 'offcie'; did you mean office?"
    ]
    assert refused({}, calendars={"shut": {"hours": {"mon": []}}, "moon": {"country": "XX"}, **office})[0] == "calendars.shut: never opens"
    assert refused({}, calendars={"moon": {"country": "XX"}})[0].startswith("calendars.moon: ")


def test_a_department_that_reports_nothing_cannot_be_heard():
    assert refused({"wrong": {**GOOD, "hears": ["service", "sale"]}}) == [
        "rules.wrong.hears: no department 'sale' reports anything; did you mean sales?"
    ]
    assert court_of({"good": {**GOOD, "hears": "*"}}, types=TYPES).judges["good"].hears == ("*",)


def test_a_duration_longer_than_anybody_lives():
    assert refused(changed(within="9999w")) == ["rules.wrong.expect.within: 9999w is longer than a hundred years"]


def test_an_unknown_alert():
    assert refused(changed(unless="alert.godo.opened")) == [
        "rules.wrong.expect.unless: there is no 'alert.godo.opened'; did you mean alert.good.opened?"
    ]
    assert refused(changed(unless="alert.good.open")) == [
        "rules.wrong.expect.unless: there is no 'alert.good.open'; did you mean alert.good.opened?"
    ]
    assert (
        court_of(changed(unless=["alert.good.opened", "alert.gone.ended"]), types=TYPES, off=["gone"])
        .judges["wrong"]
        .builds_on[0]
        .judge.name
        == "good"
    )


def test_rules_that_build_on_each_other_in_a_circle():
    def on(*alerts):
        return {**GOOD, "expect": {**GOOD["expect"], "unless": list(alerts)}}

    rules = {
        "a": on("alert.b.opened"),
        "b": on("alert.c.opened", "alert.good.ended"),
        "c": on("alert.a.ended", "alert.b.opened"),
        "d": on("alert.a.opened"),
        "good": GOOD,
    }
    assert refused(rules) == [
        "rules.a: builds on itself: a -> b -> c -> a",
        "rules.b: builds on itself: b -> c -> b",
        "rules.c: builds on itself: c -> b -> c",
    ]
    assert refused({"a": on("alert.a.opened")}) == ["rules.a: builds on itself: a -> a"]


def test_a_rule_that_builds_on_one_with_another_key():
    rules = {"good": GOOD, "wrong": {**GOOD, "per": "ref.ticket", "expect": {**GOOD["expect"], "unless": "alert.good.opened"}}}
    assert refused(rules) == ["rules.wrong.per: must be customer, or the same as in good, on which it builds"]


def test_everything_that_is_wrong_is_said_at_once():
    rules = {"a": {**GOOD, "hears": "sale"}, **changed(then="ticket.close")}
    assert [line.split(":")[0] for line in refused(rules)] == ["rules.a.hears", "rules.wrong.expect.then"]
