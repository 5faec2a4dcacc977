"""What is published is a CloudEvent whose data is an object, and it is read back as it was."""

import msgspec
import pytest

from schemas.alert import Alert, Evidence
from schemas.contact import ContactHold, ContactPolicy
from schemas.dead_letter import DeadLetter
from schemas.envelope import FORMS, opened, seal
from schemas.identity import IdentityChange
from schemas.journey import Journey
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Origin, Touchpoint

TOUCHPOINT = Touchpoint(
    event_id="e1", type="order.placed", at=1_767_600_000_000_000, source="shop", department="online", ids=("crm_id:C-1",),
    refs={"order": ("17",)}, attributes={"amount": 12.5}, origin=Origin("shop", 3, 9),
)  # fmt: skip
MESSAGES = [
    TimelineEntry(TOUCHPOINT, 0, "c1"),
    IdentityChange(identifier="crm_id:C-1", customer_id="c1", first_seen=5, version=2),
    Journey(
        journey_id="j1", kind="order", customer_id="c1", matter="order:17", status="open", opened_at=1, ended_at=None, last_at=2, waiting={"online": 1}
    ),
    Alert(
        alert_id="a1", rule="silence", rule_version="1", status="open", level="broken", severity="high", customer_id="c1", matter="", journey="",
        evidence=(Evidence("e1", 1, "order.placed", "online"),), version=3,
    ),
    ContactPolicy(
        customer_id="c1", holds=(ContactHold(rule="late", purposes=("promo",), about=("order:17",), until=9, why="w", because=("e1",)),), version=3
    ),
    DeadLetter(reason="not_json", field="", message="m", source="shop", origin=Origin("shop", 0, 1), payload=b"\xff"),
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_out_of_its_envelope_as_it_went_in(message):
    key, value = seal(message)
    event = opened(value)
    assert (event.data, type(event.data), event.source, event.type) == (message, type(message), "redthread", FORMS[type(message)].type)
    assert key.decode() == FORMS[type(message)].key(message)


def test_the_data_are_an_object_whose_fields_have_names():
    event = msgspec.json.decode(seal(MESSAGES[0])[1])
    assert {name: event[name] for name in ("specversion", "id", "source", "type", "datacontenttype", "time")} == {
        "specversion": "1.0",
        "id": "e1:0",
        "source": "redthread",
        "type": "redthread.timeline.entry.v1",
        "datacontenttype": "application/json",
        "time": "2026-01-05T08:00:00Z",
    }
    assert event["data"]["customer_id"] == "c1"
    assert event["data"]["touchpoint"]["refs"] == {"order": ["17"]}
    assert event["data"]["touchpoint"]["origin"] == {"topic": "shop", "partition": 3, "offset": 9}


def test_a_message_that_nobody_knows_is_refused():
    value = seal(MESSAGES[1])[1].replace(b"redthread.identity.changed.v1", b"somebody.else.v1")
    with pytest.raises(msgspec.ValidationError, match=r"'somebody.else.v1' - at `\$\.type`"):
        opened(value)


@pytest.mark.parametrize("value", [b"", b"[]", b"{}", b"\xff"])
def test_bytes_that_are_no_envelope_are_refused(value):
    with pytest.raises(msgspec.DecodeError):
        opened(value)


def test_an_event_without_identifiers_is_keyed_by_itself():
    assert seal(TimelineEntry(msgspec.structs.replace(TOUCHPOINT, ids=()), 0, None))[0] == b"e1"
