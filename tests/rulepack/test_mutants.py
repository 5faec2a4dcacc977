"""Every rule that is one condition away."""

from schemas.rule import Rule
from schemas.strict import load_yaml
from streams.rulepack.mutants import mutants, written_out

WORDS = {
    "asked": "contact.inbound",
    "unhappy": load_yaml("[{type: [survey.answered, review.received], where: {score: {le: 2}}}, complaint.opened]", "words"),
}


def rule(text: str) -> Rule:
    return Rule.model_validate(load_yaml(text, "rule"))


def changes(text: str) -> list[str]:
    return [mutant.change for mutant in mutants(rule(text), WORDS)]


def test_words_are_written_out_as_single_types():
    written = written_out(rule("{title: x, forbid: {what: [asked, unhappy], after: ticket.closed}}"), WORDS)
    low = {"score": {"le": 2}}
    assert written["forbid"] == {
        "what": [
            "contact.inbound",
            {"type": "survey.answered", "where": low},
            {"type": "review.received", "where": low},
            "complaint.opened",
        ],
        "after": ["ticket.closed"],
    }


def test_a_test_on_a_word_is_added_to_the_tests_of_the_word():
    written = written_out(rule("{title: x, limit: {what: {type: unhappy, where: {channel: phone}}, at_most: 1}}"), WORDS)
    assert written["limit"]["what"][0] == {"type": "survey.answered", "where": {"score": {"le": 2}, "channel": "phone"}}
    assert written["limit"]["what"][2] == {"type": "complaint.opened", "where": {"channel": "phone"}}


def test_every_parameter_of_a_promise_goes_once():
    text = "{title: x, per: [customer, team, channel], calendar: office, expect: {after: a.b, then: [c.d, e.f], within: 1d, warn: 2h}}"
    assert changes(text) == [
        "per: left out",
        "per: without team",
        "per: without channel",
        "calendar: left out",
        "expect.then: without c.d",
        "expect.then: without e.f",
        "expect.within: left out",
        "expect.within: 2d",
        "expect.within: 23h",
        "expect.warn: left out",
        "expect.warn: 3h",
        "expect.warn: 1h",
    ]


def test_tests_and_their_limits_are_changed_one_by_one():
    text = "{title: x, limit: {what: {type: a.b, where: {score: {ge: 80}, team: [A, B]}}, at_most: 2, each: team}}"
    assert changes(text) == [
        "limit.each: left out",
        "limit.what: a.b where score is anything",
        "limit.what: a.b where score ge 79",
        "limit.what: a.b where score ge 81",
        "limit.what: a.b where team is anything",
        "limit.what: a.b where team is not A",
        "limit.what: a.b where team is not B",
        "limit.at_most: 3",
    ]


def test_a_pause_goes_as_a_whole_and_in_parts():
    text = "{title: x, expect: {after: a.b, then: c.d, within: 5m, pause: {after: e.f, until: [g.h, asked]}}}"
    assert changes(text) == [
        "expect.within: left out",
        "expect.within: 6m",
        "expect.within: 4m",
        "expect.pause: left out",
        "expect.pause: until: without g.h",
        "expect.pause: until: without contact.inbound",
    ]
