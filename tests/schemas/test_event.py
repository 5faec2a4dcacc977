"""The envelope and the data of a native event; the vectors are read in tests/sources/test_cloudevents.py."""

import pytest
from pydantic import ValidationError

from schemas.event import Envelope, EventData

MINIMAL = {"specversion": "1.0", "id": "1", "source": "/crm", "type": "deal.won"}


def messages(model, value) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    return [problem["msg"].removeprefix("Value error, ") for problem in caught.value.errors()]


def test_an_event_says_who_and_may_say_everything_else():
    assert EventData(identifiers={"crm_id": "C-17"}).model_dump(exclude_defaults=True) == {"identifiers": {"crm_id": "C-17"}}
    full = {
        "identifiers": {"crm_id": 17, "email": ["a@example.org"], "phone": None},
        "known": ["loyalty:77"],
        "refs": {"order": "4711", "ticket": [9, "10"]},
        "department": "service",
        "direction": "inbound",
        "channel": "phone",
        "team": "returns desk",
        "agent": "u12",
        "facts": ["order_number"],
        "due_at": "2026-03-04T12:00:00Z",
        "attributes": {"amount": 12.5, "reason": "broken", "urgent": True, "count": 3, "nothing": None},
        "sent_at": 1772625600,
    }
    assert EventData.model_validate(full).model_dump() == full


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"identifiers": {"a": 1.5}},
        {"identifiers": {"a": True}},
        {"identifiers": {}, "direction": "in"},
        {"identifiers": {}, "attributes": {"a": [1]}},
        {"identifiers": {}, "team": 5},
        {"identifiers": {}, "x": 1},
    ],
    ids=repr,
)
def test_an_event_is_validated_strictly(wrong):
    assert messages(EventData, wrong)


def test_an_envelope_of_either_version_is_read():
    for version in ("1.0", "0.3"):
        assert Envelope.model_validate(MINIMAL | {"specversion": version, "ext": "x", "none": None, "yes": True, "n": -1}).model_extra == {
            "ext": "x",
            "none": None,
            "yes": True,
            "n": -1,
        }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": ""}, "String should have at least 1 character"),
        ({"id": "a\x00"}, "holds a control character"),
        ({"source": "a b"}, "is not a URI reference"),
        ({"time": "2026-03-04"}, "is not an RFC 3339 time with its offset, such as 2026-03-04T12:00:00Z"),
        ({"time": "2026-02-30T00:00:00Z"}, "is not a time that exists"),
        ({"data": 1, "data_base64": ""}, "has both data and data_base64"),
        ({"specversion": "0.3", "data_base64": ""}, "data_base64 came with version 1.0; 0.3 says datacontentencoding: base64"),
        ({"Ext": "x"}, "attribute 'Ext': a name has lower-case letters and digits only"),
        ({"ext": "\x07"}, "attribute 'ext': holds a control character"),
        ({"ext": 0.5}, "attribute 'ext': is neither text, integer nor boolean; write other numbers as text"),
        ({"ext": 1 << 31}, "attribute 'ext': is outside of 32 bits; write it as text"),
    ],
)
def test_an_envelope_that_breaks_the_specification_says_how(change, message):
    assert messages(Envelope, MINIMAL | change) == [message]


def test_times_in_lower_case_and_leap_days_are_times():
    assert Envelope.model_validate(MINIMAL | {"time": "2024-02-29t12:00:00.123456789z"}).time == "2024-02-29t12:00:00.123456789z"
