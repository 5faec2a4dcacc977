"""The first stage: what a record comes to."""

import json

import pytest
from msgspec.structs import replace

from schemas.company import Company
from schemas.identity import Arrived, Distinct, Unlink
from schemas.ids import event_id
from schemas.strict import InvalidConfiguration
from schemas.touchpoint import Origin, Touchpoint
from streams.sources.record import Record
from streams.stages.ingest import Ingest
from streams.stages.step import Send
from tests.stages.ingest_company import (
    CRM,
    HOUR,
    ORIGIN,
    ROW,
    SECRET,
    SHOP,
    T0,
    WEB,
    cloudevent,
    company,
    letter,
    outputs,
    touchpoint,
)


def test_a_row_becomes_a_touchpoint_for_identify_keyed_by_its_anchor():
    (sent,) = outputs(ROW)
    assert isinstance(sent, Send)
    made = sent.message.touchpoint
    token = Ingest(company(), SECRET).identifiers.identifier("email", "anna@example.org")
    assert token is not None
    expected = Touchpoint(
        event_id=made.event_id,
        type="order.placed",
        at=T0,
        source="shop",
        department="online",
        ids=("crm_id:C-17", token),
        refs={"order": ("4711",)},
        direction="inbound",
        due_at=T0 + 35 * HOUR,
        attributes={"status": "ok"},
        seq=2,
        recorded_at=T0,
        digest=made.digest,
        origin=ORIGIN,
    )
    assert sent == Send("identify", "crm_id:C-17", Arrived(expected, 0, 5))
    assert 0 < made.digest < 1 << 64


def test_a_row_with_two_times_becomes_two_touchpoints():
    placed, delivered = outputs(ROW | {"delivered": "2026-03-05 13:00:00", "driver": "u1", "told": ["order_number", None]})
    assert isinstance(placed, Send)
    assert isinstance(delivered, Send)
    made = delivered.message.touchpoint
    assert (made.type, made.department, made.direction, made.team, made.agent, made.facts) == (
        "parcel.delivered", "offline", "outbound", "van", "u1", ("address", "order_number"),
    )  # fmt: skip
    assert placed.message.touchpoint.event_id != made.event_id


def test_the_same_row_from_another_file_is_the_same_event_with_the_same_content():
    again = touchpoint(ROW, record=Record(Origin("again.csv", 0, 99), b"", ROW, received_at=T0 + HOUR))
    first = touchpoint(ROW)
    assert (again.event_id, again.digest) == (first.event_id, first.digest)
    assert replace(again, origin=first.origin) == first


def test_what_changes_the_content_changes_the_digest_and_when_it_was_recorded_does_not():
    assert touchpoint(ROW).digest != touchpoint(ROW | {"status": "lost"}).digest
    later = touchpoint(ROW | {"written": "2026-03-04 14:00:00"})
    assert (later.digest, later.recorded_at) == (touchpoint(ROW).digest, T0 + HOUR)
    assert touchpoint(ROW, record=Record(ORIGIN, b"", ROW, recorded_at=T0 + 7)).recorded_at == T0 + 7


def test_a_native_event_keeps_source_and_id_of_its_envelope():
    event = cloudevent(
        recordedtime="2026-03-04T12:00:09Z",
        data={"identifiers": {"crm_id": 17, "loyalty": ["L-2", "L-1"]}, "refs": {"ticket": [9, "8", "null"], "order": ""}},
    )
    made = touchpoint(None, "crm", record=Record(ORIGIN, json.dumps(event).encode()))
    assert (made.event_id, made.source_event_id, made.source) == (event_id("/crm", "e-1"), "e-1", "crm")
    assert (made.ids, made.refs, made.recorded_at) == (("crm_id:17", "loyalty:L-1", "loyalty:L-2"), {"ticket": ("8", "9")}, T0 + 9_000_000)
    assert made.direction == "inbound"


def test_a_type_that_nobody_knows_is_kept():
    made = touchpoint(cloudevent("com.example.strange"), "crm")
    assert (made.type, made.direction) == ("com.example.strange", "")


