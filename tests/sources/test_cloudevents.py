"""The strict reader against the vectors of the specification and of the Java SDK."""

import base64
import json

import pytest
import yaml

from schemas.source import Source
from streams.sources.cloudevents import compile_mapped, compile_native, payload, read_envelope
from streams.sources.mapping import compile_mapping
from streams.sources.record import Draft, Invalid
from tests.data import shared_data

NATIVE = Source.model_validate(
    {"source": "crm", "department": "sales", "input": {"format": "cloudevents"}, "rename": {"com.example.won": "deal.won"}}
)
MINIMAL = {"specversion": "1.0", "id": "1", "source": "/crm", "type": "deal.won"}


def problem(value) -> tuple[str, str, str]:
    with pytest.raises(Invalid) as caught:
        payload(read_envelope(value))
    return caught.value.reason, caught.value.field, caught.value.message


def is_accepted(value) -> bool:
    try:
        payload(read_envelope(value))
    except Invalid:
        return False
    return True


@pytest.mark.data
def test_exactly_the_eight_files_that_must_fail_fail():
    files = sorted((shared_data("cloudevents") / "sdk-java").glob("*/*.json"))
    assert len(files) == 31
    rejected = [f"{file.parent.name}/{file.stem}" for file in files if not is_accepted(json.loads(file.read_text(encoding="utf-8")))]
    wrong = ("fail_numeric_decimal", "fail_numeric_long", "json_data_with_ext_invalid", "json_data_with_ext_upper_case")
    assert rejected == [f"{version}/{name}" for version in ("v03", "v1") for name in wrong]


@pytest.mark.data
def test_every_event_of_the_conformance_suite_is_accepted():
    accepted = 0
    for file in sorted((shared_data("cloudevents") / "conformance").glob("*.yaml")):
        for event in yaml.load_all(file.read_text(encoding="utf-8"), yaml.BaseLoader):
            attributes = event["ContextAttributes"]
            extensions = attributes.pop("Extensions", {})
            envelope = {**attributes, **{name: text.strip() for name, text in extensions.items()}, "data": event["Data"]}
            assert read_envelope(envelope).model_dump(exclude_none=True) == envelope
            accepted += 1
    assert accepted == 15


@pytest.mark.data
def test_base64_data_are_unpacked_in_both_versions():
    folder = shared_data("cloudevents") / "sdk-java"
    found = [
        payload(read_envelope(json.loads((folder / name).read_text(encoding="utf-8"))))
        for name in ("v1/base64_json_data.json", "v03/base64_json_data.json", "v1/base64_text_data.json", "v03/base64_xml_data.json")
    ]
    assert found == [{}, {}, "Hello World Lorena!", "<stuff></stuff>"]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"id": ""}, "id", "id: String should have at least 1 character"),
        ({"id": 1}, "id", "id: Input should be a valid string"),
        ({"id": "a\x00b"}, "id", "id: holds a control character"),
        ({"source": "a b"}, "source", "source: is not a URI reference"),
        ({"specversion": "2.0"}, "specversion", "specversion: Input should be '1.0' or '0.3'"),
        ({"time": "2026-03-04 12:00:00"}, "time", "time: is not an RFC 3339 time with its offset, such as 2026-03-04T12:00:00Z"),
        ({"time": "2026-02-30T12:00:00Z"}, "time", "time: is not a time that exists"),
        ({"datacontenttype": "json"}, "datacontenttype", "datacontenttype: is not a media type"),
        ({"dataschema": "no-scheme"}, "dataschema", "dataschema: is not a URI"),
        ({"data": 1, "data_base64": "e30="}, "", "the envelope: has both data and data_base64"),
        (
            {"specversion": "0.3", "data_base64": "e30="},
            "",
            "the envelope: data_base64 came with version 1.0; 0.3 says datacontentencoding: base64",
        ),
        ({"data_base64": "?"}, "data_base64", "data_base64: is not base64 (RFC 4648)"),
        ({"tenant": {"a": 1}}, "", "the envelope: attribute 'tenant': is neither text, integer nor boolean; write other numbers as text"),
        ({"tenant": 1 << 31}, "", "the envelope: attribute 'tenant': is outside of 32 bits; write it as text"),
        ({"tenant": "a\x07"}, "", "the envelope: attribute 'tenant': holds a control character"),
        ({"Tenant": "a"}, "", "the envelope: attribute 'Tenant': a name has lower-case letters and digits only"),
    ],
)
def test_an_envelope_that_breaks_the_specification_names_the_attribute(change, field, message):
    assert problem(MINIMAL | change) == ("not_cloudevents", field, message)


