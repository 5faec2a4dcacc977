"""Every exported schema is a valid JSON Schema, and says what the models say."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from schemas.alert import Alert, Evidence
from schemas.codec import encode_json
from schemas.export import MESSAGES, WRITTEN, schemas
from schemas.plain import plain
from schemas.strict import load_yaml

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"


def test_everything_that_people_write_and_every_message_has_a_schema():
    assert list(schemas()) == [
        "company", "source", "rule", "fixture", "event", "touchpoint", "timeline", "identity", "journey", "alert", "contact-policy",
        "dead-letter",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [*WRITTEN, *MESSAGES])
def test_it_is_a_valid_schema_that_says_which_one_it_is(name):
    document = schemas()[name]
    Draft202012Validator.check_schema(document)
    assert (document["$schema"], document["$id"]) == ("https://json-schema.org/draft/2020-12/schema", f"redthread:{name}")


@pytest.mark.parametrize("name", ["minimal", "reference"])
def test_the_shipped_companies_are_valid_as_they_are_written(name):
    file = EXAMPLES / name / "redthread.yaml"
    assert list(Draft202012Validator(schemas()["company"]).iter_errors(load_yaml(file.read_text(encoding="utf-8"), file.name))) == []


@pytest.mark.parametrize(
    "written",
    [
        {"rules": {"silence": {"expect": {"within": "4h"}}}},
        {"rules": {"silence": "off", "ping_pong": None}},
        {"rules": {"silence": {"calendar": None}}},
        {"journeys": {"order": {"abandoned": "30d"}}, "calendars": {"office": {"tz": "Europe/Vienna"}}},
        {"pack": "none", "sources": "sources/*.yaml", "x-shared": {"anything": [1]}},
        {"sources": ["sources/shop.yaml"]},
        {"contact_policy": {"purposes": {"promo": {"department": "sales"}, "survey": None}, "unheeded": ["duplicate_outreach"]}},
    ],
)
def test_a_change_of_the_pack_needs_no_more_than_the_change(written):
    assert list(Draft202012Validator(schemas()["company"]).iter_errors({"company": "A", **written})) == []


@pytest.mark.parametrize(
    "written",
    [
        {"rules": {"silence": {"expect": {"whithin": "4h"}}}},
        {"rules": {"silence": "none"}},
        {"pack": "other"},
        {"contact_policy": {"purposes": {"promo": {"tpye": "campaign.sent"}}}},
        {"timezon": "UTC"},
        {"sources": [{"source": "shop"}]},
    ],
)
def test_what_no_company_can_say_is_found(written):
    assert list(Draft202012Validator(schemas()["company"]).iter_errors({"company": "A", **written})) != []


def test_a_message_as_it_is_published_fits_its_schema():
    alert = Alert(
        alert_id="a", rule="silence", rule_version="1", status="open", level="broken", severity="high", customer_id=None, matter="ticket:1", journey="ticket",
        evidence=(Evidence("e", 1, "contact.inbound", "service"),),
    )  # fmt: skip
    published = load_yaml(encode_json(plain(alert)).decode(), "alert")
    assert list(Draft202012Validator(schemas()["alert"]).iter_errors(published)) == []
