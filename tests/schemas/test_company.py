"""The company file: what it says without being told, and what it does not take."""

import pytest

from schemas.company import IDENTIFIER_KINDS, Company, IdentifierKind
from schemas.strict import InvalidConfiguration, validate

DESK = {
    "source": "desk",
    "department": "service",
    "input": {"format": "csv"},
    "events": [{"type": "ticket.opened", "time": "at", "identifiers": {"crm_id": "customer"}}],
}


def problems(**changes):
    with pytest.raises(InvalidConfiguration) as caught:
        validate(Company, {"company": "Example", **changes}, "c.yaml")
    return caught.value.problems


def test_a_name_is_enough():
    company = Company.model_validate({"company": "Example"})
    assert company == Company(company="Example")
    assert company.departments == ("online", "offline", "sales", "service", "marketing")
    assert company.kinds == IDENTIFIER_KINDS


def test_a_kind_of_the_company_stands_beside_the_shipped_ones_or_in_place_of_one():
    case, mail = IdentifierKind(strength=50), IdentifierKind(strength=45, form="email")
    company = Company(company="Example", identifiers={"case": case, "email": mail})
    assert company.kinds == {**IDENTIFIER_KINDS, "case": case, "email": mail}


def test_keys_that_begin_with_x_are_left_to_anchors():
    assert Company.model_validate({"company": "Example", "x-notes": "anything"}) == Company(company="Example")


def test_what_is_no_mapping_is_no_company():
    with pytest.raises(InvalidConfiguration, match=r"^c.yaml:1: \(the document\): Input should be"):
        validate(Company, ["company"], "c.yaml")


def test_a_source_belongs_to_a_department_that_is_declared():
    assert Company.model_validate({"company": "Example", "sources": [DESK]}).sources[0].source == "desk"
    assert problems(sources=[DESK | {"department": "srevice"}]) == (
        "c.yaml:1: (the document): source desk: department 'srevice' is not declared under departments; did you mean service?",
    )


def test_the_name_of_the_built_in_source_is_taken():
    assert problems(sources=[DESK | {"source": "commands"}]) == (
        "c.yaml:1: (the document): source commands: this name is taken by what people say to Redthread; choose another",
    )


def test_an_event_of_a_source_belongs_to_a_department_that_is_declared():
    elsewhere = DESK | {"events": [DESK["events"][0] | {"department": {"from": "who", "map": {"S": "sales", "F": "finance"}}}]}
    assert problems(sources=[elsewhere]) == (
        "c.yaml:1: (the document): source desk: department 'finance' is not declared under departments",
    )


def test_what_a_source_on_a_topic_says_must_fit_into_messages():
    topic = [{**DESK, "input": {"topic": "desk", "format": "jsonl"}}]
    assert problems(max_record=1_048_577, sources=topic) == (
        "c.yaml:1: (the document): max_record: 1,048,577 is more than the 1,048,576 bytes that a source on a topic can have",
    )
    validate(Company, {"company": "Example", "max_record": 1_048_576, "sources": topic}, "c.yaml")
    validate(Company, {"company": "Example", "max_record": 5_000_000, "sources": [DESK]}, "c.yaml")