def test_what_is_no_object_is_no_cloudevent():
    assert problem([1]) == ("not_cloudevents", "", "a CloudEvent is an object, not list")


def test_absent_and_null_attributes_and_harmless_extensions_are_accepted():
    envelope = read_envelope(MINIMAL | {"subject": None, "time": None, "tenant": None, "flag": True, "number": -5, "text": "x"})
    assert (envelope.subject, envelope.model_extra) == (None, {"tenant": None, "flag": True, "number": -5, "text": "x"})
    assert (
        payload(
            read_envelope(MINIMAL | {"specversion": "0.3", "datacontentencoding": "Base64", "data": base64.b64encode(b"\xff").decode()})
        )
        == "\ufffd"
    )
    assert problem(MINIMAL | {"specversion": "0.3", "datacontentencoding": "gzip", "data": ""})[1] == "datacontentencoding"
    assert payload(read_envelope(MINIMAL | {"specversion": "0.3", "datacontentencoding": "base64", "data": {}})) == ""


def test_a_native_event_becomes_one_draft():
    event = MINIMAL | {
        "type": "com.example.won",
        "time": "2026-03-04T12:00:00Z",
        "recordedtime": "2026-03-04T12:00:05Z",
        "sequence": "7",
        "data": {
            "identifiers": {"crm_id": "C-17", "email": ["a@example.org", "b@example.org"]},
            "refs": {"ticket": 9, "order": ["4711"]},
            "department": "service",
            "direction": "inbound",
            "channel": "phone",
            "team": "returns desk",
            "agent": "u12",
            "facts": ["address"],
            "due_at": "2026-03-05T12:00:00Z",
            "attributes": {"reason": "broken", "amount": 12.5},
            "sent_at": 1772625600,
        },
    }
    (draft,) = compile_native(NATIVE)(event)
    assert draft._replace(identifiers=list(draft.identifiers)) == Draft(
        type="deal.won",
        time="2026-03-04T12:00:00Z",
        identifiers=[("crm_id", "C-17"), ("email", ["a@example.org", "b@example.org"])],
        refs=[("order", ["4711"]), ("ticket", 9)],
        department="service",
        direction="inbound",
        channel="phone",
        team="returns desk",
        agent="u12",
        facts=["address"],
        due_at="2026-03-05T12:00:00Z",
        attributes=[("amount", 12.5), ("reason", "broken")],
        id="1",
        scope="/crm",
        sequence="7",
        recorded="2026-03-04T12:00:05Z",
        sent=1772625600,
    )


@pytest.mark.parametrize(
    ("data", "reason", "field", "message"),
    [
        ({}, "missing_field", "data.identifiers", "data.identifiers: Field required"),
        ({"identifiers": {"crm_id": 1.5}}, "invalid_value", "data.identifiers.crm_id.str", None),
        ({"identifiers": {}, "chanel": "x"}, "invalid_value", "data.chanel", "data.chanel: unknown field; did you mean channel?"),
        ("text", "invalid_value", "data", None),
        (None, "invalid_value", "data", None),
    ],
)
def test_wrong_event_data_are_a_dead_letter_that_names_the_field(data, reason, field, message):
    with pytest.raises(Invalid) as caught:
        compile_native(NATIVE)(MINIMAL | {"data": data})
    assert (caught.value.reason, caught.value.field) == (reason, field)
    assert message is None or caught.value.message == message


def test_a_heartbeat_needs_no_data():
    (draft,) = compile_native(NATIVE)(MINIMAL | {"type": "source.heartbeat"})
    assert dict(draft.identifiers) == {"source": "crm"}


def test_foreign_data_are_mapped_and_keep_the_id_of_the_envelope():
    source = Source.model_validate(
        {
            "source": "crm",
            "department": "sales",
            "input": {"format": "cloudevents"},
            "events": [
                {
                    "type": {"from": "type", "map": {"com.example.won": "deal.won"}},
                    "time": "time",
                    "identifiers": {"crm_id": "data.customer.id"},
                }
            ],
        }
    )
    adapter = compile_mapped(compile_mapping(source))
    event = MINIMAL | {"type": "com.example.won", "time": "2026-03-04T12:00:00Z", "data": {"customer": {"id": "C-1"}}}
    (draft,) = adapter(event)
    assert (draft.type, draft.identifiers, draft.id, draft.scope) == ("deal.won", [("crm_id", "C-1")], "deal.won:1", "/crm")
