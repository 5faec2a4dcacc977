"""Rules as sentences: each thing that a rule can say is said."""

import pytest

from schemas.rule import Rule
from streams.cli.rule_texts import ENGLISH, GERMAN
from streams.cli.rule_words import Sentences


def said(language="en", **rule):
    return list(Sentences(language).demands(Rule.model_validate({"title": "Mine", **rule})))


def test_every_sentence_exists_in_both_languages_with_the_same_places():
    assert [(key, _places(text)) for key, text in ENGLISH.items()] == [(key, _places(text)) for key, text in GERMAN.items()]


def _places(text):
    return sorted(part.partition("}")[0] for part in text.split("{")[1:])


@pytest.mark.parametrize(
    ("rule", "sentences"),
    [
        (
            {
                "expect": {
                    "after": "order.placed",
                    "then": ["parcel.delivered", "order.canceled"],
                    "by": "due_at",
                    "grace": "1h",
                    "end_of": "day",
                }
            },
            [
                "After `order.placed`, `parcel.delivered` or `order.canceled` must follow by the time that its field `due_at` names, until that day is over.",
                "1 hour more do not count.",
            ],
        ),
        (
            {"calendar": "office", "expect": {"after": "asked", "then": "answered", "within": "2d", "anytime": True}},
            [
                "After `asked`, `answered` must follow by the close of open day 2 after it, of `office`.",
                "An earlier `answered` counts too.",
            ],
        ),
        (
            {
                "expect": {
                    "after": "a.b",
                    "then": "c.d",
                    "within": "30m",
                    "unless": "e.f",
                    "warn": "5m",
                    "pause": {"after": "g.h", "until": "i.j"},
                }
            },
            [
                "After `a.b`, `c.d` must follow within 30 minutes.",
                "It is no longer expected after `e.f`.",
                "The time from `g.h` to `i.j` is not counted.",
                "An alert at risk comes 5 minutes before.",
            ],
        ),
        (
            {"forbid": {"what": "a.b", "after": "c.d", "within": "1w", "till": "due_at", "until": "e.f", "each": "ref.order", "times": 2}},
            [
                "After `c.d` within 1 week and until the time in its field `due_at` and until `e.f` there must be no `a.b`.",
                "Each `ref.order` is counted for itself.",
                "`e.f` counts only for its own `ref.order`.",
                "It takes 2 of them for an alert.",
            ],
        ),
        (
            {"forbid": {"what": "a.b", "after": "c.d", "each": "department", "others": True, "grace": "2h"}},
            ["After `c.d` there must be no `a.b` with another `department`.", "Closer than 2 hours to the edge is not counted."],
        ),
        ({"forbid": {"what": "a.b", "before": "c.d"}}, ["There must be no `a.b` before `c.d`."]),
        ({"limit": {"what": "a.*", "at_most": 4, "within": "7d"}}, ["Of `a.*` there may be at most 4 within 7 days."]),
        ({"limit": {"what": "a.b", "at_most": 1, "each": "team"}}, ["Of `a.b` there may be at most 1 different `team`."]),
        (
            {"pingpong": {"what": "a.b", "holder": "team", "within": "3d", "ignore": ["bot", 7], "times": 2, "until": "c.d"}},
            [
                "In `a.b`, `team` must not go from A to B and back to A within 3 days of A's last touch.",
                "Between them stands exactly one holder.",
                "These holders do not count: bot, 7.",
                "It takes 2 of them for an alert.",
                "After `c.d` it begins anew.",
            ],
        ),
        ({"pingpong": {"what": "a.b", "holder": "team", "direct": False}}, ["In `a.b`, `team` must not go from A to B and back to A."]),
    ],
)
def test_a_rule_says_what_it_demands(rule, sentences):
    assert said(**rule) == [*sentences, "Judged together is what has the same `matter`."]


def test_a_selector_says_its_tests():
    where = {
        "score": {"ge": 80, "lt": 90},
        "channel": ["mail", "phone"],
        "automatic": {"not": True},
        "coupon": {"exists": True},
        "test": {"exists": False},
    }
    tests = "score < 90 and score ≥ 80 and channel = mail or phone and automatic ≠ true and coupon given and no test"
    assert said(per=["customer", "channel"], loose=True, limit={"what": {"type": ["a.b", "word"], "where": where}, "at_most": 1}) == [
        f"Of `a.b` or `word` ({tests}) there may be at most 1.",
        "Judged together is what has the same `customer` + `channel`.",
        "An answer that belongs to no matter answers for every matter.",
    ]


def test_the_same_in_german():
    rule = {"per": "ref.order", "calendar": "office", "expect": {"after": "a.b", "then": "c.d", "within": "8h", "warn": "1h"}}
    assert said("de", **rule) == [
        "Auf `a.b` muss `c.d` folgen, innerhalb von 8 Stunden der Öffnungszeiten `office`.",
        "Gewarnt wird mit einem Vorlauf von 1 Stunde.",
        "Zusammen beurteilt wird, was gleich ist in: `ref.order`.",
    ]