def test_a_heartbeat_needs_no_identifier():
    assert touchpoint({**cloudevent("source.heartbeat"), "data": None}, "crm").ids == ("source:crm",)


def test_a_statement_about_two_identifiers_goes_to_identify_beside_its_touchpoint():
    for kind, statement in (
        ("identity.unlinked", Unlink("crm_id:C-1", "loyalty:L-1", T0, 5)),
        ("identity.distinct", Distinct("crm_id:C-1", "loyalty:L-1", 5)),
    ):
        arrived, said = outputs(cloudevent(kind, {"loyalty": "L-1", "crm_id": "C-1"}), "crm")
        assert isinstance(arrived, Send)
        assert arrived.message.touchpoint.ids == ("crm_id:C-1",)
        assert said == Send("identify", "crm_id:C-1", statement)
    found = letter(cloudevent("identity.unlinked"), "crm")
    assert (found.reason, found.message) == (
        "invalid_value",
        "orders.csv: record 3: identity.unlinked is about exactly two identifiers, here are 1",
    )
    found = letter(cloudevent("identity.shared", {"loyalty": "L-1", "crm_id": "C-1"}), "crm")
    assert found.message == "orders.csv: record 3: identity.shared is about exactly one identifier, here are 2"


def test_an_untrusted_clock_is_corrected_by_when_it_sent_and_we_received():
    call = {
        "type": "track",
        "event": "Order Completed",
        "userId": "u-1",
        "originalTimestamp": "2026-03-04T11:00:00Z",
        "sentAt": "2026-03-04T11:30:00Z",
        "receivedAt": "2026-03-04T12:30:00Z",
    }
    made = touchpoint(call, "web")
    assert (made.at, made.attributes) == (T0, {"original_time": "2026-03-04T11:00:00Z"})
    trusted = touchpoint(call, "web", using=company(WEB | {"clock": "trusted"}))
    assert (trusted.at, trusted.attributes) == (T0 - HOUR, {})
    by_arrival = touchpoint(None, "web", record=Record(ORIGIN, b"", call | {"receivedAt": None}, received_at=T0 + HOUR))
    assert by_arrival.at == T0 + HOUR // 2


def test_a_promise_for_the_end_of_time_is_no_promise():
    assert touchpoint(ROW | {"promised": "9999-12-31"}).due_at is None


def test_attributes_are_scalars():
    values = {"list": [1, {"b": 2, "a": 1}], "whole": 5, "big": 1 << 70, "part": 0.5, "yes": True, "none": None}
    shop = SHOP | {"events": [{"type": "order.placed", "time": "placed", "attributes": {name: name for name in values}}]}
    assert touchpoint(ROW | values, using=company(shop)).attributes == {
        "list": '[1,{"a":1,"b":2}]', "whole": 5, "big": str(1 << 70), "part": 0.5, "yes": True,
    }  # fmt: skip


def test_a_kind_that_is_not_declared_fails_at_the_start():
    with pytest.raises(
        InvalidConfiguration, match="source shop: identifiers: 'e_mail' is no declared kind of identifier; did you mean email\\?"
    ):
        Ingest(company(SHOP | {"defaults": {"identifiers": {"e_mail": "mail"}}}), SECRET)


def test_a_source_that_is_given_later_is_made_ready_then():
    ingest = Ingest(Company(company="test"), SECRET)
    (sent,) = ingest.ingest(company().sources[0], Record(ORIGIN, b"", ROW))
    assert isinstance(sent, Send)


def test_foreign_cloudevents_are_mapped():
    mapped = CRM | {"events": [{"type": "deal.won", "time": "time", "identifiers": {"crm_id": "data.who"}}]}
    made = touchpoint(cloudevent(data={"who": "C-1"}), "crm", using=company(mapped))
    assert (made.ids, made.event_id) == (("crm_id:C-1",), event_id("/crm", "deal.won:e-1"))
