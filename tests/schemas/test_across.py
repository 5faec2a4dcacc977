"""Rules across customers are read strictly: what is wrong is said with its field and, where one is near, the word that was meant."""

import pytest

from schemas.across import AcrossRule, placeholders_of
from schemas.company import Company
from schemas.strict import InvalidConfiguration, validate

QUERY = "SELECT 'crm' AS source, {now:DateTime64(6, 'UTC')} AS starts_at WHERE 1 > {least:UInt64}"
RULE = {"title": "Silent", "key": "source", "query": QUERY, "parameters": {"least": 0}, "summary": {"en": "{source} is silent."}}


def problems(**changes: object) -> tuple[str, ...]:
    with pytest.raises(InvalidConfiguration) as raised:
        validate(AcrossRule, RULE | changes, "rule.yaml")
    return raised.value.problems


def test_a_rule_says_what_it_asks_and_how_often():
    rule = validate(AcrossRule, RULE, "rule.yaml")
    assert (list(rule.key), rule.every, sorted(rule.placeholders), rule.enabled) == (["source"], "5m", ["least", "now"], True)
    assert validate(AcrossRule, RULE | {"key": ["a", "b"]}, "rule.yaml").key == ("a", "b")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"keys": "source"}, "rule.yaml:1: keys: unknown field; did you mean key?"),
        ({"key": []}, "rule.yaml:1: key: Value should have at least 1 item after validation, not 0"),
        ({"every": "often"}, "rule.yaml:1: every: 'often' is not a duration: write 30m, 8h, 3d or 2w"),
        ({"summary": {}}, "rule.yaml:1: summary: Value should have at least 1 item after validation, not 0"),
        ({"summary": {"en": "{source.name} is silent."}}, "rule.yaml:1: summary: {source.name} names no column: write {size}"),
        ({"parameters": {}}, "rule.yaml:1: (the document): query: nothing says what {least:...} is"),
        (
            {"parameters": {"leest": 0}},
            "rule.yaml:1: (the document): parameters.leest: the query does not use it; did you mean least?",
        ),
        (
            {"parameters": {"least": 0, "now": 0}},
            "rule.yaml:1: (the document): parameters.now: is given by Redthread: the instant that is asked for: DateTime64(6, 'UTC')",
        ),
        (
            {"query": QUERY.replace("{now:DateTime64(6, 'UTC')}", "now()")},
            "rule.yaml:1: (the document): query: now() is another value every time: write {now:DateTime64(6, 'UTC')}",
        ),
        (
            {"query": "SELECT {least:UInt8} AS source, 'at now()' -- today()\n AS starts_at"},
            "rule.yaml:1: (the document): query: says for no instant what it asks: use {now:DateTime64(6, 'UTC')}",
        ),
        (
            {"query": QUERY + " AND {nov:UInt8}"},
            "rule.yaml:1: (the document): query: nothing says what {nov:...} is; did you mean now?",
        ),
    ],
)
def test_a_rule_that_cannot_be_asked_is_refused(changes, problem):
    assert problems(**changes) == (problem,)


def test_a_brace_that_is_not_closed_is_no_sentence():
    assert problems(summary={"en": "{source is silent."}) == ("rule.yaml:1: summary: expected '}' before end of string",)


def test_a_sentence_names_its_columns():
    assert list(placeholders_of("{size} of {theme}, {{really}}.")) == ["size", "theme"]


def test_two_rules_of_one_name_would_be_two_truths():
    silent = {"title": "Silent", "limit": {"what": "source.heartbeat", "at_most": 1}}
    with pytest.raises(InvalidConfiguration) as raised:
        validate(Company, {"company": "Example", "rules": {"silent": silent}, "across": {"silent": RULE}}, "redthread.yaml")
    assert raised.value.problems == ("redthread.yaml:1: (the document): across.silent: there is a rule of that name under rules: too",)
